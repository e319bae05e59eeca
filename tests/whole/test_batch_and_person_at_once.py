"""A person acts on an event while a batch of posts that join it is being judged: both count, nothing is undone.

The batch has read the event and stops there until the person is through, or half a second is over because the person
has to wait for it. On a database file of SQLite and, where there is one, on PostgreSQL.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from huiying.handling.actions.sensitive import TITLE
from whole.racers import Racers, hear, racers as racers, tell

MATTERS = {
    "open": "鞍山公共资源交易平台今早全崩了，八点半到现在登录不上，解密超时算谁的？",
    "confirm": "鞍山交易中心的投标保证金拖了四十天还不退，财务电话没人接",
    "concern": "鞍山评标打分有猫腻，三家标书的错别字都一样，怀疑围标串标",
    "offline": "鞍山政府采购的CT机比邻市贵了两百万，差价去哪了",
    "acknowledge": "鞍山产权交易大厅拍卖公车，底价临时改了三次，质疑暗箱操作",
    "close_warning": "听说鞍山公共资源交易中心下个月要撤销了，所有在途项目全部作废",
    "label": "鞍山采矿权挂牌，前置条件就是给某家写的，还要求有本地厂房，是不是定向出让",
}


@pytest.fixture
def between(racers: Racers, tmp_path: Path) -> Any:
    """Do `verb` as `who` on the event of a matter in the midst of a batch; what both answered, and how it stands."""

    def race(verb: str, who: str, *before: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        post = {"post": f"m-{verb}", "text": MATTERS[verb]}
        event = racers.one({"verb": "heard", **post})["done"]
        for act in before:
            assert racers.one({"verb": act, "who": who, "event": event}) == {"done": "done"}
        assert racers.one({"verb": "came", **post}) == {"done": "came"}
        there, done = tmp_path / f"{verb}-there", tmp_path / f"{verb}-done"
        batch, person = racers.desks
        tell(batch, {"verb": "judged", "there": str(there), "done": str(done)})
        until = time.monotonic() + 60
        while not there.exists() and time.monotonic() < until:
            time.sleep(0.005)
        tell(person, {"verb": verb, "who": who, "event": event, "done": str(done)})
        answers = [hear(batch), hear(person)]
        return answers, racers.one({"verb": "stands", "event": event})["done"]

    return race


def test_a_case_that_is_opened_meanwhile_stays_open_and_the_post_is_counted(between: Any) -> None:
    answers, event = between("open", "duty")
    assert answers == [{"done": 1}, {"done": "done"}]
    assert (event["state"], event["posts"], event["joined"], event["confirm"]) == ("cased", 2, 1, False)
    assert event["case"]


def test_a_level_that_is_confirmed_meanwhile_ends_the_hour_of_confirmation(between: Any) -> None:
    answers, event = between("confirm", "office")
    assert answers == [{"done": 1}, {"done": "done"}]
    assert (event["state"], event["posts"], event["confirm"]) == ("cased", 2, False)


def test_what_a_person_says_it_is_stays_what_it_is(between: Any) -> None:
    answers, event = between("concern", "duty")
    assert answers == [{"done": 1}, {"done": "done"}]
    assert (event["concern"], event["posts"], event["joined"]) == ("投诉", 2, 1)


def test_a_risk_that_is_noted_meanwhile_stays_noted(between: Any) -> None:
    answers, event = between("offline", "duty")
    assert answers == [{"done": 1}, {"done": "done"}]
    assert (event["offline"], event["posts"]) == (2, 2)


@pytest.mark.parametrize("verb", ["acknowledge", "close_warning"])
def test_a_warning_that_is_answered_meanwhile_is_answered(between: Any, verb: str) -> None:
    answers, event = between(verb, "office")
    assert answers == [{"done": 1}, {"done": "done"}]
    assert event["posts"] == 2


def test_a_label_that_is_set_meanwhile_is_not_taken_away_and_the_title_says_nothing(between: Any) -> None:
    answers, event = between("label", "office", "open")
    assert answers == [{"done": 1}, {"done": "done"}]
    assert (event["sensitive"], event["title"], event["posts"]) == ("minor", TITLE, 2)


def test_after_all_that_every_chain_is_whole(racers: Racers) -> None:
    assert racers.one({"verb": "verify"}) == {"done": True}
