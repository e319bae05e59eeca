"""The loop: one thread that does everything that happens later. Any number may run; the one with the lease
acts.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import close_old_connections, connection

from huiying.kernel import clock
from huiying.kernel.processes import settle
from huiying.work import leases, outbox, schedule
from huiying.work.models import Heartbeat

LEASE = "loop"
LEASE_TTL = timedelta(seconds=60)
# Lease and heartbeat cost a commit with fsync; once a second is often enough for limits of a minute.
RENEW_EVERY = timedelta(seconds=1)
HEARTBEAT_STALE = timedelta(seconds=90)
HANGS_AFTER = timedelta(minutes=15)

_log = logging.getLogger(__name__)
_current = threading.local()


def current() -> leases.HeldLease | None:
    """The lease under which the calling code runs; None outside the loop."""
    held: leases.HeldLease | None = getattr(_current, "held", None)
    return held


@dataclass(frozen=True)
class Tick:
    """What one tick did; `held` is False while another process has the lease."""

    held: bool
    recurring: int = 0
    polled: int = 0
    jobs: int = 0

    @property
    def busy(self) -> bool:
        return bool(self.recurring or self.polled or self.jobs)


class Loop:
    """`holder` names this process, e.g. `host:pid`.

    With `hand_out` jobs go to other processes: it is called on each tick, tells them what is due and returns how many
    jobs it told; the loop itself does only what belongs beside it. `keep_for` is how long the lease is kept while one
    tick lasts (`kept`): a tick that lasts longer hangs.
    """

    def __init__(
        self,
        holder: str,
        *,
        ttl: timedelta = LEASE_TTL,
        jobs_per_tick: int = 50,
        hand_out: Callable[[], int] | None = None,
        keep_for: timedelta = HANGS_AFTER,
    ) -> None:
        self.holder = holder
        self._ttl = ttl
        self._jobs_per_tick = jobs_per_tick
        self._hand_out = hand_out
        self._keep_for = keep_for
        self._ticking_since: datetime | None = None
        self._held: leases.HeldLease | None = None
        self._renewed_at: datetime | None = None

    def tick(self) -> Tick:
        """Renew lease and heartbeat, then run what is due. Only a broken database raises."""
        self._ticking_since = clock.now()
        try:
            if not self._renew():
                return Tick(held=False)
            _current.held = self._held
            return Tick(
                held=True,
                recurring=schedule.run_recurring(self._held),
                polled=schedule.run_pollers(self._held),
                jobs=self._run_jobs(),
            )
        except leases.LeaseLost as lost:
            _log.warning("%s", lost)
            self._held = self._renewed_at = None
            return Tick(held=False)
        finally:
            _current.held = self._ticking_since = None

    def keep(self) -> bool:
        """From a thread beside the tick: prolong the lease while a tick goes on. False when there is nothing to keep.

        A short lease is soon taken over from a dead process; a busy one must not lose it to its own long work.
        """
        held, since = self._held, self._ticking_since
        if held is None or since is None or clock.now() - since > self._keep_for:
            return False
        return leases.prolong(held, self._ttl)

    def run(self, stop_event: threading.Event, idle_seconds: float = 0.5) -> None:
        """Tick until `stop_event`, rest when there is nothing to do, give the lease back at the end."""
        settle()
        try:
            while not stop_event.is_set():
                if not self._tick_safely():
                    stop_event.wait(idle_seconds)
        finally:
            if self._held is not None:
                leases.release(self._held)
            connection.close()

    def _tick_safely(self) -> bool:
        try:
            close_old_connections()
            return self.tick().busy
        except Exception:
            _log.exception("tick failed")
            self._renewed_at = None
            return False

    def _run_jobs(self) -> int:
        """Job by job, with a look at the lease between them, since a handler may take long."""
        kinds = None if self._hand_out is None else outbox.beside_loop()
        done = 0
        while done < self._jobs_per_tick and outbox.run_due(self.holder, self._held, limit=1, kinds=kinds):
            done += 1
            if not self._renew():
                return done
        return done + (self._hand_out() if self._hand_out is not None else 0)

    def _renew(self) -> bool:
        now = clock.now()
        if self._held and self._renewed_at and timedelta(0) <= now - self._renewed_at < RENEW_EVERY:
            return True
        self._held = leases.acquire(LEASE, self.holder, self._ttl)
        self._renewed_at = now
        note = "在岗" if self._held else "候补"
        Heartbeat.objects.update_or_create(
            name=f"loop:{self.holder}", defaults={"at": now, "pid": os.getpid(), "note": note}
        )
        return self._held is not None
