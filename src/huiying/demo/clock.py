"""The demonstration's own clock: saved point + elapsed real time × speed. It only goes forward, and while the program
is off it stands still (INV-13).

What is on disk is a promise, not a diary: no time later than the saved point was ever given out. A killed program
resumes a few demonstration minutes later than it stopped, never earlier. In large mode several processes share one
line through real time, in a file: where it begins, and on which second of the machine's monotone meter.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import math
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from huiying.kernel import clock, home

BEGINS = dt.datetime(2026, 9, 13, 23, 30, tzinfo=dt.UTC)  # Monday 2026-09-14 07:30 in Anshan
SPEED = 10.0
FASTEST = 10_000.0
SAVE_EVERY = 5.0  # real seconds
FILE = clock.REPLAYED


class DemoClock:
    """A source for `huiying.kernel.clock`. `elapsed` reads seconds from a monotone meter; tests give their own."""

    def __init__(self, path: Path, *, speed: float = SPEED, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._speed = speed
        self._elapsed = elapsed
        self._lock = threading.Lock()
        self._base = _read(path)
        self._since = elapsed()
        self._last = self._base
        self._promised = self._base

    def __call__(self) -> dt.datetime:
        with self._lock:
            return self._tell(self._base + dt.timedelta(seconds=(self._elapsed() - self._since) * self._speed))

    def fast_forward(self, to: dt.datetime) -> dt.datetime:
        """Move on to `to` and run on from there; a moment that has passed already changes nothing."""
        with self._lock:
            now = self._base + dt.timedelta(seconds=(self._elapsed() - self._since) * self._speed)
            self._base = max(now, self._last, to.astimezone(dt.UTC))
            self._since = self._elapsed()
            return self._tell(self._base)

    def _tell(self, at: dt.datetime) -> dt.datetime:
        self._last = max(self._last, at)
        if self._last > self._promised:
            self._promised = self._last + dt.timedelta(seconds=SAVE_EVERY * self._speed)
            _write(self._path, self._promised)
        return self._last


def _read(path: Path) -> dt.datetime:
    """The saved point; the fixed beginning where there is none yet."""
    try:
        return dt.datetime.fromisoformat(json.loads(path.read_text("utf-8"))["now"]).astimezone(dt.UTC)
    except FileNotFoundError:
        return BEGINS
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"演示时钟文件 {path} 读不出时间。删去整个演示目录 {path.parent} 可从头开始。") from error


def _write(path: Path, at: dt.datetime) -> None:
    part = path.with_suffix(f".{os.getpid()}.part")
    with part.open("w", encoding="utf-8") as handle:
        json.dump({"now": at.isoformat()}, handle)
        handle.flush()
        os.fsync(handle.fileno())
    part.replace(path)


def speed() -> float:
    """HUIYING_DEMO_SPEED: demonstration seconds a real second, from 0.1 to 10 000."""
    words = os.environ.get("HUIYING_DEMO_SPEED", "").strip()
    if not words:
        return SPEED
    try:
        asked = float(words)
    except ValueError:
        asked = math.nan
    if not 0.1 <= asked <= FASTEST:
        raise ValueError(f"HUIYING_DEMO_SPEED={words} 不能用：应为 0.1 到 {FASTEST:.0f} 的数，例如 10（快十倍）。")
    return asked


class Source(Protocol):
    """A clock that can be told to move on."""

    def __call__(self) -> dt.datetime: ...

    def fast_forward(self, to: dt.datetime) -> dt.datetime: ...


def install(source: Source | None = None) -> Source:
    """Make the demonstration's clock this process's, where the saved point left it. A drill gives its own."""
    chosen = source or DemoClock(home.home() / FILE, speed=speed())
    clock.install(chosen)
    _installed.append(chosen)
    return chosen


def stand_where_it_stands() -> bool:
    """In a demonstration's home, a command that only looks judges by the demonstration's time (C8.5); elsewhere by the
    machine's. The saved point is never before a time that was given out. Says whether this is such a home.
    """
    path = home.home() / FILE
    if not path.exists():
        return False
    clock.install(clock.FrozenClock(_read(path)))
    return True


def current() -> Source | None:
    """The clock that `install` put in force in this process."""
    return _installed[-1] if _installed else None


_installed: list[Source] = []


SHARED_FILE = "demo-clock-shared.json"


@dataclass(frozen=True)
class Line:
    """Demonstration time `base` stood at second `since`."""

    base: dt.datetime
    since: float

    def at(self, second: float, speed: float) -> dt.datetime:
        return self.base + dt.timedelta(seconds=max(0.0, second - self.since) * speed)


class SharedClock:
    """A source for `huiying.kernel.clock` whose time any process of the demonstration may move on."""

    def __init__(self, path: Path, *, speed: float = SPEED, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._speed = speed
        self._elapsed = elapsed
        self._lock = threading.Lock()
        self._stamp: tuple[int, int] | None = None
        self._line = Line(BEGINS, elapsed())
        self._last = BEGINS

    def __call__(self) -> dt.datetime:
        with self._lock:
            line = self._read()
            second = self._elapsed()
            self._last = max(self._last, line.at(second, self._speed))
            if second - line.since > SAVE_EVERY:
                self._move(self._last)
            return self._last

    def fast_forward(self, to: dt.datetime) -> dt.datetime:
        """Move on to `to`, for everybody; a moment that has passed already changes nothing."""
        with self._lock:
            self._move(to.astimezone(dt.UTC))
            self._last = max(self._last, self._read().at(self._elapsed(), self._speed))
            return self._last

    def resume(self) -> None:
        """Go on where the demonstration last stood; its first start is its beginning."""
        with self._lock, self._alone():
            line = _parsed(self._path)
            base = BEGINS if line is None else line.base + dt.timedelta(seconds=SAVE_EVERY * self._speed)
            self._write(Line(base, self._elapsed()))

    def _move(self, to: dt.datetime) -> None:
        with self._alone():
            second = self._elapsed()
            line = _parsed(self._path) or Line(BEGINS, second)
            self._write(Line(max(to, line.at(second, self._speed)), second))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self._path.with_suffix(".lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def _read(self) -> Line:
        try:
            stat = self._path.stat()
        except FileNotFoundError:
            return self._line
        stamp = (stat.st_ino, stat.st_mtime_ns)
        if stamp != self._stamp:
            self._line, self._stamp = _parsed(self._path) or self._line, stamp
        return self._line

    def _write(self, line: Line) -> None:
        part = self._path.with_suffix(".part")
        part.write_text(json.dumps({"base": line.base.isoformat(), "since": line.since}), "utf-8")
        part.replace(self._path)


def _parsed(path: Path) -> Line | None:
    try:
        told = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    return Line(dt.datetime.fromisoformat(told["base"]).astimezone(dt.UTC), float(told["since"]))
