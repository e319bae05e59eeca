"""`eval events`: the event stream against labelled events, or "same event or not?" against labelled pairs.

The stream runs once, in the order of the file, without parents: what is measured is what the texts give. Figures come
twice: final (merges followed) and frozen, as each post was told on arrival. Trivial baselines stand beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from huiying.engine.evaluation import UsageError
from huiying.engine.evaluation.clustering import Labels, scores
from huiying.engine.evaluation.nearest import first_stories
from huiying.engine.lines import FileUnreadable, Rejected, read_objects
from huiying.engine.post import Post, PostError, parse_post
from huiying.engine.rules import load_rules
from huiying.engine.stream import EventStream, StreamSettings

LABELS: Final = ("event", "event_id", "silver_event", "clusterNo")
_BODIES: Final = ("text", "textCleaned", "detail")
_TITLES: Final = ("title", "topic")
_START: Final = datetime(2026, 1, 1, tzinfo=UTC)
_STEP: Final = timedelta(minutes=1)
_SHOWN: Final = ("nmi", "b3_f1", "ari")


def evaluate(path: str | Path, train: str | Path | None = None) -> dict[str, float]:
    """Metrics by name. Raises `UsageError` where the file has neither events nor pairs as labels."""
    rows = objects(path)
    if any("source" in row and "target" in row and "label" in row for row in rows[:1]):
        from huiying.engine.evaluation.pairs import evaluate_pairs

        return evaluate_pairs(rows)
    name = label_name(rows, LABELS)
    posts = [labelled_post(row, number) for number, row in enumerate(rows)]
    stream = EventStream(StreamSettings(ignore_parents=True, own_names=load_rules("anshan").own_names))
    arrived = [stream.observe(post).event for post in posts]
    labelled = [at for at, row in enumerate(rows) if row.get(name) is not None]
    true = [str(rows[at][name]) for at in labelled]
    final = [stream.final(arrived[at]) for at in labelled]
    figures: dict[str, float] = {
        "n": len(labelled),
        "rows": len(rows),
        "events_true": len(set(true)),
        "events_found": len(set(final)),
        **scores(true, final),
    }
    figures |= {f"frozen_{key}": value for key, value in scores(true, [arrived[at] for at in labelled]).items()}
    return figures | baselines(true, posts, labelled)


def baselines(true: Labels, posts: Sequence[Post], labelled: Sequence[int]) -> dict[str, float]:
    """The three that every figure has to beat: all apart, all together, and first story detection."""
    stories = first_stories(posts)
    groupings: Mapping[str, Labels] = {
        "singletons": list(range(len(labelled))),
        "one_event": [0] * len(labelled),
        "first_story": [stories[at] for at in labelled],
    }
    found: dict[str, float] = {}
    for name, grouping in groupings.items():
        values = scores(true, grouping)
        found |= {f"{name}_{key}": values[key] for key in _SHOWN}
    return found


def objects(path: str | Path) -> list[dict[str, Any]]:
    """The objects of a labelled file, in order. Raises `UsageError` where one cannot be read."""
    rows: list[dict[str, Any]] = []
    try:
        for row in read_objects(path):
            if isinstance(row, Rejected):
                raise UsageError(f"{row.file} 第 {row.line} 行：{row.reason}。标注文件须每行都可读。")
            rows.append(row[1])
    except FileUnreadable as error:
        raise UsageError(str(error)) from None
    if not rows:
        raise UsageError(f"{path} 是空文件：应为带标注的 JSON lines。")
    return rows


def label_name(rows: Iterable[Mapping[str, Any]], names: Sequence[str]) -> str:
    """Which of `names` the rows carry their label under."""
    held: set[str] = set()
    for row in rows:
        held.update(name for name in names if row.get(name) is not None)
    for name in names:
        if name in held:
            return name
    raise UsageError(f"没有标注：每行应有 {'、'.join(names)} 之一（事件），或 source、target、label（成对）。")


def labelled_post(row: Mapping[str, Any], number: int) -> Post:
    """A row as a post. Its place in the file is its id and, without a readable time, one minute each its time."""
    given = {
        "native_id": f"row-{number}",
        "title": _first(row, _TITLES) if _first(row, _BODIES) else "",
        "text": _first(row, _BODIES) or _first(row, _TITLES) or "（空）",
        "platform": row.get("platform"),
        "published_at": row.get("published_at") or (_START + number * _STEP).isoformat(),
    }
    try:
        return parse_post(given)
    except PostError:
        return parse_post({**given, "published_at": (_START + number * _STEP).isoformat(), "platform": None})


def _first(row: Mapping[str, Any], names: Sequence[str]) -> str:
    for name in names:
        value = row.get(name)
        if isinstance(value, str) and value.strip():
            return value
    return ""
