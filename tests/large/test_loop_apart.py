"""A loop whose jobs go elsewhere, and whose short lease is kept while it works (habits 11, 14)."""

import datetime as dt
import threading

import pytest

from huiying.hub import apart
from huiying.kernel import clock
from huiying.work import leases, outbox, schedule
from huiying.work.loop import LEASE, Loop
from huiying.work.models import Job, Lease

pytestmark = pytest.mark.django_db
TTL = dt.timedelta(seconds=6)
SECOND = dt.timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _registries(monkeypatch: pytest.MonkeyPatch, frozen: clock.FrozenClock) -> None:
    monkeypatch.setattr(outbox, "_handlers", {})
    monkeypatch.setattr(schedule, "_recurring", {})
    monkeypatch.setattr(schedule, "_pollers", {})


def test_it_does_what_belongs_beside_it_and_hands_out_the_rest() -> None:
    done: list[str] = []
    outbox.handler("here", beside_loop=True)(lambda job: done.append("here"))
    outbox.handler("anywhere")(lambda job: done.append("anywhere"))
    outbox.enqueue("anywhere", {}, "1")
    outbox.enqueue("here", {}, "2")
    assert Loop("w", hand_out=lambda: 5).tick().jobs == 6
    assert done == ["here"]
    assert Job.objects.get(kind="anywhere").done_at is None


def test_one_that_stands_by_hands_out_nothing() -> None:
    told: list[int] = []
    Loop("leader").tick()
    assert not Loop("other", hand_out=lambda: told.append(1) or 1).tick().held
    assert told == []


def test_a_leader_keeps_its_lease_through_long_work(frozen: clock.FrozenClock) -> None:
    kept: list[bool] = []
    leader = Loop("leader", ttl=TTL)

    def work() -> None:
        for _ in range(5):
            frozen.advance(4 * SECOND)
            kept.append(leader.keep())
            assert not Loop("other", ttl=TTL).tick().held

    schedule.every("long", 3600, transactional=False)(work)
    assert leader.tick().held
    assert kept == [True] * 5


def test_a_leader_that_does_nothing_is_not_kept_alive(frozen: clock.FrozenClock) -> None:
    leader = Loop("leader", ttl=TTL)
    leader.tick()
    frozen.advance(4 * SECOND)
    assert not leader.keep()
    frozen.advance(3 * SECOND)
    assert Loop("other", ttl=TTL).tick().held


def test_a_tick_that_hangs_loses_the_lease_in_the_end(frozen: clock.FrozenClock) -> None:
    kept: list[bool] = []
    leader = Loop("leader", ttl=TTL, keep_for=dt.timedelta(minutes=1))

    def hang() -> None:
        frozen.advance(dt.timedelta(seconds=59))
        kept.append(leader.keep())
        frozen.advance(dt.timedelta(seconds=2))
        kept.append(leader.keep())

    schedule.every("hangs", 3600, transactional=False)(hang)
    leader.tick()
    assert kept == [True, False]


def test_a_lease_that_went_to_another_is_not_taken_back(frozen: clock.FrozenClock) -> None:
    held = leases.acquire(LEASE, "first", TTL)
    assert held is not None
    frozen.advance(7 * SECOND)
    assert leases.acquire(LEASE, "second", TTL) is not None
    assert not leases.prolong(held, TTL)
    assert Lease.objects.get().holder == "second"


def test_taking_over_takes_less_than_ten_seconds_by_the_figures() -> None:
    assert apart.LEASE + dt.timedelta(seconds=1 + apart.IDLE_SECONDS) < dt.timedelta(seconds=10)
    assert apart.LEASE.total_seconds() > apart.KEEP_EVERY * 2


def test_the_keeper_outlives_a_database_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    stop, asked = threading.Event(), []

    def prolong() -> bool:
        asked.append(1)
        if len(asked) == 1:
            raise OperationalError("away")
        stop.set()
        return True

    monkeypatch.setattr("django.db.connection.close", lambda: None)
    apart.keep(prolong, stop, every=0.001)
    assert len(asked) == 2
