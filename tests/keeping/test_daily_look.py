"""The loop begins a look at a seventh of everything each day, and an overdue one is said (INV-8)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from huiying.keeping import evidence
from huiying.kernel import clock
from huiying.work import auditor
from huiying.work.auditor import PARTS, Part

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


class Child:
    def __init__(self) -> None:
        self.runs = True

    def poll(self) -> int | None:
        return None if self.runs else 0


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch, frozen: clock.FrozenClock, home: Path) -> list[Child]:
    made: list[Child] = []

    def begin() -> Child:
        made.append(Child())
        return made[-1]

    monkeypatch.setattr(evidence, "begin", begin)
    monkeypatch.setattr(evidence, "_now", evidence._Running())
    monkeypatch.setattr(auditor, "_rolling", {"rows": lambda part: []})
    return made


def test_one_look_a_day_and_never_two_at_once(begun: list[Child], frozen: clock.FrozenClock) -> None:
    evidence.look_when_due()
    evidence.look_when_due()
    assert len(begun) == 1
    auditor.look(auditor.part_of(clock.now().date()))
    begun[0].runs = False
    frozen.advance(dt.timedelta(hours=2))
    evidence.look_when_due()
    assert len(begun) == 1
    frozen.advance(DAY)
    evidence.look_when_due()
    assert len(begun) == 2


def test_a_look_that_failed_is_begun_again_after_an_hour(begun: list[Child], frozen: clock.FrozenClock) -> None:
    evidence.look_when_due()
    begun[0].runs = False
    evidence.look_when_due()
    assert len(begun) == 1
    frozen.advance(dt.timedelta(hours=1))
    evidence.look_when_due()
    assert len(begun) == 2


def test_whoever_calls_it_himself_switches_it_off(begun: list[Child], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIYING_LOOK", "off")
    evidence.look_when_due()
    assert begun == []


def test_parts_that_nobody_looked_at_for_long_are_said(begun: list[Child], frozen: clock.FrozenClock) -> None:
    assert evidence.everything_is_looked_at() == []
    auditor.look(Part(0, PARTS))
    frozen.advance(8 * DAY)
    assert evidence.everything_is_looked_at() == []
    frozen.advance(3 * DAY)
    (found,) = evidence.everything_is_looked_at()
    assert (found.code, "11 天" in found.sentence_zh) == ("look.too_old", True)
