"""INV-7: up, anyone on duty and at once; down, a second person and a reason."""

import pytest
from django.db import IntegrityError, transaction

from cast import Cast
from huiying.judging.actions import decide_level, merge_events, propose_lower, second_lower
from huiying.judging.actions.deciding import confirmed_level, current_level, open_proposal
from huiying.judging.models import Event, LevelDecision
from huiying.kernel import clock
from huiying.ledger.queries import entries
from huiying.people.errors import Refused
from stream_of import OTHER, event_from, grave_event

REASON = "经核实只有一条转发，阅读量系平台重复统计，当事人已经联系上并表示理解"


def kinds(event: Event) -> list[str]:
    return [entry.kind for entry in entries(f"event:{event.number}") if entry.kind.startswith("level.")]


def test_the_suggestion_is_no_decision(staff: Cast):
    event = event_from()
    assert confirmed_level(event) is None
    assert current_level(event) == event.suggested_level == "L1"


def test_confirming_the_suggestion_ends_the_hour_and_the_climbing(staff: Cast):
    event = event_from()
    row = decide_level(event, "L1", staff.duty)
    event.refresh_from_db()
    assert (row.kind, confirmed_level(event)) == (LevelDecision.CONFIRMED, "L1")
    assert event.confirm_by is None
    assert not event.warnings.filter(acknowledged_at=None).exists()
    assert kinds(event) == ["level.confirmed"]


def test_anyone_on_duty_confirms_upwards_at_once(staff: Cast):
    event = event_from()
    assert decide_level(event, "L4", staff.duty).kind == LevelDecision.CONFIRMED
    assert current_level(event) == "L4"


def test_raising_later_is_at_once_and_needs_no_reason(staff: Cast):
    event = event_from()
    decide_level(event, "L1", staff.office)
    row = decide_level(event, "L3", staff.duty)
    assert (row.kind, row.was, current_level(event)) == (LevelDecision.RAISED, "L1", "L3")


def test_names_of_levels_are_understood_and_unknown_ones_refused(staff: Cast):
    event = event_from()
    assert decide_level(event, "较大", staff.duty).level == "L2"
    with pytest.raises(Refused, match="没有叫"):
        decide_level(event, "L9", staff.duty)


def test_confirming_twice_is_one_decision(staff: Cast):
    event = event_from()
    assert decide_level(event, "L1", staff.duty).pk == decide_level(event, "L1", staff.duty).pk


def test_a_duty_officer_below_the_suggestion_only_proposes(staff: Cast):
    event = grave_event()
    row = decide_level(event, "L1", staff.duty, REASON)
    assert row.kind == LevelDecision.PROPOSED_LOWER
    assert confirmed_level(event) is None
    assert current_level(event) == event.suggested_level
    event.refresh_from_db()
    assert event.confirm_by is not None


def test_who_may_confirm_the_suggestion_may_go_below_it_with_a_reason(staff: Cast):
    event = grave_event()
    with pytest.raises(Refused, match="理由"):
        decide_level(event, "L2", staff.top, "不严重")
    assert LevelDecision.objects.count() == 0
    assert decide_level(event, "L2", staff.top, REASON).kind == LevelDecision.CONFIRMED
    assert current_level(event) == "L2"


def test_a_lowered_level_needs_a_second_person(staff: Cast):
    event = event_from()
    decide_level(event, "L3", staff.duty)
    proposal = decide_level(event, "L1", staff.office, REASON)
    assert current_level(event) == "L3"
    with pytest.raises(Refused, match="另一人"):
        second_lower(proposal, agree=True, actor=staff.office)
    assert current_level(event) == "L3"
    row = second_lower(proposal, agree=True, actor=staff.deputy)
    assert (row.kind, row.by, row.second) == (LevelDecision.LOWERED, "办公室主任", "分管副局长")
    assert current_level(event) == "L1"
    assert kinds(event) == ["level.confirmed", "level.lower_proposed", "level.lowered"]


def test_lowering_without_a_reason_is_refused_and_changes_nothing(staff: Cast):
    event = event_from()
    decide_level(event, "L3", staff.duty)
    with pytest.raises(Refused, match="至少 20 个字"):
        propose_lower(event, "L1", "   不严重   " + " " * 30, staff.office)
    assert open_proposal(event) is None


def test_a_refused_proposal_leaves_the_level_and_is_final(staff: Cast):
    event = event_from()
    decide_level(event, "L3", staff.duty)
    proposal = propose_lower(event, "L1", REASON, staff.office)
    assert second_lower(proposal, agree=False, actor=staff.deputy).kind == LevelDecision.REFUSED
    assert current_level(event) == "L3"
    with pytest.raises(Refused, match="已有结论"):
        second_lower(proposal, agree=True, actor=staff.top)


def test_a_proposal_overtaken_by_a_raise_is_stale(staff: Cast):
    event = event_from()
    decide_level(event, "L2", staff.duty)
    proposal = propose_lower(event, "L1", REASON, staff.office)
    decide_level(event, "L4", staff.duty)
    with pytest.raises(Refused, match="已有变化"):
        second_lower(proposal, agree=True, actor=staff.deputy)
    assert current_level(event) == "L4"


def test_one_proposal_at_a_time(staff: Cast):
    event = event_from()
    decide_level(event, "L3", staff.duty)
    first = propose_lower(event, "L1", REASON, staff.office)
    assert propose_lower(event, "L1", REASON, staff.duty).pk == first.pk
    with pytest.raises(Refused, match="等第二人"):
        propose_lower(event, "L2", REASON, staff.duty)
    with pytest.raises(Refused, match="不低于"):
        propose_lower(event, "L4", REASON, staff.duty)


def test_the_database_itself_refuses_a_lowering_by_one_person(staff: Cast):
    event = event_from()
    row = {
        "event": event,
        "kind": "lowered",
        "level": "L1",
        "by": "甲",
        "by_user": 1,
        "reason": REASON,
        "at": clock.now(),
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        LevelDecision.objects.create(**row, second="甲", second_user=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        LevelDecision.objects.create(**row)


@pytest.mark.parametrize("who", ["editor", "works_head", "admin"])
def test_others_set_no_level(staff: Cast, who: str):
    event = event_from()
    with pytest.raises(Refused):
        decide_level(event, "L1", getattr(staff, who))
    assert LevelDecision.objects.count() == 0


def test_a_merged_event_is_graded_at_the_one_that_goes_on(staff: Cast):
    winner, loser = event_from(OTHER), grave_event()
    merge_events(loser, winner, staff.duty)
    with pytest.raises(Refused, match="已并入"):
        decide_level(loser, "L4", staff.duty)
