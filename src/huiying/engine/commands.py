"""`screen` and `cluster` without a database: a file of posts in, a row a post out, in input order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from huiying.engine.grading import GradingModel
from huiying.engine.lines import Rejected, ahead, read_objects
from huiying.engine.post import Post, PostError, parse_post
from huiying.engine.rules import load_rules
from huiying.engine.screening import Screener
from huiying.engine.stream import Assigned, EventStream, StreamSettings
from huiying.engine.texts import Text, post_text

CLUSTER_KEYS = (
    "id",
    "event",
    "event_at_arrival",
    "duplicate_of",
    "parent",
    "parent_confidence",
    "parent_evidence",
)


def read_posts(path: str | Path, rejected: list[dict[str, Any]]) -> Iterator[Post]:
    """The posts of a file in order; the rest goes to `rejected` as `{"file", "line", "reason"}`.

    Raises `FileUnreadable` where there is no such file.
    """
    for row in read_objects(path):
        if isinstance(row, Rejected):
            rejected.append(row.as_row())
            continue
        number, found = row
        try:
            yield parse_post(found, line=number)
        except PostError as error:
            rejected.append(Rejected(str(path), number, str(error)).as_row())


def read_texts(
    path: str | Path, rejected: list[dict[str, Any]], own_names: Sequence[str]
) -> Iterator[tuple[Post, Text]]:
    """As `read_posts`, each with its `post_text`."""
    for post in read_posts(path, rejected):
        yield post, post_text(post, own_names)


def screen_file(
    path: str | Path,
    rules: str | Path = "anshan",
    *,
    model: GradingModel | None = None,
    rejected: list[dict[str, Any]] | None = None,
) -> Iterator[dict[str, Any]]:
    """`huiying screen`: one row a post, as it is read."""
    screener = Screener(load_rules(rules), model)
    for post in read_posts(path, rejected if rejected is not None else []):
        yield screener.screen(post).to_dict()


def cluster_file(
    path: str | Path,
    ignore_parents: bool = False,
    *,
    rules: str | Path = "anshan",
    rejected: list[dict[str, Any]] | None = None,
) -> list[dict[str, Any]]:
    """`huiying cluster`: `event` after all merges, `event_at_arrival` as it was first given."""
    own_names = load_rules(rules).own_names
    stream = EventStream(StreamSettings(ignore_parents=ignore_parents, own_names=own_names))
    seen: dict[str, Assigned] = {}
    rows: list[Assigned] = []
    for post, text in ahead(read_texts, Path(path), rejected if rejected is not None else [], own_names):
        # A row repeated in the file is told again as it was told first: same id, same answer.
        assigned = seen.get(post.native_id) or stream.observe_text(post, text)
        seen[post.native_id] = assigned
        rows.append(assigned)
    return [_row(assigned, stream) for assigned in rows]


def _row(assigned: Assigned, stream: EventStream) -> dict[str, Any]:
    told = {**assigned.to_dict(), "event": stream.final(assigned.event), "event_at_arrival": assigned.event}
    return {key: told[key] for key in CLUSTER_KEYS}
