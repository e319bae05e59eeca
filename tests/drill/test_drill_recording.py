"""One's own past event becomes a storm: words and pace alone, nobody's address, id or message （九）, INV-10."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from cast import Cast
from huiying.cli.main import build
from huiying.drill import recording
from huiying.drill.recording import NotRecorded, record, recorded
from huiying.engine.post import parse_post
from huiying.handling import actions as handling
from huiying.handling.models import Case
from huiying.judging.models import Event
from huiying.judging.pipeline import judge_pending
from huiying.kernel.clock import FrozenClock
from huiying.ledger.actions import Actor
from huiying.listening.actions import receive
from stories import OUTAGE

AGAIN = "鞍山公共资源交易平台还是登录不上，打电话 13841234567 没人接，开标怎么办？"


@pytest.fixture(autouse=True)
def here(home: Path) -> Path:
    return home


@pytest.fixture
def case(cast: Cast, frozen: FrozenClock) -> Case:
    """Two posts, ninety minutes apart, the second a comment on the first."""
    heard("first", OUTAGE, url="https://forum.example/t/1", voice="acct-77")
    frozen.advance(dt.timedelta(minutes=90))
    heard("second", AGAIN, parent_id="first", root_id="first", kind="comment")
    event = Event.objects.get(members__post__native_id="first")
    assert event.members.count() == 2
    return handling.open_case(event, cast.duty)


def heard(native_id: str, text: str, **more: object) -> None:
    row = {
        "schema": "huiying.post/1",
        "native_id": native_id,
        "platform": "本地论坛",
        "channel_class": "论坛",
        "text": text,
        **more,
    }
    receive([parse_post(row)], how="import", actor=Actor.SYSTEM)
    while judge_pending().screened:
        pass


def test_words_and_pace_are_kept_and_parents_named_anew(case: Case) -> None:
    path, count = record(case.number, "outage")
    assert count == 2
    storm, rows = recorded("outage")
    assert [(row["at"], row["native_id"], row["parent_id"]) for row in rows] == [(0, "p1", None), (90, "p2", "p1")]
    assert rows[0]["text"] == OUTAGE
    assert storm.minutes == 90 + 8 * 60
    assert path.name == "outage.jsonl"


def test_nobodys_address_id_or_telephone_is_in_the_file(case: Case) -> None:
    path, _count = record(case.number, "outage")
    text = path.read_text("utf-8")
    for secret in ("forum.example", "acct-77", "13841234567", '"first"', "voice", "url"):
        assert secret not in text


def test_every_row_can_be_received_again(case: Case) -> None:
    record(case.number, "outage")
    for row in recorded("outage")[1]:
        given = {name: value for name, value in row.items() if name != "at"}
        assert parse_post(given).text == row["text"]


def test_a_storm_is_never_longer_than_a_day(case: Case, frozen: FrozenClock) -> None:
    frozen.advance(dt.timedelta(hours=30))
    heard(
        "third",
        "鞍山公共资源交易平台登录不上已经两天，我们九点半开标，解密超时算谁的？",
        parent_id="first",
        root_id="first",
    )
    record(case.number, "outage")
    storm, rows = recorded("outage")
    assert max(row["at"] for row in rows) < 24 * 60
    assert storm.minutes <= 24 * 60


def test_a_danger_to_life_is_never_drilled_with(case: Case) -> None:
    Event.objects.filter(pk=case.event_id).update(life_safety=True)
    with pytest.raises(NotRecorded, match="人身安全"):
        record(case.number, "outage")
    assert not recording.folder().exists()


@pytest.mark.parametrize("name", ["../x", "A", "", "x" * 41, "名字"])
def test_a_name_that_is_no_plain_name_is_refused(case: Case, name: str) -> None:
    with pytest.raises(NotRecorded, match="不能用"):
        record(case.number, name)


def test_a_record_is_not_written_over_and_an_unknown_case_is_said(case: Case) -> None:
    record(case.number, "outage")
    with pytest.raises(NotRecorded, match="已经有"):
        record(case.number, "outage")
    with pytest.raises(NotRecorded, match="没有编号"):
        record("20991231-01", "other")


@pytest.mark.parametrize("spoilt", ["not json\n", '{"text": "没有时间"}\n', ""])
def test_a_spoilt_file_is_said_with_its_line(case: Case, spoilt: str) -> None:
    path, _count = record(case.number, "outage")
    path.write_text(spoilt, "utf-8")
    with pytest.raises(NotRecorded, match=r"第 1 行|是空的"):
        recorded("outage")


def test_the_command_writes_it_and_without_people_it_is_not_played(
    case: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    options = build().parse_args(["drill", "record", case.number, "outage", "--json"])
    assert options.run(options) == 0
    assert json.loads(capsys.readouterr().out)["posts"] == 2
    options = build().parse_args(["drill", "run", "outage"])
    assert options.run(options) == 2
    assert "--people duty_officer" in capsys.readouterr().err
    options = build().parse_args(["drill", "run", "other"])
    assert options.run(options) == 2
    assert "storm-demo、outage" in capsys.readouterr().err
