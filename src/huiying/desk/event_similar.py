"""Similar past events and how they were answered: one query over the last ones that are over or have a case."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import OuterRef, Subquery

from huiying.judging.models import Event
from huiying.judging.similar import SCANNED, About, alike
from huiying.responding.models import Publication, Revision


@dataclass(frozen=True)
class Past:
    """`after`: from first knowledge to the first public act; `answer`: the title of what was published first."""

    number: str
    title: str
    state: str
    opened_at: dt.datetime
    level: str
    case: str
    after: dt.timedelta | None
    answer: str
    url: str
    reason: str
    shared: tuple[str, ...]


def similar_to(event: Event) -> list[Past]:
    """At most three, the likest first; none about a danger to life, whoever asks."""
    if event.reserved:
        return []
    live = Publication.objects.filter(
        case__event=OuterRef("pk"), state=Publication.LIVE, stage=Revision.FIRST
    ).order_by("published_at", "pk")
    rows = (
        Event.objects.filter(
            state__in=(Event.CASED, Event.ENDED, Event.DISMISSED),
            life_safety=False,
            sensitive="",
            opened_at__lt=event.opened_at,
        )
        .exclude(pk=event.pk)
        .order_by("-opened_at", "-pk")
        .annotate(answer=Subquery(live.values("title")[:1]), answer_url=Subquery(live.values("url")[:1]))
        .values(
            "pk", "number", "title", "lead", "concern", "state", "opened_at", "suggested_level", "case__number",
            "case__level", "case__first_known_at", "case__answered_at", "dismissal__reason", "answer", "answer_url",
        )[:SCANNED]
    )  # fmt: skip
    known = {row["pk"]: row for row in rows}
    found = alike(
        About(event.pk, event.title, event.lead, event.concern),
        [About(row["pk"], row["title"], row["lead"], row["concern"]) for row in known.values()],
    )
    return [
        Past(
            number=row["number"],
            title=row["title"],
            state=row["state"],
            opened_at=row["opened_at"],
            level=row["case__level"] or row["suggested_level"],
            case=row["case__number"] or "",
            after=row["case__answered_at"] - row["case__first_known_at"] if row["case__answered_at"] else None,
            answer=row["answer"] or "",
            url=row["answer_url"] or "",
            reason=row["dismissal__reason"] or "",
            shared=one.shared,
        )
        for one in found
        for row in (known[one.key],)
    ]
