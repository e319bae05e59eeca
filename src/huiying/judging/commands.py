"""What the command line calls in this room."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from huiying.judging import pipeline, queries
from huiying.ledger.actions import Actor
from huiying.listening import ingest as importing
from huiying.people.models import User


def ingest(
    paths: Iterable[str | Path],
    format: str | None = None,
    actor: User | Actor = Actor.SYSTEM,
) -> dict[str, Any]:
    """Import files and judge until nothing waits.

    `{"received", "new", "duplicate", "versions", "rejected": [{"file", "line", "reason"}], "in_scope", "events"}`:
    `in_scope` counts posts of these files with band `hit`, `events` the events they belong to.
    Raises `listening.ingest.UsageError`.
    """
    imported = importing.ingest(paths, format=format, actor=actor)
    while pipeline.judge_pending().screened:
        pass
    hits, events = queries.in_scope(imported.store.post_ids)
    return {**imported.summary, "in_scope": hits, "events": events}
