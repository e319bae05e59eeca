"""The one source of time (INV-13).

Every room asks `clock.now()`; nobody calls `datetime.now()`. The source belongs to the whole process,
because a deadline computed in the web thread is acted on in the loop thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TypeVar

#: Where it stands in a home, time there is replayed: the point that a demonstration saved.
REPLAYED = "demo-clock.json"

Source = Callable[[], datetime]
SourceT = TypeVar("SourceT", bound=Source)


class SystemClock:
    """The machine's clock with a floor: an NTP step back must not give a later act an earlier time
    (INV-13).
    """

    def __init__(self, read: Source | None = None) -> None:
        self._read = read or (lambda: datetime.now(UTC))
        self._floor = datetime.min.replace(tzinfo=UTC)
        self._lock = threading.Lock()

    def __call__(self) -> datetime:
        with self._lock:
            self._floor = max(self._floor, _utc(self._read()))
            return self._floor

    def machine(self) -> datetime:
        """What the machine itself says, which after a step back is before the floor."""
        return _utc(self._read())


class FrozenClock:
    """A clock that moves only when told; for tests, drills and replays."""

    def __init__(self, at: datetime) -> None:
        self._at = _utc(at)

    def __call__(self) -> datetime:
        return self._at

    def advance(self, by: timedelta) -> datetime:
        """Move on by `by` and return the new time."""
        self._at += by
        return self._at

    def set(self, at: datetime) -> None:
        """Stand at `at`, which may be earlier: that is how a wound-back server clock is rehearsed."""
        self._at = _utc(at)


_source: Source = SystemClock()


def now() -> datetime:
    """The current time, aware, UTC."""
    return _utc(_source())


def machine() -> datetime:
    """The time as the machine has it, without the floor: only to judge the clock by it, never to date an act."""
    return _source.machine() if isinstance(_source, SystemClock) else now()


def install(source: Source) -> Source:
    """Make `source` the clock of this process and return the one it replaces."""
    global _source
    replaced, _source = _source, source
    return replaced


@contextmanager
def use(source: SourceT) -> Iterator[SourceT]:
    """Install `source` for the length of a block, in all threads."""
    replaced = install(source)
    try:
        yield source
    finally:
        install(replaced)


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError(f"时间 {at!r} 没有时区；请使用带时区的时间，例如 datetime(…, tzinfo=UTC)")
    return at.astimezone(UTC)
