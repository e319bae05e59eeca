"""The loop and what recurs: nothing stops it, and only one acts (habits 8, 11, 14)."""

import logging
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db import connection

from huiying.kernel import clock
from huiying.work import leases, loop, outbox, schedule
from huiying.work.models import Counter, Heartbeat, Job, Lease, Schedule

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _registries(monkeypatch: pytest.MonkeyPatch, frozen: clock.FrozenClock) -> Iterator[None]:
    monkeypatch.setattr(outbox, "_handlers", {})
    monkeypatch.setattr(schedule, "_recurring", {})
    monkeypatch.setattr(schedule, "_pollers", {})
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def test_a_tick_does_what_is_due_and_says_so(frozen: clock.FrozenClock) -> None:
    done: list[str] = []
    outbox.handler("job")(lambda job: done.append("job"))
    schedule.every("hourly", 3600)(lambda: done.append("hourly"))
    schedule.poller("clocks")(lambda now, limit: done.append(f"clocks {now == frozen()} {limit}") or 2)
    outbox.enqueue("job", {}, "j")
    tick = loop.Loop("w").tick()
    assert done == ["hourly", "clocks True 200", "job"]
    assert tick == loop.Tick(held=True, recurring=1, polled=2, jobs=1)
    assert tick.busy


def test_an_idle_tick_is_not_busy() -> None:
    assert not loop.Loop("w").tick().busy


def test_recurring_work_keeps_its_distance(frozen: clock.FrozenClock) -> None:
    runs: list[datetime] = []
    schedule.every("minutely", 60)(lambda: runs.append(frozen()))
    worker = loop.Loop("w")
    start = frozen()
    for _ in range(7):
        worker.tick()
        frozen.advance(timedelta(seconds=20))
    assert [run - start for run in runs] == [0 * MINUTE, MINUTE, 2 * MINUTE]
    assert Schedule.objects.get().last_run_at == start + 2 * MINUTE


def test_work_missed_while_the_house_was_dark_runs_once(frozen: clock.FrozenClock) -> None:
    runs: list[int] = []
    schedule.every("minutely", 60)(lambda: runs.append(1))
    loop.Loop("a").tick()
    frozen.advance(timedelta(hours=9))
    loop.Loop("b").tick()
    loop.Loop("b").tick()
    assert len(runs) == 2


def test_one_bad_function_never_stops_the_others(frozen: clock.FrozenClock) -> None:
    done: list[str] = []

    def bad(*args: object) -> int:
        Counter.objects.create(pk=f"half {len(done)} {args}")
        raise RuntimeError("坏了")

    schedule.every("bad.every", 3600)(bad)
    schedule.poller("bad.poller")(bad)
    outbox.handler("bad")(bad)
    schedule.every("good.every", 3600)(lambda: done.append("every"))
    schedule.poller("good.poller")(lambda now, limit: done.append("poller") or 1)
    outbox.handler("good")(lambda job: done.append("job"))
    outbox.enqueue("bad", {}, "1")
    outbox.enqueue("good", {}, "2")
    tick = loop.Loop("w").tick()
    assert done == ["every", "poller", "job"]
    assert tick.jobs == 2
    assert not Counter.objects.exists()
    errors = dict(Schedule.objects.exclude(last_error="").values_list("name", "last_error"))
    assert errors.keys() == {"bad.every", "bad.poller"}
    assert "坏了" in errors["bad.every"]


def test_a_failed_recurring_function_is_tried_again_after_a_minute(frozen: clock.FrozenClock) -> None:
    failures = [RuntimeError("坏了")]

    def flaky() -> None:
        if failures:
            raise failures.pop()

    schedule.every("flaky", 3600)(flaky)
    worker = loop.Loop("w")
    worker.tick()
    assert Schedule.objects.get().last_error
    frozen.advance(MINUTE)
    worker.tick()
    row = Schedule.objects.get()
    assert (row.last_error, row.next_action_at) == ("", frozen() + timedelta(hours=1))


def test_a_poller_that_works_again_clears_its_note(frozen: clock.FrozenClock) -> None:
    failures = [RuntimeError("坏了")]

    def flaky(now: datetime, limit: int) -> int:
        if failures:
            raise failures.pop()
        return 0

    schedule.poller("flaky")(flaky)
    worker = loop.Loop("w")
    worker.tick()
    assert Schedule.objects.get().last_error
    worker.tick()
    assert Schedule.objects.get().last_error == ""


def test_a_poller_with_nothing_due_is_left_alone() -> None:
    polled: list[int] = []
    schedule.poller("idle", due=lambda now: False)(lambda now, limit: polled.append(1) or 1)
    assert loop.Loop("w").tick().polled == 0
    assert polled == []


def test_work_outside_the_transaction_runs_before_its_mark() -> None:
    depth: list[int] = []
    schedule.every("in", 60)(lambda: depth.append(len(connection.savepoint_ids)))
    schedule.every("out", 60, transactional=False)(lambda: depth.append(len(connection.savepoint_ids)))
    loop.Loop("w").tick()
    assert depth[0] == depth[1] + 1


def test_a_loop_without_the_lease_waits_and_says_so(frozen: clock.FrozenClock) -> None:
    outbox.handler("job")(lambda job: None)
    first, second = loop.Loop("first"), loop.Loop("second")
    first.tick()
    outbox.enqueue("job", {}, "j")
    assert second.tick() == loop.Tick(held=False)
    assert Job.objects.get().done_at is None
    assert Heartbeat.objects.get(pk="loop:second").note == "候补"
    frozen.advance(timedelta(seconds=61))
    assert second.tick().jobs == 1
    assert not first.tick().held


def test_each_tick_leaves_a_heartbeat(frozen: clock.FrozenClock) -> None:
    worker = loop.Loop("w")
    for _ in range(3):
        worker.tick()
        assert Heartbeat.objects.get(pk="loop:w").at == frozen()
        frozen.advance(timedelta(seconds=1))


def test_a_loop_whose_lease_was_taken_in_mid_tick_stops_writing(frozen: clock.FrozenClock) -> None:
    def stolen() -> None:
        Counter.objects.create(pk="mine")
        Lease.objects.update(holder="thief", fence=99)

    schedule.every("steal", 60, transactional=False)(stolen)
    outbox.handler("job")(lambda job: None)
    outbox.enqueue("job", {}, "j")
    assert loop.Loop("w").tick() == loop.Tick(held=False)
    assert Job.objects.get().done_at is None


def test_code_in_the_loop_can_ask_for_the_fence() -> None:
    seen: list[leases.HeldLease | None] = []
    schedule.every("ask", 60)(lambda: seen.append(loop.current()))
    loop.Loop("w").tick()
    assert seen[0] is not None
    leases.require(seen[0])
    assert loop.current() is None


def test_running_stops_when_told_and_gives_the_lease_back(monkeypatch: pytest.MonkeyPatch) -> None:
    stop = threading.Event()
    ticks: list[int] = []

    class Broken(loop.Loop):
        def tick(self) -> loop.Tick:
            ticks.append(1)
            if len(ticks) == 1:
                return super().tick()
            if len(ticks) == 2:
                raise OSError("database away")
            stop.set()
            return loop.Tick(held=True)

    monkeypatch.setattr(loop, "close_old_connections", lambda: None)
    monkeypatch.setattr(loop, "connection", type("Connection", (), {"close": lambda self: None})())
    Broken("w").run(stop, idle_seconds=0)
    assert len(ticks) == 3
    assert leases.acquire("loop", "next", MINUTE) is not None
