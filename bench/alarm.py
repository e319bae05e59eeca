"""From publication to the duty desk: 500 posts a second are offered while the loop of another process judges them.

Some of the posts are about the bureau, some about a danger to life. Of each of those it is measured how long after it
was offered it stood where a person on duty sees it: as a post of an event, and as a call that somebody has to take. The
desk is asked at every batch, so a figure is exact to a twentieth of a second. Seconds are of the clock on the wall.
The floor is what receiving alone takes: the time a batch needs until it is committed.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent))
from _homes import measured, opened

PER_SECOND: Final = 500
BATCH: Final = 25
SECONDS: Final = int(os.environ.get("HUIYING_BENCH_SECONDS", "0")) or (
    60 if os.environ.get("HUIYING_BENCH_FULL") else 10
)
WARM: Final = 3
MATTER_EVERY, DANGER_EVERY = 50, 500  # ten a second are about us, one about a danger to life
PATIENCE: Final = 60.0
GOAL: Final = 2.0
MATTER: Final = "鞍山公共资源交易平台{n}号标段今天登录不上，九点半开标，解密超时算谁的？"
DANGER: Final = "鞍山公共资源交易中心门口有人爬上楼顶要跳楼，说保证金不退就不活了，快来人{n}"


def run() -> Iterator[dict[str, Any]]:
    """For each database: seconds at the 99th percentile to the desk and to a call, and the rate really offered."""
    for kind in ("sqlite", "postgresql"):
        yield from _rows(kind, measured(kind, __file__, "offer"))


def _rows(kind: str, found: dict[str, Any] | None) -> list[dict[str, Any]]:
    def row(name: str, unit: str, goal: float | None, at_most: bool = True) -> dict[str, Any]:
        figure = None if found is None else found[name]
        met = None if figure is None or goal is None else (figure <= goal if at_most else figure >= goal)
        floor = None if found is None or unit != "s" else found["receiving"]
        return {
            "name": f"alarm_{name}_{kind}", "figure": figure, "unit": unit, "peer_or_floor": floor,
            "ratio": round(figure / floor, 2) if figure and floor else None, "goal": goal, "met": met,
        }  # fmt: skip

    return [
        row("to_desk_p99", "s", GOAL),
        row("to_call_p99", "s", GOAL),
        row("offered", "posts/s", PER_SECOND * 0.99, at_most=False),
    ]


# --- in the process that offers ---------------------------------------------------------------------------------------


def _posts() -> Iterator[dict[str, Any]]:
    from path import stream

    plain = stream(0.0, PER_SECOND * (SECONDS + WARM + 1))
    for number, row in enumerate(plain):
        if number % DANGER_EVERY == 7:
            yield row | {"native_id": f"danger-{number}", "text": DANGER.format(n=number)}
        elif number % MATTER_EVERY == 3:
            yield row | {"native_id": f"matter-{number}", "text": MATTER.format(n=number)}
        else:
            yield row


def _offer() -> dict[str, Any]:
    """One batch each twentieth of a second, whatever came of those before: a storm does not wait for us."""
    from _bureau import people

    from huiying.engine.post import parse_post
    from huiying.ledger.actions import Actor
    from huiying.listening.actions import receive

    people()
    loop = subprocess.Popen([sys.executable, str(Path(__file__).resolve()), "loop"])
    try:
        _until_it_beats()
        given = _posts()
        waiting: dict[str, float] = {}
        took: dict[str, list[float]] = {"matter": [], "danger": []}
        receiving: list[float] = []
        began, offered = monotonic(), 0
        for turn in range((SECONDS + WARM) * PER_SECOND // BATCH):
            sleep(max(0.0, began + turn * BATCH / PER_SECOND - monotonic()))
            rows = [next(given) for _ in range(BATCH)]
            now = dt.datetime.now(dt.UTC).isoformat()
            at = monotonic()
            if turn * BATCH >= WARM * PER_SECOND:
                waiting |= {row["native_id"]: at for row in rows if "-" in row["native_id"]}
                offered += BATCH
            receive((parse_post(row | {"published_at": now}) for row in rows), how="import", actor=Actor.SYSTEM)
            receiving.append(monotonic() - at)
            _look(waiting, took)
        seconds = monotonic() - began - WARM
        while waiting and monotonic() - began < SECONDS + WARM + PATIENCE:
            sleep(BATCH / PER_SECOND)
            _look(waiting, took)
    finally:
        loop.terminate()
        loop.wait(timeout=30)
    if waiting:
        sys.exit(f"{len(waiting)} posts never stood on the desk: {sorted(waiting)[:5]}")
    return {
        "to_desk_p99": _p99(took["matter"]), "to_call_p99": _p99(took["danger"]), "receiving": _p99(receiving),
        "offered": round(offered / seconds, 1),
    }  # fmt: skip


def _look(waiting: dict[str, float], took: dict[str, list[float]]) -> None:
    """What stands on the desk by now: a post of an event, and of a danger the call itself."""
    from huiying.judging.models import EventPost, UrgentCall

    if not waiting:
        return
    now = monotonic()
    there = set(EventPost.objects.filter(post__native_id__in=list(waiting)).values_list("post__native_id", flat=True))
    called = set(UrgentCall.objects.filter(post__native_id__in=list(waiting)).values_list("post__native_id", flat=True))
    for name in [*waiting]:
        kind = name.partition("-")[0]
        if name in (called if kind == "danger" else there):
            took[kind].append(now - waiting.pop(name))


def _p99(seconds: list[float]) -> float:
    ordered = sorted(seconds)
    return round(ordered[min(int(len(ordered) * 0.99), len(ordered) - 1)], 3)


def _until_it_beats() -> None:
    from huiying.judging.models import Screening
    from huiying.work.models import Heartbeat

    ends = monotonic() + PATIENCE
    while not Heartbeat.objects.exists():
        if monotonic() > ends:
            sys.exit("the loop never began")
        sleep(0.1)
    assert not Screening.objects.exists()


def _loop() -> None:
    import signal
    import threading

    from huiying.judging import engines
    from huiying.work.loop import Loop

    engines.use_process()
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    Loop(f"bench:{os.getpid()}").run(stop)
    engines.use_in_process()


if __name__ == "__main__":
    opened()
    if sys.argv[1] == "loop":
        _loop()
    else:
        print(json.dumps(_offer()))
