"""§4.3, INV-7: up anyone on duty sets the level at once; the post that confirms it still has to say so."""

from __future__ import annotations

import pytest

from cast import Cast
from huiying.handling import actions
from huiying.handling.models import Case, Clock
from huiying.handling.required import Required, required_acts
from huiying.ledger.models import LedgerEntry
from huiying.people.errors import Refused
from stories import CONSULTATION, again, hear, opened

POSTS = [("一般", "duty"), ("较大", "office"), ("重大", "deputy"), ("特别重大", "top")]
WHY = "核对了传播范围和影响程度，定为这一级。"


def confirmed(case: Case) -> Required:
    return next(row for row in required_acts(again(case)) if row.name == "confirmed")


def set_by_duty(cast: Cast) -> Case:
    return actions.open_case(hear(), cast.duty, "L4", WHY)


@pytest.mark.parametrize(("level", "who"), POSTS)
def test_set_by_its_own_post_it_is_confirmed(cast: Cast, level: str, who: str) -> None:
    row = confirmed(opened(cast, level, CONSULTATION))
    assert (row.state, row.detail) == ("done", cast.people[who].name)


def test_set_by_the_duty_desk_it_stands_and_waits_for_the_post_inv_7(cast: Cast) -> None:
    case = set_by_duty(cast)
    row = confirmed(case)
    assert (again(case).level, again(case).is_provisional) == ("L4", False)
    assert row.state == "open"
    assert cast.duty.name in row.detail


def test_the_post_confirms_it_and_no_clock_moves_inv_3(cast: Cast) -> None:
    case = set_by_duty(cast)
    before = list(Clock.objects.filter(case=case).order_by("pk").values_list("act", "due_at", "superseded_at"))
    actions.confirm_level(case, "L4", cast.top, WHY)
    assert confirmed(case).state == "done"
    assert confirmed(case).detail == "局长"
    assert list(Clock.objects.filter(case=case).order_by("pk").values_list("act", "due_at", "superseded_at")) == before
    assert LedgerEntry.objects.filter(chain=f"case:{case.number}", kind="case.level_affirmed").count() == 1


@pytest.mark.parametrize("who", ["duty", "office", "deputy"])
def test_whoever_may_only_deputise_or_less_does_not_stand_in_unasked(cast: Cast, who: str) -> None:
    """The file lets the deputy director act for the director; nobody below may."""
    case = set_by_duty(cast)
    if who == "deputy":
        actions.confirm_level(case, "L4", cast.deputy, WHY)
        assert confirmed(case).state == "done"
        return
    with pytest.raises(Refused) as refusal:
        actions.confirm_level(case, "L4", cast.people[who], WHY)
    assert refusal.value.code == "same_level"


def test_what_is_confirmed_is_not_confirmed_twice(cast: Cast) -> None:
    case = opened(cast, "特别重大")
    with pytest.raises(Refused) as refusal:
        actions.confirm_level(case, "L4", cast.top, WHY)
    assert refusal.value.code == "same_level"


def test_a_lowering_counts_as_confirmed_by_its_second_person(cast: Cast) -> None:
    case = set_by_duty(cast)
    proposal = actions.propose_lower(again(case), "L3", "经核实传播范围有限，影响已经消除，建议下调级别。", cast.duty)
    actions.second_lower(proposal, True, cast.deputy)
    assert confirmed(case).state == "done"
