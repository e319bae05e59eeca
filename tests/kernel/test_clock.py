"""INV-13: time is server time, monotone."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from huiying.kernel import clock

NOON = datetime(2018, 10, 24, 12, 0, tzinfo=UTC)


@given(st.lists(st.integers(-3600, 3600), min_size=2))
def test_the_system_clock_never_goes_backwards_inv13(steps: list[int]) -> None:
    readings = iter([NOON + timedelta(seconds=step) for step in steps])
    source = clock.SystemClock(lambda: next(readings))
    seen = [source() for _ in steps]
    assert seen == sorted(seen)
    assert seen[-1] == NOON + timedelta(seconds=max(steps))


def test_the_default_clock_is_aware_and_utc() -> None:
    assert clock.now().utcoffset() == timedelta(0)


def test_a_frozen_clock_moves_only_when_told() -> None:
    with clock.use(clock.FrozenClock(NOON)) as frozen:
        assert clock.now() == clock.now() == NOON
        frozen.advance(timedelta(hours=24))
        assert clock.now() == NOON + timedelta(days=1)
        frozen.set(NOON)
        assert clock.now() == NOON


def test_a_clock_in_use_is_seen_by_other_threads() -> None:
    seen: list[datetime] = []
    with clock.use(clock.FrozenClock(NOON)):
        thread = threading.Thread(target=lambda: seen.append(clock.now()))
        thread.start()
        thread.join()
    assert seen == [NOON]


def test_the_former_clock_returns_after_an_error() -> None:
    before = clock.install(clock.FrozenClock(NOON))
    try:
        with pytest.raises(KeyError), clock.use(clock.FrozenClock(NOON + timedelta(days=9))):
            raise KeyError
        assert clock.now() == NOON
    finally:
        clock.install(before)


def test_a_time_without_zone_is_refused_with_advice() -> None:
    with pytest.raises(ValueError, match="没有时区"):
        clock.FrozenClock(datetime(2018, 10, 24))  # noqa: DTZ001


def test_a_source_in_another_zone_is_read_as_utc() -> None:
    with clock.use(lambda: datetime.fromisoformat("2018-10-24T20:00:00+08:00")):
        assert clock.now() == NOON
        assert clock.now().tzinfo is UTC
