"""What an altered payload says is not guessed, and keeps the figures of no other case away."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

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
