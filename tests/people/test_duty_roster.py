"""值班表 (C5.1): the office sets it, the hour's shift is called first, and an hour that nobody has is seen."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, strategies as st

from cast import Cast
from huiying.judging.warnings import duty_desk
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.people import roster
from huiying.people.actions import deactivate, end_appointment
from huiying.people.actions.roster import cancel_shift, set_shift
from huiying.people.errors import Refused
from huiying.people.models import DutyShift
from huiying.people.queries import able, on_duty
from huiying.work.models import Notice

HOUR = dt.timedelta(hours=1)
NOW = dt.datetime(2026, 9, 14, 2, 0, tzinfo=dt.UTC)


def refused(code: str, *args: object, **more: int) -> None:
    with pytest.raises(Refused) as no:
        set_shift(*args, **more)  # type: ignore[arg-type]
    assert no.value.code == code


def test_the_shift_of_the_hour_is_called_first_c5_1(cast: Cast, frozen: FrozenClock) -> None:
    set_shift(cast.duty2, NOW, NOW + 8 * HOUR, cast.office)
    assert on_duty() == [cast.duty2]
    assert duty_desk() == [cast.duty2]
    frozen.advance(8 * HOUR)
    assert on_duty() == able("duty")


def test_without_a_roster_everybody_whose_post_sits_at_the_desk_is_called_c6_12(cast: Cast) -> None:
    assert on_duty() == able("duty")
    assert cast.duty in duty_desk()


def test_a_shift_of_somebody_whose_post_ended_calls_nobody_into_the_void(cast: Cast) -> None:
    set_shift(cast.duty2, NOW, NOW + 8 * HOUR, cast.office)
    end_appointment(cast.duty2.appointments.get(), cast.admin)
    assert cast.duty2 not in on_duty()
    assert cast.duty in on_duty()


def test_a_leaver_is_not_on_duty(cast: Cast) -> None:
    set_shift(cast.duty2, NOW, NOW + 8 * HOUR, cast.office)
    deactivate(cast.duty2, cast.admin)
    assert roster.on_shift() == []


def test_two_at_the_desk_are_both_called(cast: Cast) -> None:
    set_shift(cast.duty, NOW, NOW + 8 * HOUR, cast.office)
    set_shift(cast.shift, NOW, NOW + 9 * HOUR, cast.office)
    assert roster.on_shift() == [cast.duty, cast.shift]


def test_a_shift_is_recorded_and_told_to_its_person(cast: Cast) -> None:
    set_shift(cast.duty2, NOW, NOW + 8 * HOUR, cast.office)
    entry = LedgerEntry.objects.get(kind="shift.set")
    assert entry.data == {
        "name": "值班员小吴",
        "from": "2026-09-14T02:00:00.000000Z",
        "to": "2026-09-14T10:00:00.000000Z",
    }
    assert entry.chain == "system"
    notice = Notice.objects.get(recipient="duty2")
    assert "09-14 10:00 至 09-14 18:00" in notice.body


def test_the_same_hours_on_several_days_are_one_order_and_one_notice(cast: Cast) -> None:
    made = set_shift(cast.duty2, NOW, NOW + 8 * HOUR, cast.office, days=5)
    assert [row.starts_at for row in made] == [NOW + day * 24 * HOUR for day in range(5)]
    assert LedgerEntry.objects.filter(kind="shift.set").count() == 5
    assert "连续 5 天" in Notice.objects.get(recipient="duty2").body


def test_of_several_days_all_are_set_or_none(cast: Cast) -> None:
    set_shift(cast.duty2, NOW + 50 * HOUR, NOW + 52 * HOUR, cast.office)
    refused("overlaps", cast.duty2, NOW, NOW + 8 * HOUR, cast.office, days=5)
    assert DutyShift.objects.count() == 1


@pytest.mark.parametrize("who", ["duty", "tech_head", "deputy", "inspector", "admin"])
def test_only_the_office_edits_the_roster(cast: Cast, who: str) -> None:
    refused("not_permitted", cast.duty, NOW, NOW + HOUR, cast.people[who])
    shift = set_shift(cast.duty, NOW, NOW + HOUR, cast.office)[0]
    with pytest.raises(Refused) as no:
        cancel_shift(shift, cast.people[who])
    assert no.value.code == "not_permitted"


def test_nobody_is_set_who_could_not_act_at_the_desk_c5_1(cast: Cast) -> None:
    refused("no_duty_post", cast.works_head, NOW, NOW + HOUR, cast.office)


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [(5, 5, "no_length"), (5, 4, "no_length"), (0, 25, "too_long"), (-5, 0, "past"), (-5, -1, "past")],
)
def test_hours_that_make_no_shift_are_refused(cast: Cast, start: int, end: int, code: str) -> None:
    refused(code, cast.duty, NOW + start * HOUR, NOW + end * HOUR, cast.office)


@pytest.mark.parametrize("days", [0, -1, 32])
def test_a_number_of_days_without_sense_is_refused(cast: Cast, days: int) -> None:
    refused("too_many_days", cast.duty, NOW, NOW + HOUR, cast.office, days=days)


def test_nobody_has_two_shifts_at_once_but_one_may_follow_the_other(cast: Cast) -> None:
    set_shift(cast.duty, NOW, NOW + 8 * HOUR, cast.office)
    refused("overlaps", cast.duty, NOW + 7 * HOUR, NOW + 9 * HOUR, cast.office)
    set_shift(cast.duty, NOW + 8 * HOUR, NOW + 9 * HOUR, cast.office)


def test_a_cancelled_shift_stays_as_a_row_and_frees_its_hours(cast: Cast) -> None:
    shift = set_shift(cast.duty, NOW, NOW + 8 * HOUR, cast.office)[0]
    cancel_shift(shift, cast.office)
    assert DutyShift.objects.get().cancelled_at == NOW
    assert roster.on_shift() == []
    assert LedgerEntry.objects.get(kind="shift.cancelled").data["name"] == cast.duty.name
    assert Notice.objects.filter(recipient="duty", title="值班取消").count() == 1
    set_shift(cast.duty, NOW, NOW + 8 * HOUR, cast.office)
    with pytest.raises(Refused) as no:
        cancel_shift(shift, cast.office)
    assert no.value.code == "cancelled"


def test_a_shift_that_was_sat_is_not_cancelled_away(cast: Cast, frozen: FrozenClock) -> None:
    shift = set_shift(cast.duty, NOW, NOW + HOUR, cast.office)[0]
    frozen.advance(HOUR)
    with pytest.raises(Refused) as no:
        cancel_shift(shift, cast.office)
    assert no.value.code == "past"


def test_check_names_the_hours_that_a_kept_roster_leaves_open_c5_1(cast: Cast) -> None:
    assert roster.every_hour_has_a_name() == []
    set_shift(cast.duty, NOW, NOW + 10 * HOUR, cast.office)
    set_shift(cast.duty2, NOW + 12 * HOUR, NOW + 24 * HOUR, cast.office)
    found, ahead = roster.every_hour_has_a_name()
    assert (found.code, found.severity) == ("roster.gap", "warning")
    assert "09-14 20:00–09-14 22:00" in found.sentence_zh
    assert ahead.code == "roster.gaps_ahead"
    set_shift(cast.shift, NOW + 10 * HOUR, NOW + 12 * HOUR, cast.office)
    (ahead,) = roster.every_hour_has_a_name()
    assert "未来两周还有 1 段无人值班，最早 09-15 10:00–09-28 10:00" in ahead.sentence_zh


def test_a_roster_with_a_name_for_each_hour_of_two_weeks_is_left_alone_c5_1(cast: Cast) -> None:
    set_shift(cast.duty, NOW, NOW + 12 * HOUR, cast.office, days=14)
    set_shift(cast.duty2, NOW + 12 * HOUR, NOW + 24 * HOUR, cast.office, days=14)
    assert roster.every_hour_has_a_name() == []
    assert roster.holes_ahead(NOW) == []


SPANS = st.lists(st.tuples(st.integers(-5, 30), st.integers(1, 12)), max_size=8)


@given(SPANS)
def test_shifts_and_gaps_together_cover_every_hour_once_c5_1(spans: list[tuple[int, int]]) -> None:
    shifts = [DutyShift(starts_at=NOW + a * HOUR, ends_at=NOW + (a + n) * HOUR) for a, n in spans]
    holes = roster.gaps(shifts, NOW, NOW + 24 * HOUR)
    for hour in range(24):
        moment = NOW + hour * HOUR
        covered = any(row.starts_at <= moment < row.ends_at for row in shifts)
        empty = [hole for hole in holes if hole.starts_at <= moment < hole.ends_at]
        assert len(empty) == (0 if covered else 1)
    assert all(NOW <= hole.starts_at < hole.ends_at <= NOW + 24 * HOUR for hole in holes)
