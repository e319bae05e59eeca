"""C5.16, INV-1, INV-3: two cases of one matter are joined and, where that was wrong, parted again."""

from __future__ import annotations

import datetime as dt

import pytest

from cast import Cast
from huiying.handling import actions, calling, clocks
from huiying.handling.actions.relating import unmerge_cases
from huiying.handling.models import Breach, Case
from huiying.handling.queries import case_for_number, case_of_event, effective, lead_of
from huiying.kernel import clock as time
from huiying.kernel.clock import FrozenClock
from huiying.ledger.actions import Actor
from huiying.ledger.models import LedgerEntry
from huiying.people.errors import Refused
from stories import CONSULTATION, RUMOUR, again, answered, opened, routed

HOUR = dt.timedelta(hours=1)
WHY = "两件说的不是一回事，应分开办理。"


def due(case: Case) -> dict[tuple[str, str], dt.datetime]:
    return {(row.act, row.layer): row.due_at for row in clocks.live(case).filter(is_legal=True)}


def entries(case: Case, kind: str) -> list[dict[str, object]]:
    rows = LedgerEntry.objects.filter(chain=f"case:{case.number}", kind=kind).order_by("seq")
    return [row.data or {} for row in rows]


def merged(cast: Cast, frozen: FrozenClock) -> tuple[Case, Case]:
    """The earlier case went into the later one."""
    loser = routed(cast)
    frozen.advance(2 * HOUR)
    winner = opened(cast, text=RUMOUR)
    actions.merge_cases(loser, winner, cast.duty)
    return again(loser), again(winner)


def test_a_merge_remembers_where_the_case_stood(cast: Cast, frozen: FrozenClock) -> None:
    loser, winner = merged(cast, frozen)
    assert (loser.state, loser.state_before_merge, loser.merged_into) == ("merged", "assigned", winner)


def test_un_merged_the_case_goes_on_where_it_stood_with_its_old_deadlines(cast: Cast, frozen: FrozenClock) -> None:
    loser = routed(cast)
    before = due(loser)
    frozen.advance(2 * HOUR)
    winner = opened(cast, text=RUMOUR)
    actions.merge_cases(loser, winner, cast.duty)
    assert due(loser) == {}
    frozen.advance(5 * HOUR)
    unmerge_cases(again(loser), WHY, cast.office)
    loser = again(loser)
    assert (loser.state, loser.state_before_merge, loser.merged_into) == ("assigned", "", None)
    assert due(loser) == before
    assert lead_of(loser) == cast.department("Z-XX")
    assert effective(loser, "accept_transfer") is not None


def test_the_other_case_keeps_the_earlier_knowledge_and_deadline_inv_3(cast: Cast, frozen: FrozenClock) -> None:
    loser, winner = merged(cast, frozen)
    known, kept = winner.first_known_at, due(winner)
    unmerge_cases(loser, WHY, cast.office)
    winner = again(winner)
    assert known == loser.first_known_at == winner.first_known_at
    assert due(winner) == kept


def test_both_numbers_stay_valid(cast: Cast, frozen: FrozenClock) -> None:
    loser, winner = merged(cast, frozen)
    assert case_of_event(loser.event_id) == winner
    unmerge_cases(loser, WHY, cast.office)
    assert case_of_event(loser.event_id) == loser
    assert case_for_number(loser.number) == loser
    assert case_for_number(winner.number) == winner


def test_both_chains_tell_of_it(cast: Cast, frozen: FrozenClock) -> None:
    loser, winner = merged(cast, frozen)
    unmerge_cases(loser, WHY, cast.office)
    assert entries(loser, "case.unmerged") == [{"from": winner.number, "reason": WHY}]
    assert entries(winner, "case.unmerged") == [{"into": loser.number, "reason": WHY}]
    assert entries(loser, "case.moved")[-1]["to"] == "assigned"


def test_a_deadline_that_passed_meanwhile_is_a_breach_at_the_next_turn(cast: Cast, frozen: FrozenClock) -> None:
    """C8.5: a merge that was undone gives no new time."""
    loser, _winner = merged(cast, frozen)
    frozen.advance(60 * HOUR)
    unmerge_cases(loser, WHY, cast.office)
    clocks.poll(time.now(), 100)
    (breach,) = Breach.objects.filter(clock__case=loser)
    assert (breach.cause, breach.due_at) == (clocks.LATE, loser.first_known_at + 48 * HOUR)


