"""What a post costs when many are stored already: the durable path at 2 % hits beside a growing store.

The store grows by copies of the posts that the path put aside itself, written with their indexes, up to each size; then
the same path takes batches of 100 in one process. A figure is the processor's time of a post; the floor is that of the
smallest size, and a path that looked through what is stored would leave it. Bytes on disk are those of the whole
database, the index of the search not among them.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent))
from _homes import measured

FULL: Final = bool(os.environ.get("HUIYING_BENCH_FULL"))
SIZES: Final = (10_000, 100_000, 1_000_000, 10_000_000) if FULL else (5_000, 50_000)
BLOCK: Final = 10_000 if FULL else 5_000
MEASURED: Final = 5_000 if FULL else 1_000
BATCH: Final = 100
GOAL: Final = 1.25  # times the cost at the smallest size


def run() -> Iterator[dict[str, Any]]:
    """For each database and size: µs of processor time a post, the clock's, and bytes on disk for a million posts."""
    for kind in ("sqlite", "postgresql"):
        found = measured(kind, __file__) or [None] * len(SIZES)
        for size, one in zip(SIZES, found, strict=True):
            name = f"{kind}_{size}_stored"
            if one is None:
                yield _row(f"growth_cpu_{name}", None, "us of CPU a post")
                continue
            yield _row(f"growth_cpu_{name}", one["cpu"], "us of CPU a post", found[0]["cpu"], GOAL)
            yield _row(f"growth_clock_{name}", one["clock"], "us a post", found[0]["clock"])
            yield _row(f"growth_disk_{name}", one["bytes"] / size * 1e6, "bytes for a million posts")


def _row(
    name: str, figure: float | None, unit: str, floor: float | None = None, goal: float | None = None
) -> dict[str, Any]:
    ratio = round(figure / floor, 3) if figure and floor else None
    met = None if goal is None or ratio is None else ratio <= goal
    shown = round(figure, 1) if figure is not None else None
    return {
        "name": name, "figure": shown, "unit": unit, "peer_or_floor": round(floor, 1) if floor else None,
        "ratio": ratio, "goal": goal, "met": met,
    }  # fmt: skip


def measure() -> list[dict[str, float]]:
    """Grow one database through all sizes and measure the path at each."""
    from _bureau import people
    from path import WARM, stream, write_rules

    from huiying.engine.post import parse_post
    from huiying.judging import engines, reading
    from huiying.kernel import home
    from huiying.kernel.processes import settle
    from huiying.ledger.actions import Actor
    from huiying.listening.actions.receiving import Received, receive_chunk

    people()
    write_rules(home.home() / "regulation")
    engines.use_in_process()
    given = stream(0.02, BLOCK + len(SIZES) * (WARM * BATCH + MEASURED))
    result, judging = Received("bench"), reading.AtOnce()

    def take(count: int) -> None:
        for _ in range(count // BATCH):
            posts = [parse_post(row) for row in islice(given, BATCH)]
            receive_chunk(posts, result, "import", Actor.SYSTEM, judging)

    take(BLOCK)
    found = []
    for size in SIZES:
        _grow(size)
        take(WARM * BATCH)
        settle()
        began, working = perf_counter(), process_time()
        take(MEASURED)
        spent, worked = perf_counter() - began, process_time() - working
        found.append({"cpu": worked / MEASURED * 1e6, "clock": spent / MEASURED * 1e6, "bytes": _bytes()})
    return found


def _grow(size: int) -> None:
    """Copy the posts that were put aside among the first ones, and their screenings, until so many are stored."""
    from django.db import connection, transaction

    from huiying.judging.models import Screening
    from huiying.listening.models import Post

    posts, screenings = (_columns(model) for model in (Post, Screening))
    asides = f"FROM {Screening._meta.db_table} s JOIN {Post._meta.db_table} p ON p.id = s.post_id"
    wanted = f"{asides} WHERE s.band = 'out' AND p.id <= {BLOCK}"
    anew = "lower(hex(randomblob(32)))"
    if connection.vendor == "postgresql":
        anew = "encode(sha256(random()::text::bytea), 'hex')"
    with connection.cursor() as cursor:
        while (last := Post.objects.order_by("-id").values_list("id", flat=True)[0]) and _count() < size:
            with transaction.atomic():
                fresh = {"id": f"p.id + {last}", "native_id": f"p.native_id || '-{last}'", "text_sha256": anew}
                shown = ", ".join(fresh.get(name, f'p."{name}"') for name in posts)
                cursor.execute(f"INSERT INTO {Post._meta.db_table} ({_named(posts)}) SELECT {shown} {wanted}")
                fresh = {"post_id": f"s.post_id + {last}"}
                rest = [name for name in screenings if name != "id"]
                shown = ", ".join(fresh.get(name, f's."{name}"') for name in rest)
                cursor.execute(f"INSERT INTO {Screening._meta.db_table} ({_named(rest)}) SELECT {shown} {wanted}")
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, 'id'), (SELECT max(id) FROM listening_post))",
                [Post._meta.db_table],
            )
        cursor.execute("ANALYZE")


def _count() -> int:
    from huiying.listening.models import Post

    return Post.objects.count()


def _columns(model: Any) -> list[str]:
    return [field.column for field in model._meta.concrete_fields]


def _named(columns: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def _bytes() -> int:
    """Bytes of the database on disk, what waits in its journal included."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            return int(cursor.fetchone()[0])
    base = Path(connection.settings_dict["NAME"])
    return sum(path.stat().st_size for path in base.parent.glob(f"{base.name}*"))


if __name__ == "__main__":
    from _homes import opened

    opened()
    print(json.dumps(measure()))
