"""A drill from its first minute to its review. Everything happens in the drill's own home: no entry of the real
ledger, no real person, no real channel is touched （九）.

Its clock stands still while colleagues of the script work and then moves on, never faster than it was asked to, so the
same drill gives the same review on a slow machine and on a fast one.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from huiying.drill.recording import Storm
from huiying.drill.review import review

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


FILE = "review.json"


def home_of(name: str) -> Path:
    """A folder that no other drill had: `drills/NAME-1`, `drills/NAME-2` …"""
    root = Path(os.environ.get("HUIYING_HOME", "var")) / "drills"
    root.mkdir(parents=True, exist_ok=True)
    for number in range(1, 100_000):
        found = root / f"{name}-{number}"
        try:
            found.mkdir(mode=0o700)
        except FileExistsError:
            continue
        return found
    raise OSError(f"{root} 里的演练太多，请先移走旧的")


def settle_in(home: Path) -> None:
    """Before settings are read: this process belongs to the drill from here on."""
    os.environ["HUIYING_HOME"] = str(home)
    os.environ["HUIYING_DEMO"] = "1"  # watermarks; every real channel is refused
    for name in ("HUIYING_DATABASE_URL", "HUIYING_NOTIFY_URLS", "HUIYING_EMAIL_URL", "HUIYING_BROKER_URL"):
        os.environ.pop(name, None)


def bring(rows: Sequence[dict[str, Any]]) -> None:
    """A recorded storm comes instead of the demonstration's."""
    from huiying.demo import director

    director.play_instead(rows)


def play(storm: Storm, speed: float) -> dict[str, Any]:
    """With colleagues of the script alone, in this process. Returns the review."""
    from huiying.demo import clock as demo_clock, director, people
    from huiying.judging import engines
    from huiying.kernel import clock
    from huiying.work.loop import Loop

    end = storm.ends
    paced = PacedClock(storm.begins, end, speed)
    demo_clock.install(paced)
    people.prepare()
    engines.use_in_process()
    loop = Loop("drill")
    while clock.now() < end or director.is_behind(end):
        busy = loop.tick().busy
        if not busy and not director.is_behind(clock.now()):
            # Nothing is due: on to what comes next, in steps in which limits and calls act near their time.
            paced.fast_forward(clock.now() + director.LONGEST_JUMP)
    return told(storm, speed)


def play_with_people(storm: Storm, speed: float, roles: Sequence[str], serve: Callable[[], int]) -> dict[str, Any]:
    """Some roles are people at their browsers, on a clock that runs; the script plays the others. Returns the review.

    `serve` answers the browsers until this process is told to stop.
    """
    from huiying.demo import clock as demo_clock, director, people
    from huiying.demo.staff import PEOPLE
    from huiying.kernel import clock, home

    clock.install(clock.FrozenClock(storm.begins))
    people.prepare()
    director.leave_to_people(one.username for one in PEOPLE if one.role in roles)
    # It begins now, and is not the demonstration's own clock, which would jump: people need the time between moments.
    clock.install(demo_clock.DemoClock(home.home() / demo_clock.FILE, speed=speed))
    over = threading.Event()
    watch = threading.Thread(target=_end_when_over, args=(storm.ends, over), daemon=True)
    watch.start()
    serve()
    over.set()
    watch.join(timeout=5)
    return told(storm, speed)


def _end_when_over(ends: dt.datetime, over: threading.Event) -> None:
    from huiying.kernel import clock

    while not over.wait(0.2):
        if clock.now() >= ends:
            os.kill(os.getpid(), signal.SIGTERM)
            return


def told(storm: Storm, speed: float) -> dict[str, Any]:
    """The review of the drill that ran in this home, written down beside it."""
    from huiying.kernel import clock, home
    from huiying.ledger import queries
    from huiying.overseeing.commands import entries_of

    ended_at = clock.now()
    checked = queries.verify()
    result = {
        "drill": storm.name,
        "title": storm.title,
        "speed": speed,
        "began_at": storm.begins.isoformat(),
        "ended_at": ended_at.isoformat(),
        "hours": round((ended_at - storm.begins).total_seconds() / 3600, 2),
        **review(entries_of(), ended_at),
        "ledger_whole": checked.ok,
        "home": str(home.home()),
    }
    (home.home() / FILE).write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n", "utf-8")
    return result