def test_a_breach_from_before_the_merge_is_not_written_twice(cast: Cast, frozen: FrozenClock) -> None:
    loser = routed(cast)
    frozen.advance(49 * HOUR)
    clocks.poll(time.now(), 100)
    winner = opened(cast, text=RUMOUR)
    actions.merge_cases(loser, winner, cast.duty)
    unmerge_cases(again(loser), WHY, cast.office)
    clocks.poll(time.now(), 100)
    clocks.stop(loser, "respond", "portal", Actor.SYSTEM)
    assert Breach.objects.filter(clock__case=loser).count() == 1


def test_merged_and_parted_twice(cast: Cast, frozen: FrozenClock) -> None:
    loser, winner = merged(cast, frozen)
    for _time in range(2):
        unmerge_cases(again(loser), WHY, cast.office)
        actions.merge_cases(again(loser), again(winner), cast.duty)
    unmerge_cases(again(loser), WHY, cast.office)
    row = effective(loser, "respond")
    assert row is not None
    assert row.events.filter(kind="resumed").count() == 3
    assert row.due_at == loser.first_known_at + 48 * HOUR


def test_what_was_stopped_before_the_merge_does_not_run_again(cast: Cast, frozen: FrozenClock) -> None:
    loser = routed(cast)
    winner = opened(cast, text=RUMOUR)
    actions.merge_cases(loser, winner, cast.duty)
    unmerge_cases(again(loser), WHY, cast.office)
    assert effective(loser, "triage") is None


def test_a_merge_ends_the_calls_of_the_case(cast: Cast, frozen: FrozenClock) -> None:
    loser, winner = opened(cast), opened(cast, text=RUMOUR)
    frozen.advance(25 * HOUR)
    clocks.poll(time.now(), 100)
    assert calling.open_calls(loser).exists()
    actions.merge_cases(loser, winner, cast.duty)
    assert not calling.open_calls(loser).exists()
    assert calling.open_calls(winner).exists()


@pytest.mark.parametrize("who", ["duty", "tech_head", "deputy", "inspector"])
def test_only_the_office_parts_them(cast: Cast, frozen: FrozenClock, who: str) -> None:
    loser, _winner = merged(cast, frozen)
    with pytest.raises(Refused) as refusal:
        unmerge_cases(loser, WHY, cast.people[who])
    assert refusal.value.code == "not_permitted"
    assert again(loser).state == "merged"


def test_parting_needs_a_reason(cast: Cast, frozen: FrozenClock) -> None:
    loser, _winner = merged(cast, frozen)
    with pytest.raises(Refused) as refusal:
        unmerge_cases(loser, "  错 ", cast.office)
    assert refusal.value.code == "too_short"
    assert again(loser).state == "merged"


def test_what_was_not_merged_is_not_parted(cast: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        unmerge_cases(opened(cast), WHY, cast.office)
    assert refusal.value.code == "not_merged"


def test_two_merges_against_each_other_the_second_is_refused(cast: Cast) -> None:
    one, two = opened(cast), opened(cast, text=RUMOUR)
    actions.merge_cases(one, two, cast.duty)
    with pytest.raises(Refused) as refusal:
        actions.merge_cases(two, one, cast.duty2)
    assert refusal.value.code == "case_is_closed"
    assert again(two).merged_into is None


def test_a_chain_of_merges_is_parted_link_by_link(cast: Cast) -> None:
    one, two, three = opened(cast), opened(cast, text=RUMOUR), opened(cast, text=CONSULTATION)
    actions.merge_cases(one, two, cast.duty)
    actions.merge_cases(again(two), three, cast.duty)
    unmerge_cases(again(one), WHY, cast.office)
    assert again(one).state == "registered"
    assert again(two).merged_into == three
    assert case_of_event(two.event_id) == three


def test_an_answered_case_is_not_merged_away_c11_1(cast: Cast) -> None:
    done, other = answered(cast), opened(cast, text=RUMOUR)
    with pytest.raises(Refused):
        actions.merge_cases(done, other, cast.duty)
