"""The suspect tray, the weekly sample and its estimate, and what clearances taught the screening, over REST (C5.16)."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from huiying.api.bodies import Body, Page, Problem, Problems, caller
from huiying.judging import actions, learning, queries
from huiying.judging.actions import sampling
from huiying.judging.models import SampleDraw, ScreenAdjustment, Screening
from huiying.kernel.keepable import link_of
from huiying.people.models import User
from huiying.people.permissions import may

router = Router()


class ScreeningOut(Schema):
    """A post that waits for a person, with why. `band` is what the machine said, `cleared` what a person says."""

    id: int
    post: int = Field(validation_alias="post_id")
    title: str = Field(validation_alias="post.title")
    text: str = Field(validation_alias="post.text")
    platform: str = Field(validation_alias="post.platform")
    url: str
    published_at: dt.datetime | None = Field(validation_alias="post.published_at")
    received_at: dt.datetime = Field(validation_alias="post.received_at")
    band: str
    score: float
    life_safety: bool
    lead: str
    concern: str
    level: str
    reasons: list[str]
    reasons_en: list[str]
    cleared: str
    cleared_by: str

    @staticmethod
    def resolve_url(row: Screening) -> str:
        return link_of(row.post.url)


class ScreeningPage(Schema):
    count: int
    items: list[ScreeningOut]


class ScreeningDecisionIn(Body):
    decision: Literal["hit", "out", "undo"]


class DrawOut(Schema):
    """The draw can be made again from `seed` and the `population` posts put aside in that week, in order of id."""

    week: dt.date
    seed: str
    population: int
    reached: int
    size: int


class EstimateOut(Schema):
    """`low` and `high` bound the share of what was put aside that concerned the bureau (95 %, Clopper-Pearson).

    `share` and `recall` are null while nothing of the samples was looked at.
    """

    seen: int
    found: int
    population: int
    reached: int
    share: float | None
    low: float
    high: float
    missed_least: int
    missed_most: int
    recall_least: float | None
    recall_most: float | None
    draws: list[DrawOut]


class LessonOut(Schema):
    """`weights` are additions to the log-odds; the losses are of the clearances held back."""

    id: int
    state: str
    in_force: bool
    weights: dict[str, float]
    learned_from: int
    held_back: int
    loss_before: float
    loss_after: float
    at: dt.datetime
    withdrawn_by: str


class LessonPage(Schema):
    count: int
    items: list[LessonOut]


@router.get("/suspects", response={200: ScreeningPage, 401: Problem, 404: Problem, 422: Problems})
def suspects(request: HttpRequest, page: Query[Page]) -> dict[str, object]:
    """The tray: danger to life first, then the surest."""
    _clears(request)
    return page.of(queries.suspects())


@router.get("/suspects/sample", response={200: ScreeningPage, 401: Problem, 404: Problem, 422: Problems})
def sample(request: HttpRequest, page: Query[Page]) -> dict[str, object]:
    """Sampled posts that wait to be looked at, in the order of the draw."""
    _clears(request)
    found = sampling.sampled()
    rows = found[page.offset : page.offset + page.limit]
    return {"count": found.count(), "items": [row.screening for row in rows]}


@router.get("/suspects/sample/estimate", response={200: EstimateOut, 401: Problem, 404: Problem})
def estimate(request: HttpRequest) -> dict[str, object]:
    """How much of what was put aside concerned the bureau, by the last four weeks' samples."""
    _clears(request)
    told = sampling.estimate()
    least, most = told.recall or (None, None)
    return {
        "seen": told.seen,
        "found": told.found,
        "population": told.population,
        "reached": told.reached,
        "share": told.share,
        "low": told.low,
        "high": told.high,
        "missed_least": told.missed[0],
        "missed_most": told.missed[1],
        "recall_least": least,
        "recall_most": most,
        "draws": list(SampleDraw.objects.order_by("-week")[: sampling.WEEKS_COUNTED]),
    }


@router.post(
    "/suspects/{pk}/decide",
    response={200: ScreeningOut, 401: Problem, 404: Problem, 409: Problem, 422: Problems},
)
def decide(request: HttpRequest, pk: int, body: ScreeningDecisionIn) -> Screening:
    """Say of a suspect or a sampled post whether it concerns the bureau; ten minutes to take it back."""
    user = _clears(request)
    row = Screening.objects.select_related("post").filter(pk=pk).exclude(band=Screening.HIT).first()
    if row is None:
        raise Http404
    if body.decision == "undo":
        return actions.undo_clear(row, user)
    return actions.clear_suspect(row, body.decision, user)


@router.get("/screening/lessons", response={200: LessonPage, 401: Problem, 404: Problem, 422: Problems})
def lessons(request: HttpRequest, page: Query[Page]) -> dict[str, object]:
    """What clearances taught, the newest first, whether it was used or not."""
    _clears(request)
    found = ScreenAdjustment.objects.all()
    current = learning.current_adjustment()
    rows = found[page.offset : page.offset + page.limit]
    return {"count": found.count(), "items": [_lesson(row, current) for row in rows]}


@router.post("/screening/lessons/{pk}/withdraw", response={200: LessonOut, 401: Problem, 404: Problem, 409: Problem})
def withdraw(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Take a lesson back: the one before it, or the shipped model alone, screens again."""
    user = caller(request)
    row = ScreenAdjustment.objects.filter(pk=pk).first()
    if row is None or not may(user, "screening.withdraw"):
        raise Http404
    return _lesson(learning.withdraw_adjustment(row, user), learning.current_adjustment())


def _clears(request: HttpRequest) -> User:
    """The caller, where clearing is that person's to do; outsiders do not learn what exists (habit 5)."""
    user = caller(request)
    if not may(user, "suspect.clear"):
        raise Http404
    return user


def _lesson(row: ScreenAdjustment, current: int) -> dict[str, Any]:
    names = ("state", "weights", "learned_from", "held_back", "loss_before", "loss_after", "at", "withdrawn_by")
    return {"id": row.pk, "in_force": row.pk == current, **{name: getattr(row, name) for name in names}}
