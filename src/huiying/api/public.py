"""What anybody may ask: is it well, and what was answered."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status

from huiying.api.errors import Problems
from huiying.api.paging import SearchPage
from huiying.kernel import clock
from huiying.responding.models import Publication
from huiying.responding.queries import public_answers
from huiying.work.loop import HEARTBEAT_STALE
from huiying.work.models import Heartbeat

router = Router(auth=None)


class HealthOut(Schema):
    """`loop_age_seconds` is null while the loop has never run."""

    ok: bool
    loop_age_seconds: float | None


class AnswerOut(Schema):
    number: str
    title: str
    question: str
    text: str
    basis: str
    department: str
    published_at: dt.datetime
    url: str


class AnswersOut(Schema):
    count: int
    items: list[AnswerOut]


@router.get("/health", response={200: HealthOut, 503: HealthOut})
def health(request: HttpRequest) -> Status[dict[str, object]]:
    """200 while the web and the loop live; 503 when the loop has given no sign of life for 90 seconds."""
    beat = Heartbeat.objects.filter(name__startswith="loop:").order_by("-at").first()
    age = clock.now() - beat.at if beat else None
    ok = age is not None and age <= HEARTBEAT_STALE
    body: dict[str, object] = {"ok": ok, "loop_age_seconds": round(age.total_seconds(), 1) if age is not None else None}
    return Status(200 if ok else 503, body)


@router.get("/answers", response={200: AnswersOut, 422: Problems})
def answers(request: HttpRequest, page: Query[SearchPage]) -> dict[str, object]:
    """The public answers, newest first; with `q` those in which every word of it stands."""
    found = public_answers(page.q.replace("\x00", ""))
    return {"count": found.count(), "items": [_answer(row) for row in found[page.offset : page.offset + page.limit]]}


def _answer(row: Publication) -> dict[str, object]:
    revision = row.revision
    return {
        "number": row.case.number,
        "title": revision.title,
        "question": revision.question,
        "text": revision.renditions["portal"],
        "basis": revision.basis,
        "department": revision.department,
        "published_at": row.published_at,
        "url": row.url,
    }
