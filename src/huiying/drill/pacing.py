"""The clock of a drill that colleagues of the script play: it stands still while they work and then moves on, never
faster than it was asked to. So the same drill gives the same review on a slow machine and on a fast one.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable

SLOWEST, FASTEST = 1.0, 600.0


class PacedClock:
    """A source for `huiying.kernel.clock`. `speed` is drill seconds a real second; tests give their own meter."""

    def __init__(
        self,
        begins: dt.datetime,
        ends: dt.datetime,
        speed: float,
        *,
        elapsed: Callable[[], float] = time.monotonic,
        rest: Callable[[float], None] = time.sleep,
    ) -> None:
        self._begins, self._ends, self._at, self._speed = begins, ends, begins, speed
        self._elapsed, self._rest, self._since = elapsed, rest, elapsed()
        self._lock = threading.Lock()

    def __call__(self) -> dt.datetime:
        with self._lock:
            return self._at

    def fast_forward(self, to: dt.datetime) -> dt.datetime:
        """On to `to`, once as much real time has passed as the speed asks for; a past moment changes nothing.

        Never beyond the end of the drill.
        """
        to = min(to, self._ends)
        early = (to - self._begins).total_seconds() / self._speed - (self._elapsed() - self._since)
        if early > 0:
            self._rest(early)
        with self._lock:
            self._at = max(self._at, to)
            return self._at
