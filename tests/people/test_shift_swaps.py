"""调班 (C5.1): a turn changes hands by the word of both, and no hour is without a name in between."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from cast import Cast
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.people import roster
from huiying.people.actions import end_appointment
from huiying.people.actions.roster import answer_swap, ask_swap, cancel_shift, set_shift, withdraw_swap
from huiying.people.errors import Refused
from huiying.people.models import DutyShift, ShiftSwap
from huiying.work.models import Notice

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
NOW = dt.datetime(2026, 9, 14, 2, 0, tzinfo=dt.UTC)
WHY = "家里有事"


def turn(cast: Cast, who: str, day: int = 1, hours: int = 8) -> DutyShift:
    (made,) = set_shift(cast.people[who], NOW + day * DAY, NOW + day * DAY + hours * HOUR, cast.office)
    return made


def refused(code: str, call: Any, *args: Any, **more: Any) -> None:
    with pytest.raises(Refused) as no:
        call(*args, **more)
    assert no.value.code == code


def names() -> dict[int, str]:
    return dict(DutyShift.objects.values_list("pk", "user__username"))


def test_until_the_other_agrees_the_turn_stays_mine_c5_1(cast: Cast) -> None:
    mine = turn(cast, "duty")
    swap = ask_swap(mine, cast.duty2, WHY, cast.duty)
    assert names() == {mine.pk: "duty"}
    assert [row.pk for row in roster.open_swaps(cast.duty2)] == [swap.pk]
    assert "09-15 10:00 至 09-15 18:00" in Notice.objects.filter(recipient="duty2").latest("id").body
    answer_swap(swap, True, cast.duty2)
    assert names() == {mine.pk: "duty2"}
    assert roster.open_swaps(cast.duty) == []


def test_refused_nothing_changes_and_the_asker_is_told(cast: Cast) -> None:
    mine = turn(cast, "duty")
    answer_swap(ask_swap(mine, cast.duty2, WHY, cast.duty), False, cast.duty2)
    assert names() == {mine.pk: "duty"}
    assert "不能替班" in Notice.objects.filter(recipient="duty").latest("id").body


def test_two_turns_change_hands_in_one_moment_c5_1(cast: Cast) -> None:
    mine, theirs = turn(cast, "duty", 1), turn(cast, "duty2", 2)
    answer_swap(ask_swap(mine, cast.duty2, WHY, cast.duty, in_return=theirs), True, cast.duty2)
    assert names() == {mine.pk: "duty2", theirs.pk: "duty"}


def test_two_turns_at_the_same_hours_can_be_exchanged(cast: Cast) -> None:
    """Each would overlap with the turn that is given away for it: that one does not count."""
    mine, theirs = turn(cast, "duty"), turn(cast, "duty2")
    answer_swap(ask_swap(mine, cast.duty2, WHY, cast.duty, in_return=theirs), True, cast.duty2)
    assert names() == {mine.pk: "duty2", theirs.pk: "duty"}


def test_nobody_is_asked_to_sit_twice_at_one_moment(cast: Cast) -> None:
    mine = turn(cast, "duty")
    turn(cast, "duty2")
    refused("overlaps", ask_swap, mine, cast.duty2, WHY, cast.duty)


def test_what_overlaps_only_later_is_refused_at_the_answer(cast: Cast) -> None:
    mine = turn(cast, "duty")
    swap = ask_swap(mine, cast.duty2, WHY, cast.duty)
    turn(cast, "duty2")
    refused("overlaps", answer_swap, swap, True, cast.duty2)
    assert names()[mine.pk] == "duty"
    assert ShiftSwap.objects.get().answered_at is None


def test_what_comes_back_must_fit_the_asker_too(cast: Cast) -> None:
    mine, theirs = turn(cast, "duty", 1), turn(cast, "duty2", 2)
    turn(cast, "duty", 2)
    refused("overlaps", ask_swap, mine, cast.duty2, WHY, cast.duty, in_return=theirs)


def test_a_turn_that_has_begun_is_handed_over_at_the_desk_and_not_swapped(cast: Cast, frozen: FrozenClock) -> None:
    mine = turn(cast, "duty")
    swap = ask_swap(mine, cast.duty2, WHY, cast.duty)
    frozen.advance(DAY)
    refused("begun", answer_swap, swap, True, cast.duty2)
    refused("begun", ask_swap, mine, cast.duty2, WHY, cast.duty)
    assert roster.open_swaps(cast.duty2) == []


def test_a_cancelled_turn_is_not_swapped(cast: Cast) -> None:
    mine = turn(cast, "duty")
    swap = ask_swap(mine, cast.duty2, WHY, cast.duty)
    cancel_shift(mine, cast.office)
    refused("cancelled", answer_swap, swap, True, cast.duty2)
    refused("cancelled", ask_swap, mine, cast.duty2, WHY, cast.duty)


def test_only_whoever_has_the_turn_asks_and_only_whoever_was_asked_answers(cast: Cast) -> None:
    mine = turn(cast, "duty")
    for who in ("duty2", "office", "top", "admin"):
        refused("not_permitted", ask_swap, mine, cast.shift, WHY, cast.people[who])
    swap = ask_swap(mine, cast.duty2, WHY, cast.duty)
    for who in ("duty", "office", "top", "shift"):
        refused("not_permitted", answer_swap, swap, True, cast.people[who])
    refused("not_permitted", withdraw_swap, swap, cast.duty2)


def test_asking_oneself_or_somebody_without_a_duty_post_leads_nowhere(cast: Cast) -> None:
    mine = turn(cast, "duty")
    refused("oneself", ask_swap, mine, cast.duty, WHY, cast.duty)
    refused("no_duty_post", ask_swap, mine, cast.editor, WHY, cast.duty)
    refused("too_short", ask_swap, mine, cast.duty2, "", cast.duty)


def test_somebody_whose_post_ended_meanwhile_does_not_get_the_turn(cast: Cast) -> None:
    mine = turn(cast, "duty")
    swap = ask_swap(mine, cast.duty2, WHY, cast.duty)
    end_appointment(cast.duty2.appointments.get(), cast.admin)
    refused("no_duty_post", answer_swap, swap, True, cast.duty2)
    assert names()[mine.pk] == "duty"


def test_what_is_wanted_in_return_must_be_theirs(cast: Cast) -> None:
    mine, other = turn(cast, "duty"), turn(cast, "shift", 2)
    refused("not_theirs", ask_swap, mine, cast.duty2, WHY, cast.duty, in_return=other)


def test_one_turn_is_offered_to_one_person_at_a_time(cast: Cast) -> None:
    mine = turn(cast, "duty")
    swap = ask_swap(mine, cast.duty2, WHY, cast.duty)
    refused("asked_already", ask_swap, mine, cast.shift, WHY, cast.duty)
    withdraw_swap(swap, cast.duty)
    answer_swap(ask_swap(mine, cast.shift, WHY, cast.duty), True, cast.shift)
    assert names()[mine.pk] == "shift"
    refused("answered", answer_swap, swap, True, cast.duty2)


def test_a_turn_that_went_to_somebody_else_meanwhile_is_not_taken_back_by_an_old_swap(cast: Cast) -> None:
    mine, theirs = turn(cast, "duty", 1), turn(cast, "duty2", 2)
    old = ask_swap(mine, cast.duty2, WHY, cast.duty, in_return=theirs)
    answer_swap(ask_swap(theirs, cast.shift, WHY, cast.duty2), True, cast.shift)
    refused("changed_meanwhile", answer_swap, old, True, cast.duty2)


def test_each_word_stands_in_the_ledger_with_the_hours(cast: Cast) -> None:
    mine, theirs = turn(cast, "duty", 1), turn(cast, "duty2", 2)
    answer_swap(ask_swap(mine, cast.duty2, WHY, cast.duty, in_return=theirs), True, cast.duty2)
    entry = LedgerEntry.objects.get(kind="swap.agreed")
    assert entry.data == {
        "shift": mine.pk,
        "name": "值班员小周",
        "to_name": "值班员小吴",
        "from": "2026-09-15T02:00:00.000000Z",
        "to": "2026-09-15T10:00:00.000000Z",
        "in_return": ["2026-09-16T02:00:00.000000Z", "2026-09-16T10:00:00.000000Z"],
    }
    assert LedgerEntry.objects.get(kind="swap.asked").data["reason"] == WHY  # type: ignore[index]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["duty", "duty2", "shift"]), st.booleans()), max_size=8))
def test_whatever_is_swapped_the_covered_hours_stay_the_same_c5_1(
    cast: Cast, asked: list[tuple[int, str, bool]]
) -> None:
    DutyShift.objects.all().update(cancelled_at=NOW)
    turns = [turn(cast, who, day) for day in range(1, 4) for who in ("duty", "duty2")]
    span = (NOW, NOW + 5 * DAY)
    before = roster.gaps(roster.shifts_between(*span), *span)
    for place, who, agree in asked:
        mine = DutyShift.objects.select_related("user").get(pk=turns[place].pk)
        try:
            swap = ask_swap(mine, cast.people[who], WHY, mine.user)
            answer_swap(swap, agree, cast.people[who])
        except Refused:
            continue
    assert roster.gaps(roster.shifts_between(*span), *span) == before
    now = roster.shifts_between(*span)
    for row in now:
        assert not [
            one for one in now if one.user_id == row.user_id and one.pk != row.pk and one.starts_at == row.starts_at
        ]
