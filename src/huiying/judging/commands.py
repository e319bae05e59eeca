"""What the command line calls in this room."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from huiying.judging import pipeline, queries, reading
from huiying.ledger.actions import Actor
from huiying.listening import ingest as importing
from huiying.people.models import User


def ingest(
    paths: Iterable[str | Path],
    format: str | None = None,
    actor: User | Actor = Actor.SYSTEM,
    *,
    as_history: bool = False,
) -> dict[str, Any]:
    """Import files and judge until nothing waits.

    `{"received", "new", "duplicate", "versions", "rejected": [{"file", "line", "reason"}], "in_scope", "events"}`:
    `in_scope` counts posts of these files with band `hit`, `events` the events they belong to. With `as_history` nobody
    is warned of them and none becomes a case by itself.
    Raises `listening.ingest.UsageError`.
    """
    given = list(paths)
    with reading.of_size(sum(Path(path).stat().st_size for path in given if Path(path).is_file())) as judging:
        imported = importing.ingest(given, format=format, actor=actor, judging=judging, as_history=as_history)
    while pipeline.judge_pending().screened:
        pass
    hits, events = queries.in_scope(imported.store.post_ids)
    return {**imported.summary, "in_scope": hits, "events": events}
