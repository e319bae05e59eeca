"""How fast files are received: rows of each format into posts, and 100 000 MediaCrawler rows into the store (C5.16).

Reception is what `ingest` does before judging: reading, looking for danger to life, masking, sealing, storing.
All of it in a home of its own, never in the bureau's. `HUIYING_BENCH_ROWS` sets how many rows are received.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
from _files import OUTLINES, WRITERS, weibo
from _homes import measured

ROWS = int(os.environ.get("HUIYING_BENCH_ROWS", "0")) or 100_000
GOAL = 5_000


def run() -> list[dict[str, Any]]:
    """Rows a second: reading each format, and receiving into the store."""
    return list(measured("sqlite", __file__))


def measure(count: int) -> list[dict[str, Any]]:
    """The figures, in this process and in the store of HUIYING_HOME."""
    from huiying.engine.post import Post
    from huiying.ledger.actions import Actor
    from huiying.listening.importing.look import File
    from huiying.listening.importing.registry import opened
    from huiying.listening.importing.rows import Options
    from huiying.listening.ingest import ingest

    found = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        some = weibo(min(count, 20_000))
        for file, write in WRITERS.items():
            path = write(folder / file, some)
            begun = time.perf_counter()
            with opened(File.of(path)) as held:
                taken = [isinstance(row, Post) for row in held.rows(Options())] or [True for _ in held.sources]
            spent = time.perf_counter() - begun
            if not all(taken) or len(taken) < min(len(some), OUTLINES):
                sys.exit(f"bench importing: of {file} {sum(taken)} of {len(taken)} rows were taken")
            found.append(_row(f"read {held.ready[0].format.code} ({file})", len(taken) / spent, None))
        path = WRITERS["mediacrawler.csv"](folder / "all.csv", weibo(count))
        begun = time.perf_counter()
        ingest([path], actor=Actor.SYSTEM)
        found.append(_row(f"receive {count} MediaCrawler rows (CSV)", count / (time.perf_counter() - begun), GOAL))
    return found


def _row(name: str, figure: float, goal: float | None) -> dict[str, Any]:
    return {
        "name": name, "figure": round(figure), "unit": "rows/s", "peer_or_floor": None, "ratio": None, "goal": goal,
        "met": None if goal is None else figure >= goal,
    }  # fmt: skip


if __name__ == "__main__":
    from _homes import opened as open_home

    open_home()
    print(json.dumps(measure(ROWS), ensure_ascii=False))
