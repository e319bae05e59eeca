"""The review counts what the ledger says: seen, decided, answered, against the limits （九）, C8.5."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from huiying.drill.review import review
from huiying.overseeing.history.entries import Entry

T0 = dt.datetime(2026, 9, 14, 0, 0, tzinfo=dt.UTC)
END = T0 + dt.timedelta(hours=24)


def at(minutes: float) -> dt.datetime:
    return T0 + dt.timedelta(minutes=minutes)


def entry(kind: str, minutes: float, chain: str = "case:1", **payload: Any) -> Entry:
    return {"chain": chain, "kind": kind, "at": at(minutes), "payload": payload}


OPENED = entry("case.opened", 8, event="E1", suggested_level="L1", first_known_at=at(0).isoformat())


def limit(minutes: float, due: float, number: int = 1, **more: Any) -> Entry:
    return entry("clock.started", minutes, clock=number, act="respond", due_at=at(due).isoformat(), **more)


def answer(minutes: float, due: float, number: int = 1) -> Entry:
    due_at, on = at(due).isoformat(), at(minutes).isoformat()
    return entry("clock.stopped", minutes, clock=number, act="respond", at=on, due_at=due_at)


def the_case(*entries: Entry) -> dict[str, Any]:
    (found,) = review(entries, END)["by_case"]
    return dict(found)


def test_each_step_is_told_in_minutes_after_the_first_knowledge() -> None:
    found = the_case(
        OPENED,
        entry("case.graded", 9, to="L2"),
        entry("case.routed", 12, lead="Z-XX"),
        entry("case.accepted", 20, department="Z-XX"),
        entry("case.found", 45),
        limit(9, 1440),
        answer(68, 1440),
    )
    assert found["minutes"] == {
        "opened_at": 8, "decided_at": 9, "routed_at": 12, "accepted_at": 20, "found_at": 45, "answered_at": 68,
    }  # fmt: skip
    assert (found["level"], found["event"], found["verdict"]) == ("L2", "E1", "on_time")


def test_the_first_of_each_step_counts() -> None:
    found = the_case(OPENED, entry("case.routed", 12, lead="A"), entry("case.routed", 50, lead="B"))
    assert found["minutes"]["routed_at"] == 12


def test_knowledge_that_moves_earlier_makes_every_step_longer_inv_2() -> None:
    found = the_case(OPENED, entry("case.known_earlier", 30, known_at=at(-60).isoformat()))
    assert found["minutes"]["opened_at"] == 68


@pytest.mark.parametrize(
    ("entries", "verdict"),
    [
        ((limit(9, 60), answer(60, 60)), "on_time"),
        ((limit(9, 60), answer(61, 60)), "late"),
        ((limit(9, 60),), "overdue"),
        ((limit(9, 2880),), "running"),
        ((), "running"),
        ((limit(9, 2880), limit(9, 60, number=2)), "overdue"),
        ((limit(9, 60, provisional=True),), "running"),
        ((limit(9, 60), entry("case.moved", 40, to="declined")), "declined"),
    ],
)
def test_the_verdict_is_the_earliest_limit_of_the_answer(entries: tuple[Entry, ...], verdict: str) -> None:
    assert the_case(OPENED, *entries)["verdict"] == verdict


def test_a_broken_limit_of_any_act_is_listed_with_its_cause() -> None:
    found = the_case(OPENED, entry("clock.breached", 40, act="accept", due_at=at(38).isoformat(), cause="late"))
    assert found["breaches"] == [{"act": "accept", "due_at": at(38).isoformat(), "cause": "late"}]


def test_the_sums_are_those_of_the_cases() -> None:
    other = [
        entry("case.opened", 20, "case:2", event="E2", first_known_at=at(10).isoformat()),
        entry("event.opened", 1, "event:E1"),
        entry("event.warned", 2, "event:E1"),
        entry("warning.acknowledged", 5, "event:E1"),
        entry("event.opened", 11, "event:E2"),
        entry("event.warned", 12, "event:E2"),
    ]
    found = review([OPENED, limit(9, 60), answer(50, 60), *other], END)
    assert {name: found[name] for name in ("events", "warnings", "warnings_signed", "cases", "on_time", "running")} == {
        "events": 2, "warnings": 2, "warnings_signed": 1, "cases": 2, "on_time": 1, "running": 1,
    }  # fmt: skip
    assert found["median_minutes"]["opened_at"] == 9.0
    assert found["median_minutes"]["found_at"] is None


def test_an_empty_ledger_is_a_drill_in_which_nothing_was_seen() -> None:
    found = review([], END)
    assert (found["events"], found["cases"], found["by_case"]) == (0, 0, [])
