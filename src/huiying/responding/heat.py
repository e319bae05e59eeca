"""How much is said about a matter in a stretch of time （三）C3.2. What is not known is None, never zero."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q

from huiying.handling.models import SplitPost
from huiying.judging import merging
from huiying.judging.models import Event
from huiying.listening.models import Post

Heat = dict[str, Any]
METRICS = ("reads", "reposts", "comments")
UNKNOWN: Heat = dict.fromkeys(("posts", *METRICS, "platforms", "per_hour"))
HOUR = dt.timedelta(hours=1)

Row = tuple[dt.datetime, str, Mapping[str, Any]]


def heat(event: Event, since: dt.datetime, until: dt.datetime) -> Heat:
    """{posts, reads, reposts, comments, platforms, per_hour} from `since` up to `until`.

    Where nothing at all came in from anywhere in that time, nobody listened and nothing is known. A sum is of the posts
    whose figure is known; with none of them known it is None.
    """
    rows = [row for row in said(event) if since <= row[0] < until]
    if not rows and not Post.objects.filter(received_at__gte=since, received_at__lt=until).exists():
        return dict(UNKNOWN)
    hours = (until - since) / HOUR
    return {
        "posts": len(rows),
        **{name: _total(rows, name) for name in METRICS},
        "platforms": len({platform for _at, platform, _metrics in rows}),
        "per_hour": round(len(rows) / hours, 2) if hours else None,
    }


def _total(rows: Sequence[Row], name: str) -> int | None:
    known = [int(value) for *_, metrics in rows if isinstance(value := metrics.get(name), (int, float))]
    return sum(known) if known or not rows else None


def said(event: Event) -> list[Row]:
    """(when, where, figures) of each post of the matter: of the event, of what was merged into it, of what was split
    off to it; a text that came again in another version counts once, with its newest figures.
    """
    gone = SplitPost.objects.filter(case__split_from__event=event).values("post")
    members = Q(membership__event__in=merging.family(event), membership__withdrawn_at__isnull=True)
    posts = Post.objects.filter(members | Q(split_cases__case__event=event)).exclude(pk__in=gone).distinct()
    names = ("platform", "native_id", "published_at", "received_at", "time_confidence", "metrics")
    found: dict[tuple[str, str], Row] = {}
    for platform, native, published, received, confidence, metrics in posts.order_by("pk").values_list(*names):
        at = received if published is None or confidence == "future" else published
        first = found.get((platform, native))
        found[platform, native] = (first[0] if first else at, platform, metrics or {})
    return list(found.values())


def curve(event: Event, since: dt.datetime, until: dt.datetime) -> list[tuple[dt.datetime, int]]:
    """Posts an hour from `since` to `until`, empty hours included."""
    start = since.replace(minute=0, second=0, microsecond=0)
    counts = Counter(at.replace(minute=0, second=0, microsecond=0) for at, *_ in said(event) if start <= at < until)
    steps = max(int(-(-(until - start) // HOUR)), 1)
    return [(hour, counts[hour]) for hour in (start + step * HOUR for step in range(steps))]


def peak_at(event: Event) -> dt.datetime | None:
    """The beginning of the hour in which most was said; the first of several (C1.4)."""
    counts = Counter(at.replace(minute=0, second=0, microsecond=0) for at, *_ in said(event))
    return min(counts, key=lambda hour: (-counts[hour], hour)) if counts else None
