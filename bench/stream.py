"""The event stream's kernels: posts a second of one core, beside the memory accesses that the work cannot do without.

Seeded synthetic posts of about ninety characters in a few thousand running matters. Everything from code points to the
event is measured in CPU seconds (`process_time`): reading, copies, placing, merging. The floor touches as many random
places of tables of the same size, in the same run. Flatness compares the median cost at the millionth post with that
at the ten-thousandth; the pause is the longest single post, in CPU seconds
like the rest, so that a busy machine does not count as ours.
"""

from __future__ import annotations

import random
import resource
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any, Final

POSTS: Final = 1_000_000
WARM: Final = 2_000
EARLY: Final = 10_000
CHUNK: Final = 2_000
MATTERS: Final = 4_000
PER_SECOND: Final = 30_000.0
TIMES_FLOOR: Final = 8.0
FLAT: Final = 1.25
PAUSE_MS: Final = 50.0
RSS_MB: Final = 1_024.0
_SEED: Final = 20160908
_LETTERS: Final = tuple(chr(code) for code in range(0x4E00, 0x4E00 + 3_000))
_START: Final = datetime(2026, 6, 1, tzinfo=UTC)
_ACCESSES: Final = (
    290  # of a post of ninety letters: its grams' rarity twice, then the rows of postings of its features
)


def run(peers: Mapping[str, Path] | None = None, posts: int = POSTS) -> list[dict[str, Any]]:
    """`stream_kernel`, `stream_kernel_over_floor`, `stream_flat`, `stream_pause`, `stream_rss` and, where a checkout of
    OSDM is given as peer `osdm`, `stream_osdm`.
    """
    measured = _measure(posts)
    floor = _floor()
    rate = 1.0 / measured["late"]
    rows = [
        _row("stream_kernel", rate, "posts/s", 1.0 / floor, rate * floor, PER_SECOND, rate >= PER_SECOND),
        _row(
            "stream_kernel_over_floor", measured["late"] / floor, "times", 1.0, measured["late"] / floor, TIMES_FLOOR,
            measured["late"] / floor <= TIMES_FLOOR,
        ),
        _row(
            "stream_flat", measured["late"] * 1e6, "µs", measured["early"] * 1e6,
            measured["late"] / measured["early"], FLAT, measured["late"] / measured["early"] <= FLAT,
        ),
        _row("stream_pause", measured["pause"] * 1e3, "ms", None, None, PAUSE_MS, measured["pause"] * 1e3 <= PAUSE_MS),
        _row("stream_rss", measured["rss"], "MB", None, None, RSS_MB, measured["rss"] <= RSS_MB),
    ]  # fmt: skip
    peer = (peers or {}).get("osdm")
    if peer is not None:
        rows.append(_osdm(peer))
    return rows


def _row(
    name: str, figure: float, unit: str, floor: float | None, ratio: float | None, goal: float, met: bool | None
) -> dict[str, Any]:
    return {
        "name": name,
        "figure": round(figure, 2),
        "unit": unit,
        "peer_or_floor": round(floor, 2) if floor is not None else None,
        "ratio": round(ratio, 3) if ratio is not None else None,
        "goal": goal,
        "met": met,
    }


def _texts(draw: random.Random) -> list[list[str]]:
    """Words of each matter: a post of it draws most of its words from them and the rest from everybody's."""
    common = ["".join(draw.choices(_LETTERS[:600], k=2)) for _ in range(2_000)]
    return [["".join(draw.choices(_LETTERS, k=3)) for _ in range(25)] + draw.sample(common, 25) for _ in range(MATTERS)]


def _measure(posts: int) -> dict[str, float]:
    """CPU seconds a post at the ten-thousandth and at the last, the longest post in seconds, resident megabytes."""
    from huiying.engine.post import Post
    from huiying.engine.stream import EventStream, StreamSettings
    from huiying.engine.texts import post_text

    draw = random.Random(_SEED)
    matters = _texts(draw)
    stream = EventStream(StreamSettings(window=max(posts, 10_000)))
    chunks: list[float] = []
    pause, number = 0.0, 0
    while number < posts:
        made = []
        for at in range(number, min(number + CHUNK, posts)):
            words = matters[(at // 400 + int(draw.expovariate(0.02))) % MATTERS]
            text = "，".join("".join(draw.choices(words, k=6)) for _ in range(6))
            made.append(Post(f"p{at}", text, published_at=_START + timedelta(seconds=at), time_confidence="stated"))
        read = [post_text(post) for post in made]
        started = process_time()
        for post, text in zip(made, read, strict=True):
            before = process_time()
            stream.observe_text(post, text)
            if number >= WARM:
                pause = max(pause, process_time() - before)
        chunks.append((process_time() - started) / len(made))
        number += len(made)
    around = EARLY // CHUNK
    late = chunks[-5:]
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"early": median(chunks[around - 2 : around + 3]), "late": median(late), "pause": pause, "rss": rss}


def _floor() -> float:
    """Seconds for as many random accesses as a post needs, in a table as large as the postings."""
    import numpy as np
    from numba import njit

    @njit
    def walk(table: Any, steps: int) -> int:
        at, total = 1, 0
        for _ in range(steps):
            at = (at * 1_664_525 + 1_013_904_223) & (table.shape[0] - 1)
            total += table[at]
        return total

    table = np.ones(1 << 25, np.int32)
    walk(table, 1_000)
    best = float("inf")
    for _ in range(3):
        started = process_time()
        walk(table, 20_000 * _ACCESSES)
        best = min(best, (process_time() - started) / 20_000)
    return best


def _osdm(checkout: Path) -> dict[str, Any]:
    """OSDM's own program on its own data, as it comes: posts a CPU second. Ours on the same posts is the figure."""
    import json

    from huiying.engine.post import Post
    from huiying.engine.stream import EventStream

    lines = (checkout / "data" / "Tweets").read_text("utf-8").splitlines()
    posts = [
        Post(f"t{at}", json.loads(line)["textCleaned"], published_at=_START + timedelta(minutes=at))
        for at, line in enumerate(lines)
    ]
    stream = EventStream()
    for post in posts[:200]:
        stream.observe(post)
    started = process_time()
    for post in posts:
        stream.observe(post)
    ours = len(posts) / (process_time() - started)
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    done = subprocess.run([sys.executable, "main.py"], cwd=checkout, capture_output=True, check=False)
    spent = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    theirs = len(posts) / spent if done.returncode == 0 and spent else None
    ratio = ours / theirs if theirs else None
    return _row("stream_osdm", ours, "posts/s", theirs, ratio, 30.0, None if ratio is None else ratio >= 30.0)
