"""What comes after the answer over REST: effect, going on, history; what anybody may read of it (C3.2, C8.8, C11.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import stories
from cast import Cast
from huiying.handling.models import Case
from huiying.ledger.models import LedgerEntry
from huiying.responding.models import EffectReview, SustainedDecision

As = Callable[[str], Any]


@pytest.fixture
def out(cast: Cast) -> Case:
    return stories.answered(cast)


def test_the_looks_at_the_effect_with_unknown_as_null(out: Case, as_: As) -> None:
    status, told = as_("office").get(f"cases/{out.number}/effects")
    assert status == 200
    assert told["required"] is True
    assert [row["hours"] for row in told["items"]] == [24, 72]
    assert told["items"][0]["after"] is None
    assert told["items"][0]["before"]["reads"] is None
    assert as_("works_head").get(f"cases/{out.number}/effects")[0] == 404


def test_a_look_is_judged_by_who_may_and_not_before_its_time(out: Case, as_: As) -> None:
    day = EffectReview.objects.get(case=out, hours=24)
    body = {"review": day.pk, "verdict": "persists", "comment": "仍有人问路费"}
    address = f"cases/{out.number}/judge_effect"
    assert as_("office").post(address, body)[0] == 409
    stories.wait_until(day.due_at)
    before = LedgerEntry.objects.count()
    assert as_("duty").post(address, body)[0] == 409
    assert as_("office").post(address, body | {"verdict": "good"})[0] == 422
    assert as_("office").post(address, body | {"review": 99999})[0] == 404
    assert as_("office").post(address, {})[0] == 422
    assert LedgerEntry.objects.count() == before
    status, told = as_("tech_liaison").post(address, body)
    assert (status, told["verdict"], told["by"]) == (200, "persists", "信息部联络员")
    assert told["after"]["posts"] is not None


def test_a_look_of_another_case_does_not_exist_here(out: Case, cast: Cast, as_: As) -> None:
    other = stories.opened(cast, text=stories.RUMOUR)
    day = EffectReview.objects.get(case=out, hours=24)
    stories.wait_until(day.due_at)
    body = {"review": day.pk, "verdict": "settled", "comment": "已经平息了"}
    assert as_("office").post(f"cases/{other.number}/judge_effect", body)[0] == 404


def test_going_on_is_decided_with_a_rhythm_and_every_decision_stays(out: Case, as_: As) -> None:
    address = f"cases/{out.number}/sustain"
    status, told = as_("office").post(address, {"sustained": True, "reason": "每半天通报", "every_hours": 12})
    assert (status, told["every_hours"]) == (200, 12)
    assert told["next_due_at"]
    assert as_("deputy").post(address, {"sustained": False, "reason": "已经平息"})[0] == 200
    assert as_("editor").post(address, {"sustained": False, "reason": "已经平息"})[0] == 409
    assert as_("office").post(address, {"sustained": True, "reason": "每天通报", "every_hours": 0})[0] == 422
    _status, listed = as_("tech_head").get(address)
    assert [row["sustained"] for row in listed["items"]] == [False, True]
    assert SustainedDecision.objects.filter(superseded_at__isnull=True).count() == 1


def test_the_history_is_what_the_public_reads(out: Case, as_: As) -> None:
    status, told = as_("office").get(f"cases/{out.number}/history")
    assert (status, told["state"]) == (200, "first")
    assert [row["stage"] for row in told["items"]] == ["first"]
    status, public = as_("office").get(f"answers/{out.number}")
    assert (status, public["text"]) == (200, told["items"][0]["text"])


def test_before_a_word_is_public_the_history_is_empty(cast: Cast, as_: As) -> None:
    case = stories.handled(cast)
    assert as_("office").get(f"cases/{case.number}/history")[1] == {"state": "", "items": []}
    assert as_("office").get(f"answers/{case.number}")[0] == 404
