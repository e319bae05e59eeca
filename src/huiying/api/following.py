"""What comes after the answer: effect, going on, correcting, taking back (C3.2, C8.8, C11.1)."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Schema
from pydantic import Field

from huiying.api.bodies import NO, READS, Body, Reason, caller
from huiying.handling.access import get_case
from huiying.responding import following
from huiying.responding.actions.following import SELDOM, decide_sustained, judge_effect
from huiying.responding.models import EffectReview, SustainedDecision
from huiying.responding.public import public_answer

router = Router()


class FollowingHeatOut(Schema):
    """What was said; null where it is not known, which is not zero."""

    posts: int | None
    reads: int | None
    reposts: int | None
    comments: int | None
    platforms: int | None
    per_hour: float | None


class EffectOut(Schema):
    """One look at the effect. `suggested` is the machine's, `verdict` a person's; each is empty before it is given."""

    id: int
    hours: int
    due_at: dt.datetime
    before: FollowingHeatOut
    after: FollowingHeatOut | None
    suggested: str
    verdict: str
    comment: str
    by: str
    at: dt.datetime | None


class EffectsOut(Schema):
    """`required`: the case is not closed before a person judged all of them (C3.2)."""

    required: bool
    items: list[EffectOut]


class JudgeIn(Body):
    """`review`: the id of a look whose time has come."""

    review: int
    verdict: Literal["settled", "persists", "second_wave"]
    comment: Reason


class SustainIn(Body):
    """`every_hours` left out: the rhythm that the regulation proposes for the level."""

    sustained: bool
    reason: Reason
    every_hours: int | None = Field(default=None, ge=1, le=SELDOM)


class SustainOut(Schema):
    """`asks_anew` says why the decision must be taken anew; empty where nothing calls for it."""

    sustained: bool
    reason: str
    every_hours: int | None
    next_due_at: dt.datetime | None
    asks_anew: str
    by: str
    at: dt.datetime

    @staticmethod
    def resolve_asks_anew(row: SustainedDecision) -> str:
        return row.prompted_why if row.superseded_at is None and row.prompted_at is not None else ""


class SustainsOut(Schema):
    """The newest decision comes first; it is the one that counts."""

    items: list[SustainOut]


class HistoryLineOut(Schema):
    """`text` is null where personal data was taken out of it: a tombstone."""

    revision: int = Field(validation_alias="number")
    stage: str
    state: str
    published_at: dt.datetime = Field(validation_alias="at")
    title: str | None
    text: str | None
    note: str


class HistoryOut(Schema):
    """`state` of the answer: checking, first, follow_up, final, correction, withdrawn; none before a word is public."""

    state: str
    items: list[HistoryLineOut]


@router.get("/cases/{number}/effects", response={200: EffectsOut, **READS})
def effects(request: HttpRequest, number: str) -> dict[str, Any]:
    """The looks at the effect of the answer, by their time."""
    found = get_case(caller(request), number)
    return {"required": following.effect_is_required(found), "items": found.effect_reviews}


@router.post("/cases/{number}/judge_effect", response={200: EffectOut, **NO})
def judge(request: HttpRequest, number: str, data: JudgeIn) -> EffectReview:
    found = get_case(caller(request), number)
    review = get_object_or_404(found.effect_reviews, pk=data.review)
    return judge_effect(review, data.verdict, data.comment, caller(request))


@router.get("/cases/{number}/sustain", response={200: SustainsOut, **READS})
def sustained(request: HttpRequest, number: str) -> dict[str, Any]:
    """Whether the bureau goes on speaking: every decision, the newest first (C8.8)."""
    found = get_case(caller(request), number)
    return {"items": found.sustained_decisions.order_by("-id")}


@router.post("/cases/{number}/sustain", response={200: SustainOut, **NO})
def sustain(request: HttpRequest, number: str, data: SustainIn) -> SustainedDecision:
    found = get_case(caller(request), number)
    return decide_sustained(found, data.sustained, data.reason, data.every_hours, caller(request))


@router.get("/cases/{number}/history", response={200: HistoryOut, **READS})
def history(request: HttpRequest, number: str) -> dict[str, Any]:
    """Every text that was ever public on this site, the newest first, as the public reads it (C11.1)."""
    answer = public_answer(get_case(caller(request), number).number)
    return {"state": answer.state if answer else "", "items": answer.versions if answer else []}
