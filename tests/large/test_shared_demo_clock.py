"""The demonstration's clock for several processes: one line through real time that only goes forward (INV-13)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from huiying.demo.clock import BEGINS, SAVE_EVERY, SHARED_FILE, SharedClock

MINUTE = dt.timedelta(minutes=1)


class Meter:
    """The machine's monotone seconds, the same for every process on it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def meter() -> Meter:
    return Meter()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / SHARED_FILE


def clock(path: Path, meter: Meter, speed: float = 10.0) -> SharedClock:
    return SharedClock(path, speed=speed, elapsed=meter)


def test_two_processes_read_the_same_moment(path: Path, meter: Meter) -> None:
    first = clock(path, meter)
    first.resume()
    second = clock(path, meter)
    meter.now += 3
    assert first() == second() == BEGINS + dt.timedelta(seconds=30)
    meter.now += 60
    assert first() == second() == BEGINS + dt.timedelta(seconds=630)


def test_what_one_moves_on_is_moved_on_for_everybody(path: Path, meter: Meter) -> None:
    first, second = clock(path, meter), clock(path, meter)
    first.resume()
    second()
    first.fast_forward(BEGINS + 10 * MINUTE)
    assert second() == first() == BEGINS + 10 * MINUTE
    meter.now += 6
    assert second() == BEGINS + 11 * MINUTE


def test_it_is_never_moved_back(path: Path, meter: Meter) -> None:
    first, second = clock(path, meter), clock(path, meter)
    first.resume()
    meter.now += 60
    later = second()
    assert first.fast_forward(BEGINS) >= later
    assert second() >= later


def test_while_nothing_runs_it_stands_still(path: Path, meter: Meter) -> None:
    first = clock(path, meter)
    first.resume()
    meter.now += 100
    stood = first()
    meter.now += 86_400
    again = clock(path, meter)
    again.resume()
    assert stood <= again() <= stood + dt.timedelta(seconds=SAVE_EVERY * 10)


def test_after_the_machine_was_started_again_it_goes_on_and_not_back(path: Path, meter: Meter) -> None:
    first = clock(path, meter)
    first.resume()
    first.fast_forward(BEGINS + 60 * MINUTE)
    rebooted = Meter()
    rebooted.now = 1.0  # the meter begins anew
    again = clock(path, rebooted)
    assert again() >= BEGINS + 60 * MINUTE
    again.resume()
    rebooted.now += 6
    assert again() >= BEGINS + 61 * MINUTE


def test_before_its_first_start_it_stands_at_the_beginning(path: Path, meter: Meter) -> None:
    assert clock(path, meter)() == BEGINS
    assert not path.exists()


def test_a_process_that_starts_later_is_no_earlier(path: Path, meter: Meter) -> None:
    first = clock(path, meter)
    first.resume()
    for _ in range(20):
        meter.now += 7
        assert clock(path, meter)() >= BEGINS
        assert clock(path, meter)() == first()
