"""The demonstration's clock for several processes on one machine (large mode): one line through real time, in a file.

The file holds where the line begins and on which second of the machine's monotone meter; whoever reads it computes the
same moment. As in `clock`, the demonstration stands still while nothing runs: what starts it calls `resume`.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from huiying.demo.clock import BEGINS, SAVE_EVERY, SPEED

FILE = "demo-clock-shared.json"


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
