"""Honest prediction (C6.6): what became of past events that were about the like, with an interval, or nothing.

No model: the past events themselves, each with its curve and how it ended. The interval is from the least to the most
of n of them. For a further event of the same kind the chance to fall inside is (n − 1)/(n + 1), whatever the
distribution is; with too few comparable events it is said that there are too few, and no curve is drawn.
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from huiying.handling.models import Case
from huiying.judging import merging
from huiying.judging.models import Event, EventPost
from huiying.judging.similar import SCANNED, About, alike
from huiying.people.queries import regulation_now

DAYS: Final = 8  # of a curve, the first day is 0
MOST: Final = 12
_DAY: Final = dt.timedelta(days=1)


def predict(title: str, words: Sequence[str] = ()) -> dict[str, Any]:
    """`events` (likest first), `needed`, and with enough of them `days`, `total`, `peak`, `lasted`, each least, median,
    most; `covers`: the chance that the next one falls between.
    """
    needed = regulation_now().risk_assessment.comparable
    events = [_past(event) for event in _alike(" ".join([title, *words]))]
    found: dict[str, Any] = {"needed": needed, "events": events, "enough": len(events) >= needed}
    if not found["enough"]:
        return found
    n = len(events)
    by_day = [sorted(event["by_day"][day] for event in events) for day in range(DAYS)]
    return {
        **found,
        "days": [_span(counts) for counts in by_day],
        "total": _span([event["posts"] for event in events]),
        "peak": _span([max(event["by_day"]) for event in events]),
        "lasted": _span([event["lasted_days"] for event in events]),
        "covers": round((n - 1) / (n + 1), 4),
    }


def _span(values: Sequence[float]) -> dict[str, float]:
    return {"least": min(values), "median": statistics.median(values), "most": max(values)}


def _alike(words: str) -> list[Event]:
    """Closed events only: of one that goes on nobody knows yet how it ends. None about a danger to life."""
    rows = Event.objects.filter(
        state=Event.ENDED, life_safety=False, sensitive="", case__state="closed"
    ).select_related("case")
    known = {event.pk: event for event in rows.order_by("-opened_at", "-pk")[:SCANNED]}
    found = alike(About(0, words), [About(pk, event.title) for pk, event in known.items()], most=MOST)
    return [known[one.key] for one in found]


def _past(event: Event) -> dict[str, Any]:
    """One event: posts a day from its first, and how it ended."""
    rows = EventPost.objects.filter(event__in=merging.family(event), withdrawn_at__isnull=True)
    moments = [
        received if published is None or confidence == "future" else published
        for published, received, confidence in rows.values_list(
            "post__published_at", "post__received_at", "post__time_confidence"
        )
    ]
    first = min(moments, default=event.opened_at)
    days = Counter((at - first) // _DAY for at in moments)
    case: Case = event.case
    return {
        "number": event.number,
        "title": event.title,
        "case": case.number,
        "level": case.level,
        "posts": len(moments),
        "by_day": [days[day] for day in range(DAYS)],
        "lasted_days": max(days, default=0) + 1,
        "answered_hours": _hours(case.first_known_at, case.answered_at),
        "closed_days": _days(case.opened_at, case.closed_at),
    }


def _hours(start: dt.datetime, end: dt.datetime | None) -> float | None:
    return round((end - start).total_seconds() / 3600, 1) if end else None


def _days(start: dt.datetime, end: dt.datetime | None) -> int | None:
    return (end - start) // _DAY + 1 if end else None
