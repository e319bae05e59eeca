"""局政务公开领导小组 (C5.1): it has members, one head, and its heads sign a roster that has no hole."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from cast import Cast
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.people import roster
from huiying.people.actions import deactivate
from huiying.people.actions.roster import (
    answer_swap,
    ask_swap,
    cancel_shift,
    leave_seat,
    set_shift,
    sign_roster,
    take_seat,
)
from huiying.people.errors import Refused
from huiying.people.models import GroupSeat, RosterSignature, User

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
NOW = dt.datetime(2026, 9, 14, 2, 0, tzinfo=dt.UTC)


def refused(code: str, call: object, *args: object) -> Refused:
    with pytest.raises(Refused) as no:
        call(*args)  # type: ignore[operator]
    assert no.value.code == code
    return no.value


def seated(cast: Cast) -> GroupSeat:
    return take_seat(cast.top, GroupSeat.HEAD, cast.office)


def manned(cast: Cast, days: int = 2) -> None:
    """Day and night of some days, by two."""
    set_shift(cast.duty, NOW, NOW + 12 * HOUR, cast.office, days=days)
    set_shift(cast.duty2, NOW + 12 * HOUR, NOW + 24 * HOUR, cast.office, days=days)


def test_head_deputies_and_members_stand_in_that_order_c5_1(cast: Cast) -> None:
    take_seat(cast.legal, GroupSeat.MEMBER, cast.office)
    take_seat(cast.deputy, GroupSeat.DEPUTY, cast.office)
    seated(cast)
    assert [seat.user for seat in roster.group()] == [cast.top, cast.deputy, cast.legal]


def test_a_group_has_one_head_c5_1(cast: Cast) -> None:
    seated(cast)
    no = refused("has_a_head", take_seat, cast.deputy, GroupSeat.HEAD, cast.office)
    assert "局长" in no.sentence
    with pytest.raises(IntegrityError), transaction.atomic():
        GroupSeat.objects.create(user=cast.deputy, place=GroupSeat.HEAD, since=NOW, seated_by="甲")


def test_nobody_sits_in_it_twice(cast: Cast) -> None:
    seated(cast)
    refused("already", take_seat, cast.top, GroupSeat.MEMBER, cast.office)


def test_only_people_of_the_bureau_who_hold_a_post_sit_in_it(cast: Cast, frozen: FrozenClock) -> None:
    guest = User.objects.create_user("guest", "新来的小何", None, joined_at=NOW)
    for user in (guest, cast.admin):
        refused("not_staff", take_seat, user, GroupSeat.MEMBER, cast.office)
    refused("unknown_place", take_seat, cast.legal, "chairman", cast.office)


@pytest.mark.parametrize("who", ["duty", "editor", "tech_head", "inspector", "admin"])
def test_the_office_or_a_leader_says_who_sits_in_it(cast: Cast, who: str) -> None:
    refused("not_permitted", take_seat, cast.legal, GroupSeat.MEMBER, cast.people[who])


def test_an_ended_seat_stays_on_record_and_the_place_is_free_again(cast: Cast, frozen: FrozenClock) -> None:
    seat = seated(cast)
    frozen.advance(DAY)
    leave_seat(seat, "调离", cast.office)
    seat.refresh_from_db()
    assert (seat.until, seat.ended_why) == (NOW + DAY, "调离")
    assert roster.group() == []
    refused("already_ended", leave_seat, seat, "调离", cast.office)
    assert take_seat(cast.deputy, GroupSeat.HEAD, cast.office).pk != seat.pk
    assert list(
        LedgerEntry.objects.filter(kind__startswith="group.").order_by("id").values_list("kind", flat=True)
    ) == [
        "group.seated",
        "group.left",
        "group.seated",
    ]


def test_a_seat_ends_with_a_reason_or_not_at_all(cast: Cast) -> None:
    refused("too_short", leave_seat, seated(cast), " ", cast.office)
    assert len(roster.group()) == 1


def test_whoever_leaves_the_bureau_leaves_the_group(cast: Cast) -> None:
    take_seat(cast.legal, GroupSeat.MEMBER, cast.office)
    deactivate(cast.legal, cast.admin)
    assert roster.group() == []
    assert GroupSeat.objects.get().ended_why == "离开本局"


# --- the signed roster ---


def test_a_roster_without_a_hole_is_signed_by_the_head_c5_1(cast: Cast) -> None:
    seated(cast)
    manned(cast)
    row = sign_roster(NOW, NOW + 2 * DAY, cast.top)
    assert [name for name, _from, _to in row.shifts] == ["值班员小周", "值班员小吴"] * 2
    entry = LedgerEntry.objects.get(kind="roster.signed")
    assert entry.data is not None
    assert entry.data["shifts"] == row.shifts
    found = roster.signed(NOW, NOW + DAY)
    assert found is not None
    assert (found.row, found.changed) == (row, 0)


def test_a_shift_with_nobody_can_not_be_signed_c5_1(cast: Cast) -> None:
    seated(cast)
    manned(cast)
    set_shift(cast.duty, NOW + 2 * DAY, NOW + 2 * DAY + 3 * HOUR, cast.office)
    no = refused("uncovered", sign_roster, NOW, NOW + 3 * DAY, cast.top)
    assert "还有 1 段无人值班，最早 09-16 13:00" in no.sentence
    assert not RosterSignature.objects.exists()


def test_hours_that_have_passed_need_no_name_to_sign_the_rest(cast: Cast, frozen: FrozenClock) -> None:
    seated(cast)
    manned(cast, days=1)
    frozen.advance(HOUR)
    assert sign_roster(NOW - 5 * HOUR, NOW + DAY, cast.top).signed_by == "局长"


def test_what_has_passed_and_what_is_too_long_is_not_signed(cast: Cast, frozen: FrozenClock) -> None:
    seated(cast)
    refused("too_long", sign_roster, NOW, NOW + 32 * DAY, cast.top)
    refused("too_long", sign_roster, NOW, NOW, cast.top)
    frozen.advance(3 * DAY)
    refused("past", sign_roster, NOW, NOW + 2 * DAY, cast.top)


@pytest.mark.parametrize("who", ["office", "legal", "duty", "deputy"])
def test_only_head_and_deputy_of_the_group_sign(cast: Cast, who: str) -> None:
    seated(cast)
    take_seat(cast.legal, GroupSeat.MEMBER, cast.office)
    manned(cast)
    refused("not_permitted", sign_roster, NOW, NOW + DAY, cast.people[who])


def test_what_changes_after_the_signature_is_counted_until_it_is_signed_again_c5_1(
    cast: Cast, frozen: FrozenClock
) -> None:
    seated(cast)
    manned(cast)
    sign_roster(NOW, NOW + 2 * DAY, cast.top)
    tomorrow = cast.duty.shifts.order_by("starts_at").last()
    assert tomorrow is not None
    answer_swap(ask_swap(tomorrow, cast.shift, "家里有事", cast.duty), True, cast.shift)
    found = roster.signed(NOW, NOW + DAY)
    assert found is not None
    assert found.changed == 1
    cancel_shift(cast.duty2.shifts.order_by("starts_at").last(), cast.office)  # type: ignore[arg-type]
    again = roster.signed(NOW, NOW + DAY)
    assert again is not None
    assert again.changed == 2
    set_shift(cast.shift, NOW + 36 * HOUR, NOW + 48 * HOUR, cast.office)
    sign_roster(NOW, NOW + 2 * DAY, cast.top)
    last = roster.signed(NOW, NOW + DAY)
    assert last is not None
    assert last.changed == 0


def test_days_that_nobody_signed_say_so(cast: Cast) -> None:
    seated(cast)
    manned(cast)
    sign_roster(NOW, NOW + DAY, cast.top)
    assert roster.signed(NOW + DAY, NOW + 2 * DAY) is None
