"""The clock of a drill: it stands while colleagues work, is never faster than asked, never goes beyond the end."""

from __future__ import annotations

import datetime as dt

from hypothesis import given, strategies as st

from huiying.drill.running import PacedClock

BEGINS = dt.datetime(2026, 9, 13, 23, 30, tzinfo=dt.UTC)
ENDS = BEGINS + dt.timedelta(hours=24)


class Meter:
    """Real time as a test tells it; resting takes as long as it says."""

    def __init__(self) -> None:
        self.at, self.rested = 100.0, 0.0

    def rest(self, seconds: float) -> None:
        self.at += seconds
        self.rested += seconds


def paced(speed: float) -> tuple[PacedClock, Meter]:
    meter = Meter()
    return PacedClock(BEGINS, ENDS, speed, elapsed=lambda: meter.at, rest=meter.rest), meter


def test_it_stands_still_however_long_the_work_takes() -> None:
    clock, meter = paced(600)
    meter.at += 3600
    assert clock() == BEGINS


def test_a_day_at_600_times_takes_144_seconds_whatever_the_work_took_meanwhile() -> None:
    clock, meter = paced(600)
    while clock() < ENDS:
        meter.at += 0.5  # work
        clock.fast_forward(clock() + dt.timedelta(minutes=10))
    assert clock() == ENDS
    assert meter.at - 100 == 144


def test_work_that_is_slower_than_the_speed_is_not_made_slower_still() -> None:
    clock, meter = paced(600)
    for _ in range(6):
        meter.at += 3
        clock.fast_forward(clock() + dt.timedelta(minutes=10))
    assert meter.rested == 0


@given(st.lists(st.integers(-5_000, 5_000), max_size=30), st.floats(1, 600))
def test_it_never_goes_back_and_never_beyond_the_end_inv_13(jumps: list[int], speed: float) -> None:
    clock, meter = paced(speed)
    before = clock()
    for minutes in jumps:
        told = clock.fast_forward(before + dt.timedelta(minutes=minutes))
        assert told == clock()
        assert before <= told <= ENDS
        assert (told - BEGINS).total_seconds() <= (meter.at - 100) * speed + 1e-3
        before = told
