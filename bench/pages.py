"""The main pages of the staff on a filled bureau: milliseconds at the 95th percentile, and statements a page.

The default is a fiftieth of the size table; `HUIYING_BENCH_FULL=1` is its whole (1 M posts, 10 000 events, 2 000
cases). Pages are asked for through Django's own handler by a signed-in duty officer, warm, one at a time: what a
template renders counts, what a browser does not. Seconds are of the clock on the wall; on a machine that others use
too, the processor's beside them say what the page itself costs.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent))
from _homes import measured

POSTS: Final = int(os.environ.get("HUIYING_BENCH_POSTS", "0")) or (
    1_000_000 if os.environ.get("HUIYING_BENCH_FULL") else 20_000
)
EVENTS: Final = POSTS // 100
CASES: Final = POSTS // 500
ROUNDS: Final = 30
GOAL_SECONDS: Final = 0.150
GOAL_STATEMENTS: Final = 12
PAGES: Final = {
    "home": "/desk/",
    "events": "/desk/events/",
    "events_filtered": "/desk/events/?state=open&level=L3&sort=gravest",
    "posts": "/desk/posts/",
    "posts_hit": "/desk/posts/?band=hit",
    "posts_filtered": "/desk/posts/?band=hit&level=L4&case=yes",
    "posts_rule": "/desk/posts/?rule=K007",
    "posts_words": "/desk/posts/?q=羽毛",
    "search": "/desk/search/?q=保证金",
    "suspects": "/desk/suspects/",
    "cases": "/desk/cases/",
    "event": "/desk/events/E20260914-1/",
    "case": "/desk/cases/20260914-00001/",
}


def run() -> Iterator[dict[str, Any]]:
    """Three rows a page and database: `pages_<page>_<database>_<posts>` (s), `…_cpu` (CPU-s) and `…_statements`."""
    for kind in ("sqlite", "postgresql"):
        found = measured(kind, __file__)
        for page in PAGES:
            p95, cpu, statements = found[page] if found else (None, None, None)
            name = f"pages_{page}_{kind}_{POSTS}"
            yield _row(name, p95, "s", GOAL_SECONDS)
            yield _row(f"{name}_cpu", cpu, "CPU-s", GOAL_SECONDS)
            yield _row(f"{name}_statements", statements, "statements", GOAL_STATEMENTS)


def _row(name: str, figure: float | None, unit: str, goal: float) -> dict[str, Any]:
    met = None if figure is None else figure <= goal
    shown = round(figure, 4) if isinstance(figure, float) else figure
    return {
        "name": name, "figure": shown, "unit": unit, "peer_or_floor": None, "ratio": None, "goal": goal, "met": met,
    }  # fmt: skip


def _p95(spent: list[float]) -> float:
    return sorted(spent)[int(len(spent) * 0.95)]


def measure() -> dict[str, tuple[float, float, int]]:
    """p95 in seconds on the wall and of the processor, and statements of each page."""
    from _bureau import fill, people
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext, override_settings

    from huiying.listening import searching

    fill(POSTS, EVENTS, CASES)
    while searching.catch_up(20_000):
        pass
    client = Client()
    client.force_login(people()["duty_officer"], backend="django.contrib.auth.backends.ModelBackend")
    found = {}
    with override_settings(ALLOWED_HOSTS=["testserver"]):
        for page, address in PAGES.items():
            with CaptureQueriesContext(connection) as seen:
                response = client.get(address)
                statements = len(seen)  # the next request forgets them
            if response.status_code != 200:
                sys.exit(f"bench pages: {address} answered {response.status_code}")
            wall, cpu = [], []
            for _ in range(ROUNDS):
                started, worked = perf_counter(), process_time()
                client.get(address)
                wall.append(perf_counter() - started)
                cpu.append(process_time() - worked)
            found[page] = (_p95(wall), _p95(cpu), statements)
    return found


if __name__ == "__main__":
    from _homes import opened

    opened()
    print(json.dumps(measure()))
