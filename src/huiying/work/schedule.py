"""What recurs. Two kinds, both found by polling rows, so no timer can be lost (habit 8).

`@every(name, seconds)` runs a function at a distance; `@poller(name)` runs on each tick of the loop and
acts on rows whose `next_action_at` has come, such as the clocks of cases.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from huiying.kernel import clock
from huiying.work import leases
from huiying.work.models import Schedule
from huiying.work.rows import locked

Recurring = Callable[[], object]
Poll = Callable[[datetime, int], int]
Due = Callable[[datetime], bool]

AFTER_ERROR = timedelta(seconds=60)
POLL_LIMIT = 200

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Every:
    run: Recurring
    seconds: int
    transactional: bool


@dataclass(frozen=True)
class _Poller:
    poll: Poll
    due: Due | None
    transactional: bool


_recurring: dict[str, _Every] = {}
_pollers: dict[str, _Poller] = {}


def every(name: str, seconds: int, *, transactional: bool = True) -> Callable[[Recurring], Recurring]:
    """Run the function every `seconds`, together with the mark of the run in one transaction.

    With `transactional=False` it runs before the mark, outside a transaction, and so may run twice after a
    crash: for what takes long or acts outside the database.
    """

    def register(run: Recurring) -> Recurring:
        _recurring[name] = _Every(run, seconds, transactional)
        return run

    return register


def poller(name: str, *, due: Due | None = None, transactional: bool = True) -> Callable[[Poll], Poll]:
    """Register `poll(now, limit) -> number acted on`, run on each tick inside a transaction under the
    loop's fence.

    `due(now)` is a cheap look whether there is anything to do; with it an idle poller takes no write lock.
    A row that may fail on its own belongs in the outbox (enqueue a job for it), or it would hold up its
    neighbours. With `transactional=False` the poller opens its own transactions and calls
    `leases.require(loop.current())` in them.
    """

    def register(poll: Poll) -> Poll:
        _pollers[name] = _Poller(poll, due, transactional)
        return poll

    return register


def run_recurring(held: leases.HeldLease | None = None) -> int:
    """Run what is due of `@every`; returns how many. One that fails is noted and tried again soon."""
    now = clock.now()
    known = dict(
        Schedule.objects.filter(name__in=_recurring, every_seconds__gt=0).values_list("name", "next_action_at")
    )
    due = [name for name in _recurring if name not in known or known[name] <= now]
    for name in due:
        _guarded(name, held, _recurring[name].seconds, partial(_run_one, name, held))
    return len(due)


def run_pollers(held: leases.HeldLease | None = None, limit: int = POLL_LIMIT) -> int:
    """Run every poller once; returns how many rows were acted on."""
    return sum(_guarded(name, held, 0, partial(_poll_one, name, held, limit)) for name in _pollers)


def _run_one(name: str, held: leases.HeldLease | None) -> int:
    item = _recurring[name]
    if not item.transactional:
        item.run()
    with transaction.atomic():
        leases.require(held)
        now = clock.now()
        row = locked(Schedule, name, every_seconds=item.seconds, next_action_at=now)
        if row.next_action_at > now:
            return 0  # another loop ran it between the look and the lock
        if item.transactional:
            item.run()
        row.every_seconds, row.last_run_at, row.last_error = item.seconds, now, ""
        row.next_action_at = now + timedelta(seconds=item.seconds)
        row.save()
    return 1


def _poll_one(name: str, held: leases.HeldLease | None, limit: int) -> int:
    item = _pollers[name]
    now = clock.now()
    if item.due is not None and not item.due(now):
        return 0
    if not item.transactional:
        acted = item.poll(now, limit)
    else:
        with transaction.atomic():
            leases.require(held)
            acted = item.poll(now, limit)
    _clear_error(name)
    return acted


_failing: set[str] = set()


def _clear_error(name: str) -> None:
    """A poller leaves a row only when it failed; the row says since when it works again."""
    if name in _failing:
        Schedule.objects.filter(pk=name).update(last_error="", last_run_at=clock.now())
        _failing.discard(name)


def _guarded(name: str, held: leases.HeldLease | None, seconds: int, run: Callable[[], int]) -> int:
    """One bad function never stops the loop; it leaves a note that `huiying check` reads."""
    try:
        return run()
    except leases.LeaseLost:
        raise
    except Exception as error:
        _log.exception("%s failed", name)
        _failing.add(name)
        with transaction.atomic():
            leases.require(held)
            now = clock.now()
            row = locked(Schedule, name, every_seconds=seconds, next_action_at=now)
            row.last_error = f"{type(error).__name__}：{error}"[:2000]
            row.next_action_at = now + min(AFTER_ERROR, timedelta(seconds=seconds or 60))
            row.save()
        return 0
