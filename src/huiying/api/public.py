"""What anybody may ask: is it well, and what was answered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Literal

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from huiying.api.bodies import Problem, Problems, SearchPage, TooOften
from huiying.kernel import clock
from huiying.responding.models import Publication
from huiying.responding.public import CHECKING, Answer, due_of, public_answer, public_answers, public_courses
from huiying.work.limits import search_wait
from huiying.work.loop import HEARTBEAT_STALE
from huiying.work.models import Heartbeat

router = Router(auth=None)


class HealthOut(Schema):
    """`loop_age_seconds` is null while the loop has never run."""

    ok: bool
    loop_age_seconds: float | None


State = Literal["checking", "first", "follow_up", "final", "correction", "withdrawn"]


class AnswerOut(Schema):
    """`state`: checking where only 「正在核实」 is public, with `due_at`; withdrawn where the answer was taken back."""

    number: str
    state: State
    title: str
    question: str
    text: str
    basis: str
    department: str
    published_at: dt.datetime
    due_at: dt.datetime | None
    url: str


class AnswersOut(Schema):
    count: int
    items: list[AnswerOut]


class PublicVersionOut(Schema):
    """`text` is null where a later correction or withdrawal took personal data out of it: a tombstone."""

    stage: str
    state: Literal["holding", "standing", "corrected", "withdrawn", "withdrawal"]
    published_at: dt.datetime = Field(validation_alias="at")
    title: str | None
    text: str | None
    note: str


class AnswerHistoryOut(AnswerOut):
    """`versions`: everything that was ever public, the newest first (C11.1)."""

    versions: list[PublicVersionOut]

    @staticmethod
    def resolve_url(row: Answer) -> str:
        return f"/answers/{row.number}/"


@router.get("/health", response={200: HealthOut, 503: HealthOut})
def health(request: HttpRequest) -> Status[dict[str, object]]:
    """200 while the web and the loop live; 503 when the loop has given no sign of life for 90 seconds."""
    beat = Heartbeat.objects.filter(name__startswith="loop:").order_by("-at").first()
    age = clock.now() - beat.at if beat else None
    ok = age is not None and age <= HEARTBEAT_STALE
    body: dict[str, object] = {"ok": ok, "loop_age_seconds": round(age.total_seconds(), 1) if age is not None else None}
    return Status(200 if ok else 503, body)


@router.get("/answers", response={200: AnswersOut, 422: Problems, 429: Problem})
def answers(request: HttpRequest, page: Query[SearchPage]) -> Any:
    """What stands in public, newest first; with `q` those in which every word of it stands.

    429 with the seconds to wait in `Retry-After` for whoever searches faster than 120 times in ten minutes.
    """
    if page.q and (wait := search_wait(request)):
        raise TooOften(wait)
    courses = public_courses()
    found = public_answers(page.q, courses)
    rows = list(found[page.offset : page.offset + page.limit])
    states = {case: course.state for case, course in courses.items()}
    due = due_of([row.case_id for row in rows if row.case_id and states[row.case_id] == CHECKING])
    return {"count": found.count(), "items": [_answer(row, states[row.case_id or 0], due) for row in rows]}


def _answer(row: Publication, state: str, due: Mapping[int, dt.datetime]) -> dict[str, object]:
    revision, case = row.revision, row.case
    assert revision is not None
    assert case is not None
    return {
        "number": case.number,
        "state": state,
        "title": revision.title,
        "question": revision.question,
        "text": row.text,
        "basis": revision.basis,
        "department": revision.department,
        "published_at": row.published_at,
        "due_at": due.get(case.pk),
        "url": row.url,
    }


@router.get("/answers/{number}", response={200: AnswerHistoryOut, 404: Problem, 422: Problems})
def answer(request: HttpRequest, number: str) -> Answer:
    """One answer with every version of it."""
    found = public_answer(number)
    if found is None:
        raise Http404
    return found
