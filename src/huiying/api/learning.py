"""What was learned, and the blind samples, over REST （五）C5.14."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema
from pydantic import Field

from huiying.api.bodies import NO, READS, Body, Page, ReasonIn, caller, or_404
from huiying.judging import learning, learning_nightly
from huiying.judging.actions import sampling
from huiying.judging.models import ConcernSample, LearningRun

router = Router()


class RunOut(Schema):
    """One training or rollback. `figures`: right answers on what was held back; `curve`: [[corrections, share], …]."""

    id: int
    target: str
    decision: str
    at: dt.datetime
    by: str
    reason: str
    corrections: int
    trained_on: int
    held_back: int
    figures: dict[str, int]
    curve: list[list[float]]
    sha256: str
    in_force: bool


class RunPage(Schema):
    count: int
    items: list[RunOut]


class RunsPage(Page):
    target: Literal["", "concern", "lead"] = ""


class SampleOut(Schema):
    """A post for two persons to label blind: no suggestion, no other's word."""

    id: int
    title: str = Field(validation_alias="post.title")
    text: str = Field(validation_alias="post.text")


class SamplePage(Schema):
    count: int
    items: list[SampleOut]


class RatingIn(Body):
    concern: str = Field(min_length=1, max_length=20)


class RatedOut(Schema):
    id: int
    concern: str


@router.get("/learning", response={200: RunPage, **READS})
def runs(request: HttpRequest, page: Query[RunsPage]) -> dict[str, Any]:
    """Every training and rollback, the newest first."""
    or_404(caller(request), "learning.view")
    found = LearningRun.objects.order_by("-id")
    if page.target:
        found = found.filter(target=page.target)
    now = {run.pk for target in learning.TARGETS if (run := learning.in_force(target)) is not None}
    shown = found[page.offset : page.offset + page.limit]
    return {"count": found.count(), "items": [_run_out(row, in_force=row.pk in now) for row in shown]}


@router.post("/learning/{target}/roll-back", response={200: RunOut, **NO})
def roll_back(request: HttpRequest, target: Literal["concern", "lead"], data: ReasonIn) -> dict[str, Any]:
    """Take the model in force away, with a reason."""
    or_404(caller(request), "learning.view")
    return _run_out(learning_nightly.roll_back(target, data.reason, caller(request)), in_force=False)


@router.get("/concern-samples", response={200: SamplePage, **READS})
def samples(request: HttpRequest, page: Query[Page]) -> dict[str, Any]:
    """Posts that still want the caller's word."""
    or_404(caller(request), "sample.rate")
    return page.of(sampling.concerns_waiting_for(caller(request)))


@router.post("/concern-samples/{pk}", response={200: RatedOut, **NO})
def rate(request: HttpRequest, pk: int, data: RatingIn) -> dict[str, Any]:
    or_404(caller(request), "sample.rate")
    found = get_object_or_404(ConcernSample, pk=pk)
    rating = sampling.rate_concern(found, data.concern, caller(request))
    return {"id": found.pk, "concern": rating.concern}


def _run_out(row: LearningRun, *, in_force: bool) -> dict[str, Any]:
    return {name: getattr(row, name) for name in RunOut.model_fields if name != "in_force"} | {"in_force": in_force}
