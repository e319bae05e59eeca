"""Search by two-character words: milliseconds at the 95th percentile, recall against a plain look through every text,
and how fast the index is built by one process.

The default is a smaller stock; `HUIYING_BENCH_FULL=1` is the size table's million. The floor of a search is the same
question put to the database without an index (`LIKE`, newest 30) in the same run. Milliseconds are of the clock on the
wall. Where PostgreSQL does not answer, its rows have no figure.
"""

from __future__ import annotations

import json
import os
import random
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
QUESTIONS: Final = 200
PLAIN_QUESTIONS: Final = 12
SHOWN: Final = 30
GOAL_SECONDS: Final = 0.020
GOAL_RECALL: Final = 1.0
GOAL_BUILD: Final = 2_000.0  # what is offered when the lag must stay under a minute


def run() -> Iterator[dict[str, Any]]:
    """For each database: p95 of a search, recall, posts indexed a second."""
    for kind in ("sqlite", "postgresql"):
        yield from _rows(kind, measured(kind, __file__))


def _rows(kind: str, found: dict[str, float] | None) -> list[dict[str, Any]]:
    wanted = (
        ("search_p95", "p95", "s", "plain_p95", GOAL_SECONDS, False),
        ("search_cpu_p95", "cpu_p95", "CPU-s", None, GOAL_SECONDS, False),
        ("search_recall", "recall", "share", None, GOAL_RECALL, True),
        ("search_build", "build", "posts/s", None, GOAL_BUILD, True),
        ("search_build_cpu", "build_cpu", "posts/CPU-s", None, None, True),
    )
    rows = []
    for name, key, unit, floor_key, goal, more_is_better in wanted:
        figure = found[key] if found else None
        floor = found[floor_key] if found and floor_key else None
        met = None if figure is None or goal is None else (figure >= goal if more_is_better else figure <= goal)
        rows.append({
            "name": f"{name}_{kind}_{POSTS}", "figure": figure and round(figure, 5), "unit": unit,
            "peer_or_floor": floor and round(floor, 5), "ratio": round(figure / floor, 4) if figure and floor else None,
            "goal": goal, "met": met,
        })  # fmt: skip
    return rows


def measure() -> dict[str, float]:
    """Fill, index, ask: random pairs out of random posts, so that rare and common words come as they stand there."""
    from _bureau import fill

    from huiying.listening import searching
    from huiying.listening.models import Post

    fill(POSTS)
    wall, cpu = perf_counter(), process_time()
    while searching.catch_up(20_000):
        pass
    wall, cpu = perf_counter() - wall, process_time() - cpu
    draw = random.Random(7)
    first, last = Post.objects.earliest("id").pk, Post.objects.latest("id").pk
    words = []
    while len(words) < QUESTIONS:
        text = Post.objects.get(pk=draw.randint(first, last)).text
        start = draw.randrange(len(text) - 1)
        if all("\u4e00" <= char <= "\u9fff" for char in text[start : start + 2]):
            words.append(text[start : start + 2])
    searching.search(words[0], SHOWN)
    spent, worked, right, all_right = [], [], 0, 0
    for place, word in enumerate(words):
        started, working = perf_counter(), process_time()
        found = [post.pk for post in searching.search(word, SHOWN)]
        spent.append(perf_counter() - started)
        worked.append(process_time() - working)
        if place < PLAIN_QUESTIONS * 4:
            true = list(Post.objects.filter(text__contains=word).order_by("-id").values_list("id", flat=True)[:SHOWN])
            right += len(set(found) & set(true))
            all_right += len(true)
    plain = []
    for word in words[:PLAIN_QUESTIONS]:
        started = perf_counter()
        list(Post.objects.filter(text__contains=word).order_by("-id")[:SHOWN])
        plain.append(perf_counter() - started)
    return {
        "p95": _p95(spent),
        "cpu_p95": _p95(worked), "plain_p95": _p95(plain), "recall": right / all_right, "build": POSTS / wall,
        "build_cpu": POSTS / cpu,
    }  # fmt: skip


def _p95(spent: list[float]) -> float:
    return sorted(spent)[min(int(len(spent) * 0.95), len(spent) - 1)]


if __name__ == "__main__":
    from _homes import opened

    opened()
    print(json.dumps(measure()))
