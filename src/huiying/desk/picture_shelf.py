"""What the overview, the wall and the map of coverage draw from, counted once for all who look.

The figures are the same for every reader; each reader's own part is chosen from them afterwards. They are kept until
the ledger moves and for no longer than half a minute: sources and patrols change without an entry. So the pages stay
within their twelve queries, and a wall that asks every half minute costs nothing.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from huiying.kernel import clock
from huiying.listening import coverage
from huiying.overseeing import overview
from huiying.overseeing.overview import Punctual, Running, Trend
from huiying.regulation import Regulation

LASTS = dt.timedelta(seconds=30)
DAYS = 14
Made = TypeVar("Made")


class Shelf:
    """By name: the ledger's last entry when it was made, the moment, and what was made."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[int, dt.datetime, Any]] = {}
        self._lock = threading.Lock()

    def get(self, name: str, entry: int, make: Callable[[], Made]) -> Made:
        """Whoever comes while it is being made waits for it: it is made once."""
        with self._lock:
            kept = self._kept.get(name)
            now = clock.now()
            if kept is None or kept[0] != entry or not dt.timedelta(0) <= now - kept[1] <= LASTS:
                kept = self._kept[name] = (entry, now, make())
            made: Made = kept[2]
            return made

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()


shelf = Shelf()


@dataclass(frozen=True)
class Seen:
    """The house at one moment."""

    at: dt.datetime
    running: list[Running]
    this_month: Punctual
    last_month: Punctual
    trend: Trend
    life_calls: int


def seen(regulation: Regulation, entry: int) -> Seen:
    return shelf.get("seen", entry, lambda: _seen(regulation))


def _seen(regulation: Regulation) -> Seen:
    today = clock.now().astimezone(regulation.zone).date()
    this = overview.month_of(today)
    last = overview.month_of(this.first - dt.timedelta(days=1))
    told = overview.punctual([last, this], regulation)
    days = overview.last_days(DAYS, regulation.zone)
    return Seen(
        at=clock.now(),
        running=overview.running(),
        this_month=told[this.words],
        last_month=told[last.words],
        trend=overview.trend(days, regulation),
        life_calls=overview.life_calls(),
    )


def heard(regulation: Regulation, entry: int) -> list[coverage.ClassNow]:
    return shelf.get("heard", entry, lambda: coverage.classes_now(regulation, clock.now()))
