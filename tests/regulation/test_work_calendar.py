"""Working time with holidays and make-up days, and natural time across daylight saving (G3, C8.5)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings, strategies as st

from huiying.regulation import load
from huiying.regulation.calendar import Duration, WorkCalendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = WorkCalendar(
    SHANGHAI,
    frozenset({1, 2, 3, 4, 5}),
    ((8 * 60, 12 * 60), (14 * 60 + 30, 17 * 60 + 30)),
    frozenset(date(2026, 10, day) for day in range(1, 8)),
    frozenset({date(2026, 10, 10), date(2026, 9, 20)}),
)
MOMENTS = st.datetimes(datetime(2026, 9, 1), datetime(2026, 11, 1), timezones=st.just(SHANGHAI))  # noqa: DTZ001
HOURS = st.integers(1, 60).map(lambda n: Duration.parse(f"PT{n}WH"))
DAYS = st.integers(1, 15).map(lambda n: Duration.parse(f"P{n}WD"))
NATURAL = st.integers(1, 2000).map(lambda n: Duration.parse(f"PT{n}M"))
ANY = st.one_of(HOURS, DAYS, NATURAL)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "length", "due"),
    [
        ("2026-09-07T10:00", "P1WD", "2026-09-08T17:30"),
        ("2026-09-07T23:59", "P1WD", "2026-09-08T17:30"),
        ("2026-09-12T10:00", "P1WD", "2026-09-14T17:30"),  # a Saturday
        ("2026-09-30T16:00", "P1WD", "2026-10-08T17:30"),  # over the National Day
        ("2026-10-09T09:00", "P1WD", "2026-10-10T17:30"),  # a make-up Saturday works
        ("2026-09-18T09:00", "P2WD", "2026-09-21T17:30"),  # a make-up Sunday works
        ("2026-09-07T11:00", "PT1WH", "2026-09-07T12:00"),
        ("2026-09-07T11:00", "PT2WH", "2026-09-07T15:30"),
        ("2026-09-07T13:00", "PT3WH", "2026-09-07T17:30"),
        ("2026-09-30T17:00", "PT1WH", "2026-10-08T08:30"),
        ("2026-10-10T16:30", "PT2WH", "2026-10-12T09:00"),
        ("2026-09-30T17:00", "PT48H", "2026-10-02T17:00"),
        ("2026-01-31T17:00", "P1M", "2026-02-28T17:00"),
        ("2024-02-29T17:00", "P1Y", "2025-02-28T17:00"),
    ],
)
def test_a_length_of_time_ends_where_the_calendar_says(start: str, length: str, due: str) -> None:
    assert OFFICE.add(at(start), Duration.parse(length)) == at(due)


def test_a_make_up_day_beats_the_weekend_and_a_holiday_beats_the_weekday() -> None:
    assert OFFICE.is_working_day(date(2026, 10, 10))
    assert not OFFICE.is_working_day(date(2026, 10, 8) - timedelta(days=1))
    assert not OFFICE.is_working_day(date(2026, 10, 11))


@settings(max_examples=150, deadline=None)
@given(MOMENTS, HOURS)
def test_working_time_between_start_and_due_is_what_was_added(start: datetime, length: Duration) -> None:
    assert OFFICE.between(start, OFFICE.add(start, length)) == timedelta(hours=length.working_hours)


@settings(max_examples=100, deadline=None)
@given(MOMENTS, DAYS)
def test_working_days_between_start_and_due_are_what_was_added(start: datetime, length: Duration) -> None:
    assert OFFICE.working_days_between(start, OFFICE.add(start, length)) == length.working_days


@settings(max_examples=150, deadline=None)
@given(MOMENTS, MOMENTS, ANY)
def test_an_earlier_start_is_never_due_later(one: datetime, two: datetime, length: Duration) -> None:
    """INV-2, INV-3: first known earlier means due earlier or at the same moment."""
    early, late = sorted((one, two))
    assert OFFICE.add(early, length) <= OFFICE.add(late, length)


@settings(max_examples=100, deadline=None)
@given(MOMENTS, ANY)
def test_due_lies_after_the_start_and_in_the_zone(start: datetime, length: Duration) -> None:
    due = OFFICE.add(start.astimezone(UTC), length)
    assert due > start
    assert due.tzinfo is SHANGHAI
    if length.working:
        assert OFFICE.is_working_day(due.date())


@settings(max_examples=100, deadline=None)
@given(MOMENTS, st.integers(1, 40))
def test_a_longer_length_is_due_later(start: datetime, hours: int) -> None:
    assert OFFICE.add(start, Duration.parse(f"PT{hours}WH")) < OFFICE.add(start, Duration.parse(f"PT{hours + 1}WH"))


def test_natural_hours_are_elapsed_hours_when_the_clocks_changed_in_1986() -> None:
    """China put its clocks forward on 1986-05-04: 24 elapsed hours end at 11:00 on the wall."""
    calendar = WorkCalendar(SHANGHAI)
    start = datetime(1986, 5, 3, 10, tzinfo=SHANGHAI)
    due = calendar.add(start, Duration.parse("PT24H"))
    assert due.astimezone(UTC) - start.astimezone(UTC) == timedelta(hours=24)
    assert due.hour == 11


def test_an_interval_over_a_change_of_clocks_counts_what_elapses() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    night = WorkCalendar(berlin, frozenset({7}), ((0, 6 * 60),))
    midnight = datetime(2026, 3, 29, tzinfo=berlin)
    assert night.between(midnight, midnight + timedelta(hours=12)) == timedelta(hours=5)


def test_the_last_interval_may_end_at_midnight() -> None:
    late = WorkCalendar(SHANGHAI, frozenset({1}), ((20 * 60, 24 * 60),))
    assert late.add(at("2026-09-06T10:00"), Duration.parse("P1WD")) == at("2026-09-08T00:00")


def test_time_between_is_zero_backwards() -> None:
    assert OFFICE.between(at("2026-09-08T10:00"), at("2026-09-07T10:00")) == timedelta(0)
    assert OFFICE.working_days_between(at("2026-09-08T10:00"), at("2026-09-07T10:00")) == 0


def test_a_time_without_zone_and_working_time_without_hours_are_refused() -> None:
    with pytest.raises(ValueError):
        OFFICE.add(datetime(2026, 9, 7, 10), Duration.parse("PT1H"))  # noqa: DTZ001
    with pytest.raises(ValueError):
        WorkCalendar(SHANGHAI).add(at("2026-09-07T10:00"), Duration.parse("P1WD"))


@pytest.mark.parametrize("length", ["P1WD", "PT1WH", "PT240H", "P1Y"])
def test_the_end_of_the_calendar_is_an_overflow(length: str) -> None:
    with pytest.raises(OverflowError):
        OFFICE.add(datetime(9999, 12, 31, 20, tzinfo=UTC), Duration.parse(length))


def test_the_second_bureaus_calendar_knows_its_make_up_days() -> None:
    calendar = load("sixian").work_calendar
    assert calendar.is_working_day(date(2026, 2, 14))
    assert not calendar.is_working_day(date(2026, 2, 16))
    assert calendar.add(at("2026-02-13T09:00"), Duration.parse("P2WD")) == at("2026-02-24T17:30")


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("PT48H", "48小时", "48 hours"),
        ("PT30M", "30分钟", "30 minutes"),
        ("PT1H30M", "1小时30分钟", "1 hour 30 minutes"),
        ("P10D", "10天", "10 days"),
        ("P1DT12H", "1天12小时", "1 day 12 hours"),
        ("P2W", "14天", "14 days"),
        ("P3WD", "3个工作日", "3 working days"),
        ("PT4WH", "4个工作小时", "4 working hours"),
        ("P10Y", "10年", "10 years"),
        ("P6M", "6个月", "6 months"),
        ("PT5S", "5秒", "5 seconds"),
    ],
)
def test_a_duration_is_said_as_people_say_it(text: str, zh: str, en: str) -> None:
    assert (Duration.parse(text).zh(), Duration.parse(text).en()) == (zh, en)


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "48H", "PT0H", "P0D", "P-1D", "PT1.5H", "P3wd", "P3WDT1H", "P1D ", "PT٣H", "P0WD", "P1DT"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Duration.parse(text)
