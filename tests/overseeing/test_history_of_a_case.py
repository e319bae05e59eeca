"""What an altered payload says is not guessed, and keeps the figures of no other case away."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from huiying.overseeing.history.case import CaseHistory
from huiying.overseeing.history.reading import read_cases

AT = dt.datetime(2026, 9, 14, 2, 0, tzinfo=dt.UTC)


def entry(kind: str, **payload: Any) -> dict[str, Any]:
    return {"chain": "case:1", "seq": 1, "at": AT, "kind": kind, "payload": payload, "actor": "甲"}


@pytest.mark.parametrize("value", ["三", None, [], {}, 2.5])
def test_a_version_that_is_no_number_accuses_nobody(value: object) -> None:
    case = read_cases([entry("facts.agreed", version=value), entry("release.live", facts=value)])["case:1"]
    assert (case.conflicting, case.faults, len(case.releases)) == (0, [], 1)


def test_an_answer_that_quotes_older_facts_is_a_fault() -> None:
    rows = [entry("facts.agreed", version=2), entry("release.live", facts=1), entry("release.live", facts=2)]
    case = read_cases(rows)["case:1"]
    assert case.conflicting == 1
    assert [fault.code for fault in case.faults] == ["wrong_facts_published"]


def test_an_erased_payload_says_nothing() -> None:
    case = read_cases([entry("case.closed") | {"payload": None}])["case:1"]
    assert (case.closed, case.root_cause, case.releases, case.erased) == (True, "", [], True)


def limits(case: CaseHistory) -> list[tuple[str, bool, dt.datetime | None]]:
    return [(limit.act, limit.runs, limit.stopped_at) for limit in case.limits.values()]


def started(clock: int, act: str, hours: int, **more: Any) -> dict[str, Any]:
    return entry("clock.started", clock=clock, act=act, due_at=(AT + dt.timedelta(hours=hours)).isoformat(), **more)


def test_a_stop_ends_every_limit_of_its_act_and_is_the_time_of_its_own() -> None:
    rows = [started(1, "respond", 48), started(2, "respond", 24), started(3, "liaison", 4)]
    rows.append(entry("clock.stopped", clock=2, act="respond", at=AT.isoformat()))
    case = read_cases(rows)["case:1"]
    assert limits(case) == [("respond", False, None), ("respond", False, AT), ("liaison", True, None)]
    assert case.next_due == (AT + dt.timedelta(hours=4), "liaison")


def test_a_provisional_limit_counts_only_where_none_is_confirmed_c6_8() -> None:
    provisional = started(1, "respond", 24, provisional=True)
    assert read_cases([provisional])["case:1"].due() == AT + dt.timedelta(hours=24)
    assert read_cases([provisional, started(2, "respond", 48)])["case:1"].due() == AT + dt.timedelta(hours=48)


def test_a_missed_duty_of_another_act_is_no_missed_answer() -> None:
    rows = [entry("clock.breached", clock=1, act="liaison", due_at=AT.isoformat(), counts=True)]
    case = read_cases(rows)["case:1"]
    assert (len(case.missed), case.breaches, case.faults, case.late) == (1, [], [], False)


@pytest.mark.parametrize("kind", ["clock.started", "clock.stopped", "clock.breached"])
def test_an_erased_time_limit_is_none(kind: str) -> None:
    case = read_cases([entry(kind) | {"payload": None}])["case:1"]
    assert (case.limits, case.missed, case.erased) == ({}, [], True)


@pytest.mark.parametrize("value", ["gestern", "", 7, None])
def test_a_time_that_cannot_be_read_is_none(value: object) -> None:
    case = read_cases([entry("clock.started", clock=1, act="respond", due_at=value)])["case:1"]
    assert case.due() is None
