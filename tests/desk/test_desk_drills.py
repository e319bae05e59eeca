"""演练 (C9.6): the page reads what drills left in their folders and leaves the bureau's ledger as it is (ADR 16)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

import stories
from cast import Cast
from desk_helpers import text_of
from huiying.desk import drawings
from huiying.drill import running
from huiying.drill.recording import STORMS
from huiying.drill.review import STEPS
from huiying.handling.clocks import poll
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.overseeing import drills
from huiying.people.models import User

Browser = Callable[[User], Client]


@pytest.fixture
def held(home: Path, cast: Cast, frozen: FrozenClock) -> dict[str, Any]:
    """A drill that was held, with the review that `drill run` writes: one case in time, one that broke its limit."""
    stories.answered(cast)
    stories.opened(cast, text=stories.RUMOUR)
    frozen.advance(dt.timedelta(hours=60))
    while poll(clock.now(), 100):
        pass
    folder = home / "drills" / "storm-demo-1"
    folder.mkdir(parents=True)
    running.told(STORMS["storm-demo"], 600)
    (home / running.FILE).rename(folder / running.FILE)
    told: dict[str, Any] = json.loads((folder / running.FILE).read_text("utf-8"))
    return told


def test_a_review_reads_as_it_was_written(held: dict[str, Any]) -> None:
    """The names of steps and verdicts are the review's own: the two rooms can not drift apart."""
    assert (*STEPS.values(), "answered_at") == drills.STEPS
    found = drills.drill("storm-demo-1")
    assert found is not None
    assert dict(found.counts) == {key: held[key] for key in found.counts}
    assert [case.number for case in found.cases] == [row["number"] for row in held["by_case"]]
    assert [dict(case.minutes) for case in found.cases] == [row["minutes"] for row in held["by_case"]]
    assert {case.verdict for case in found.cases} == {"on_time", "overdue"}
    assert found.whole


def test_c9_6_the_page_shows_the_review_to_whoever_works_here(
    cast: Cast, browser: Browser, held: dict[str, Any]
) -> None:
    client = browser(cast.editor)
    assert "storm-demo-1" in text_of(client.get("/desk/drills/"))
    page = text_of(client.get("/desk/drills/storm-demo-1/"))
    for row in held["by_case"]:
        assert row["number"] in page
    assert "开标日系统中断" in page
    assert "按时回应 1 件" in page
    assert "过了时限没有回应 1 件" in page
    assert f"各项时限超时 {held['breaches']} 次" in page
    assert "演练的台账验证通过" in page
    for minutes in held["by_case"][0]["minutes"].values():
        assert f'<td class="number">{minutes}</td>' in client.get("/desk/drills/storm-demo-1/").content.decode()


def test_adr_16_reading_a_drill_leaves_no_entry_in_the_real_ledger(
    cast: Cast, browser: Browser, held: dict[str, Any]
) -> None:
    before = LedgerEntry.objects.count()
    client = browser(cast.office)
    client.get("/desk/drills/")
    client.get("/desk/drills/storm-demo-1/")
    assert LedgerEntry.objects.count() == before


def test_a_drill_without_a_review_and_one_that_can_not_be_read_say_so(home: Path, cast: Cast, browser: Browser) -> None:
    for name, text in (
        ("storm-demo-1", None),
        ("storm-demo-2", "{"),
        ("storm-demo-3", "[]"),
        ("storm-demo-4", '{"title": 1}'),
    ):
        (home / "drills" / name).mkdir(parents=True)
        if text is not None:
            (home / "drills" / name / "review.json").write_text(text, "utf-8")
    client = browser(cast.office)
    page = text_of(client.get("/desk/drills/"))
    assert page.count("复盘文件读不出来") == 3
    assert page.count("没有复盘") == 1
    assert "没有复盘" in text_of(client.get("/desk/drills/storm-demo-1/"))
    assert "复盘文件读不出来" in text_of(client.get("/desk/drills/storm-demo-2/"))


@pytest.mark.parametrize("name", ["..", "recorded", "keys", "%2e%2e", "storm-demo-9"])
def test_nothing_but_a_drill_is_opened_by_its_name(home: Path, cast: Cast, browser: Browser, name: str) -> None:
    (home / "drills" / "recorded").mkdir(parents=True)
    assert browser(cast.office).get(f"/desk/drills/{name}/").status_code == 404


def test_the_page_says_how_to_start_one_by_a_name_that_there_is(home: Path, cast: Cast, browser: Browser) -> None:
    (home / "drills" / "recorded").mkdir(parents=True)
    (home / "drills" / "recorded" / "outage-2025.jsonl").write_text("", "utf-8")
    page = text_of(browser(cast.office).get("/desk/drills/"))
    assert "还没有办过演练" in page
    assert any(f"huiying drill run {name} " in page for name in STORMS)
    assert "outage-2025" in page


def test_steps_of_one_moment_stand_beside_each_other_on_the_line(held: dict[str, Any]) -> None:
    found = drills.drill("storm-demo-1")
    assert found is not None
    for line in drawings.lines(found.cases):
        places = [mark.x for mark in line.marks]
        assert all(later - earlier >= 15 for earlier, later in pairwise(places))
        assert [mark.minutes for mark in line.marks] == list(line.told.minutes.values())


def test_the_review_is_english_too(cast: Cast, browser: Browser, held: dict[str, Any]) -> None:
    client = browser(cast.office)
    client.cookies["django_language"] = "en"
    page = client.get("/desk/drills/storm-demo-1/").content.decode()
    for words in ("Review of a drill", "Answered on time: 1", "ledger verifies", "Facts found"):
        assert words in page
