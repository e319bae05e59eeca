"""No question of the path from post to event grows with what is stored, but by the depth of an index (DESIGN, growth).

Each statement that a batch asks is explained: it must find its rows by an index in every table that grows with time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from cast import Cast
from huiying.judging import engines, pipeline, reading
from huiying.ledger.actions import Actor
from huiying.listening.actions import receive
from lines_of import parsed
from stream_of import COMPLAINT, LIFE, OTHER, PRAISE

GROW = {
    "judging_event", "judging_eventpost", "judging_pin", "judging_screening", "judging_voicetag", "judging_warning",
    "judging_watchhit", "ledger_chain_head", "ledger_entry", "listening_post", "work_job",
}  # fmt: skip


@contextmanager
def asked() -> Iterator[list[tuple[str, Any]]]:
    """The statements of the block that read or change rows, with their parameters."""
    told: list[tuple[str, Any]] = []

    def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not many and sql.startswith(("SELECT", "UPDATE", "DELETE")):
            told.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(listen):
        yield told


def walked(sql: str, params: Any) -> set[str]:
    """The growing tables that the statement would read from one end to the other."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
            steps = [str(row[3]) for row in cursor.fetchall()]
            read = {step.split()[1] for step in steps if step.startswith("SCAN") and "INDEX" not in step}
        else:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
            (plan,) = cursor.fetchone()
            read = set(_scanned((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]))
            cursor.execute("SET LOCAL enable_seqscan = on")
    return read & GROW


def _scanned(node: dict[str, Any]) -> Iterator[str]:
    if node["Node Type"] == "Seq Scan":
        yield node["Relation Name"]
    for part in node.get("Plans", ()):
        yield from _scanned(part)


@pytest.mark.parametrize("at_once", [True, False])
def test_a_batch_asks_nothing_that_grows_with_the_store(
    staff: Cast, at_once: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "_first_remembered", lambda: 0)  # asked once in an engine's life, here in each batch
    first = [parsed(f"a{number}", text, voice="v") for number, text in enumerate([COMPLAINT, OTHER, PRAISE, LIFE])]
    again = [*first[:1], *(parsed(f"b{n}", f"{post.text}，还是", voice="w") for n, post in enumerate(first))]
    for posts in (first, again):
        with asked() as told:
            receive(posts, how="import", actor=Actor.SYSTEM, judging=reading.AtOnce() if at_once else None)
            while pipeline.judge_pending().screened:
                pass
        assert len(told) > 15
        walks = {(sql, *read) for sql, params in told if (read := walked(sql, params))}
        assert not walks
