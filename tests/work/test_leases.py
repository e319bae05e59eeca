"""Leases with a fencing token (habit 11)."""

from datetime import timedelta

import pytest

from huiying.kernel import clock
from huiying.work import leases

pytestmark = pytest.mark.django_db
TTL = timedelta(seconds=60)


def test_only_one_holder_at_a_time(frozen: clock.FrozenClock) -> None:
    first = leases.acquire("loop", "a", TTL)
    assert first is not None
    assert leases.acquire("loop", "b", TTL) is None
    assert leases.acquire("other", "b", TTL) is not None
    leases.require(first)


def test_prolonging_keeps_the_fence(frozen: clock.FrozenClock) -> None:
    first = leases.acquire("loop", "a", TTL)
    frozen.advance(TTL / 2)
    assert leases.acquire("loop", "a", TTL) == first
    frozen.advance(TTL * 0.9)
    assert leases.acquire("loop", "b", TTL) is None


def test_a_new_holder_gets_a_higher_fence_and_the_old_one_is_out(frozen: clock.FrozenClock) -> None:
    old = leases.acquire("loop", "a", TTL)
    frozen.advance(TTL)
    new = leases.acquire("loop", "b", TTL)
    assert old is not None
    assert new is not None
    assert new.fence > old.fence
    with pytest.raises(leases.LeaseLost, match="a 的 loop"):
        leases.require(old)
    leases.require(new)


def test_the_same_holder_gets_a_new_fence_after_a_lapse(frozen: clock.FrozenClock) -> None:
    old = leases.acquire("loop", "a", TTL)
    frozen.advance(TTL)
    assert leases.acquire("loop", "a", TTL) != old
    with pytest.raises(leases.LeaseLost):
        leases.require(old)


def test_a_lease_that_ran_out_but_was_not_taken_still_counts(frozen: clock.FrozenClock) -> None:
    held = leases.acquire("loop", "a", TTL)
    frozen.advance(TTL * 5)
    leases.require(held)


def test_a_released_lease_is_free_at_once(frozen: clock.FrozenClock) -> None:
    held = leases.acquire("loop", "a", TTL)
    leases.release(held)
    assert leases.acquire("loop", "b", TTL) is not None


def test_a_late_release_does_not_take_the_lease_from_the_next(frozen: clock.FrozenClock) -> None:
    old = leases.acquire("loop", "a", TTL)
    frozen.advance(TTL)
    leases.acquire("loop", "b", TTL)
    leases.release(old)
    assert leases.acquire("loop", "c", TTL) is None


def test_a_lease_that_never_was_is_lost() -> None:
    with pytest.raises(leases.LeaseLost):
        leases.require(leases.HeldLease("loop", "ghost", 1))


def test_without_a_lease_nothing_is_required() -> None:
    leases.require(None)
