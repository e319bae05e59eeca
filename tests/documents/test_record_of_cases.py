"""What papers read of a case: its own limits after a merging, and what counts as its answer."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import transaction

from huiying.documents.record import CaseAt, read
from huiying.kernel import clock
from huiying.ledger.actions import Actor, record

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
HOUR = dt.timedelta(hours=1)


def said(number: str, kind: str, **payload: Any) -> None:
    with transaction.atomic():
        record(f"case:{number}", kind, payload, Actor.SYSTEM)


def cases() -> dict[str, CaseAt]:
    return read(clock.now() + HOUR).cases


def test_the_earlier_deadline_of_two_merged_cases_goes_on_and_ends_in_the_winner_alone_inv_3() -> None:
    early, late = clock.now() + 24 * HOUR, clock.now() + 48 * HOUR
    said("1", "clock.started", clock=1, act="respond", due_at=late.isoformat())
    said("2", "clock.started", clock=2, act="respond", due_at=early.isoformat())
    said("1", "case.merged", **{"from": "2"})
    assert cases()["1"].due() == early
    said("1", "clock.stopped", clock=1, act="respond", at=clock.now().isoformat())
    found = cases()
    assert (found["1"].due(), found["2"].due()) == (None, early)


@pytest.mark.parametrize(("stage", "answers"), [("first", True), ("holding", False), ("withdrawal", False)])
def test_only_an_answer_is_the_answer_of_a_case_g4(stage: str, answers: bool) -> None:
    said("1", "release.live", stage=stage, at=clock.now().isoformat())
    case = cases()["1"]
    assert len(case.lives) == 1
    assert case.first_answer_at == (clock.now() if answers else None)
