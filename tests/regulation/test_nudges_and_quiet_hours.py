"""DOMAIN §4.3, C5.12, §2.2: nudges whose limit stands outside clocks.internal, quiet hours, names a file leaves out."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from hypothesis import given, strategies as st

from huiying.regulation import loader
from huiying.regulation.builtin import ACT_NAMES
from huiying.regulation.calendar import Duration
from huiying.regulation.deadlines import nudge, quiet_until
from huiying.regulation.schema import Calendar, InternalClock

ANSHAN = loader.load("anshan")
TEN = dt.datetime(2026, 9, 14, 2, 0, tzinfo=dt.UTC)  # Monday 10:00 in Anshan


@pytest.mark.parametrize(
    ("act", "level", "minutes"),
    [
        ("liaison", "L1", 120), ("first_notice", "L1", None), ("first_notice", "L2", 30), ("first_notice", "L4", 10),
        ("rescan", "L1", 1440), ("rescan", "L4", 30), ("review", "L2", 14400), ("triage", "L1", 30),
        ("joint_meeting_convene", "L2", None), ("joint_meeting_convene", "L4", 120), ("no_such_act", "L4", None),
    ],
)  # fmt: skip
def test_the_limit_of_a_nudge_by_level(act: str, level: str, minutes: int | None) -> None:
    found = nudge(ANSHAN, act, level, TEN)
    assert (found.due_at - TEN if found else None) == (minutes and dt.timedelta(minutes=minutes))
    if found:
        assert found.layer == "internal"
        assert found.explanation
        assert found.explanation_en


def test_a_bureau_may_write_such_a_nudge_among_its_own_clocks() -> None:
    own = InternalClock(within=Duration.parse("PT5H"), start="closed_at", path="clocks.internal.review")
    clocks = dataclasses.replace(ANSHAN.clocks, internal={**ANSHAN.clocks.internal, "review": own})
    found = nudge(dataclasses.replace(ANSHAN, clocks=clocks), "review", "L4", TEN)
    assert found is not None
    assert found.due_at - TEN == dt.timedelta(hours=5)


def test_working_hours_leave_out_the_holiday_and_count_the_make_up_day() -> None:
    """C10.6 with PT4WH: from Friday 16:30 over a Saturday that is worked, and never for natural hours."""
    calendar = Calendar(
        weekdays=(1, 2, 3, 4, 5), working_hours=("08:30-12:00", "13:30-17:30"), holidays=("2026-09-14",),
        makeup_days=("2026-09-12",),
    )  # fmt: skip
    rule = InternalClock(within=Duration.parse("PT4WH"), start="transferred_at", path="clocks.internal.accept_transfer")
    clocks = dataclasses.replace(ANSHAN.clocks, internal={**ANSHAN.clocks.internal, "accept_transfer": rule})
    law = dataclasses.replace(ANSHAN, clocks=clocks, calendar=calendar)
    friday = dt.datetime(2026, 9, 11, 8, 30, tzinfo=dt.UTC)  # 16:30 in Anshan
    found = nudge(law, "accept_transfer", "L1", friday)
    assert found is not None
    assert found.due_at == dt.datetime(2026, 9, 12, 3, 30, tzinfo=dt.UTC)  # Saturday 11:30
    natural = nudge(law, "rescan", "L1", friday)
    assert natural is not None
    assert natural.due_at - friday == dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("hour", "minute", "until"),
    [
        (21, 59, None), (22, 0, (1, 6, 30)), (23, 59, (1, 6, 30)), (0, 0, (0, 6, 30)), (6, 29, (0, 6, 30)),
        (6, 30, None), (12, 0, None),
    ],
)  # fmt: skip
def test_the_night_is_one_although_it_is_written_as_two(
    hour: int, minute: int, until: tuple[int, int, int] | None
) -> None:
    at = dt.datetime(2026, 9, 14, hour, minute, tzinfo=ANSHAN.zone)
    expected = None
    if until:
        expected = dt.datetime(2026, 9, 14 + until[0], until[1], until[2], tzinfo=ANSHAN.zone)
    assert quiet_until(ANSHAN, at) == expected


@given(at=st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2026, 12, 31), timezones=st.just(dt.UTC)))  # noqa: DTZ001
def test_quiet_hours_end_within_a_day_and_outside_of_them(at: dt.datetime) -> None:
    end = quiet_until(ANSHAN, at)
    if end is not None:
        assert at < end <= at + dt.timedelta(hours=9)
        assert quiet_until(ANSHAN, end) is None


def test_quiet_all_day_long_does_not_silence_for_ever() -> None:
    clocks = dataclasses.replace(ANSHAN.clocks, quiet_hours=("00:00-12:00", "12:00-24:00"))
    end = quiet_until(dataclasses.replace(ANSHAN, clocks=clocks), TEN)
    assert end is not None
    assert end <= TEN + dt.timedelta(days=2)


def test_without_quiet_hours_nothing_waits() -> None:
    clocks = dataclasses.replace(ANSHAN.clocks, quiet_hours=())
    assert quiet_until(dataclasses.replace(ANSHAN, clocks=clocks), TEN) is None


@pytest.mark.parametrize("name", loader.BUILT_IN)
@pytest.mark.parametrize("act", ACT_NAMES)
def test_every_act_of_the_software_has_a_name_in_every_file(name: str, act: str) -> None:
    """§2.2: a bureau's own acts block may leave them out."""
    law = loader.load(name)
    bare = dataclasses.replace(law, acts={})
    for one in (law, bare):
        assert one.name_of("act", act)
        assert one.name_of("act", act, "en").isascii()


def test_a_files_own_name_stands_before_the_softwares() -> None:
    assert ANSHAN.name_of("act", "report_office_sync") == "同步报送局办公室"


def test_an_act_that_nobody_knows_has_no_name() -> None:
    with pytest.raises(KeyError):
        ANSHAN.name_of("act", "no_such_act")
