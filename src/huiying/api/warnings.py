"""Warnings, alarms and concerns over REST: the same gates and verbs as the desk （六）C6.11 C6.12, C1.2, C5.14."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema
from pydantic import Field

from huiying.api.bodies import NO, READS, Body, Page, ReasonIn, caller, or_404
from huiying.judging import actions, alarming, queries, warnings
from huiying.judging.access import get_event
from huiying.judging.actions import deciding
from huiying.judging.models import Alarm, ConcernDecision, Warning
from huiying.kernel import clock
from huiying.people.models import User

router = Router()


class WarningOut(Schema):
    """`state` is open, acknowledged or cancelled; `waited_seconds` null while it is open."""

    id: int
    event: str = Field(validation_alias="event.number")
    level: str
    trigger: str = Field(validation_alias="told")
    recipients: list[str]
    at: dt.datetime
    step: int
    state: str
    due_at: dt.datetime | None
    late: bool
    acknowledged_at: dt.datetime | None
    acknowledged_by: str
    waited_seconds: float | None
    cancelled_at: dt.datetime | None
    cancelled_by: str
    cancel_reason: str

    @staticmethod
    def resolve_state(row: Warning) -> str:
        return warnings.state_of(row)

    @staticmethod
    def resolve_late(row: Warning) -> bool:
        return warnings.is_late(row, clock.now())

    @staticmethod
    def resolve_waited_seconds(row: Warning) -> float | None:
        waited = warnings.time_to_acknowledge(row)
        return None if waited is None else waited.total_seconds()


class WarningPage(Schema):
    count: int
    items: list[WarningOut]


class WarningsPage(Page):
    state: Literal["", "open", "acknowledged", "cancelled"] = ""


class AlarmOut(Schema):
    """`level` is watch (观察) or alert (预警); `verdict` is real, false, or empty where nobody has said."""

    id: int
    event: str = Field(validation_alias="event.number")
    level: str
    at: dt.datetime
    posts: int
    score: float
    threshold: float
    words: str
    words_en: str
    ended_at: dt.datetime | None
    verdict: str
    verdict_by: str


class AlarmPage(Schema):
    count: int
    items: list[AlarmOut]


class AlarmsPage(Page):
    open: bool = False


class WarningVerdictIn(Body):
    verdict: Literal["real", "false"]


class BudgetIn(Body):
    budget: float = Field(gt=0, le=alarming.MOST_BUDGET)


class BarsOut(Schema):
    """False alarms a week that are put up with, and what has to speak for an alarm at sixty posts."""

    budget: float
    watch: float
    alert: float


class ConcernIn(Body):
    concern: str = Field(min_length=1, max_length=20)
    claim: str = Field(default="", max_length=1000)
    proof: str = Field(default="", max_length=4000)


class AgreeIn(Body):
    agree: bool


class ConcernOut(Schema):
    """`agreed` is null while a second person is awaited."""

    event: str = Field(validation_alias="event.number")
    concern: str
    claim: str
    proof: str
    by: str
    second: str
    agreed: bool | None


@router.get("/warnings", response={200: WarningPage, **READS})
def warnings_list(request: HttpRequest, page: Query[WarningsPage]) -> dict[str, Any]:
    """Warnings, the newest first."""
    or_404(caller(request), "event.view")
    return page.of(warnings.warnings_for(caller(request), page.state))


@router.post("/warnings/{pk}/acknowledge", response={200: WarningOut, **NO})
def acknowledge(request: HttpRequest, pk: int) -> Warning:
    found = _warning(caller(request), pk)
    return actions.acknowledge_warning(found, caller(request))


@router.post("/warnings/{pk}/cancel", response={200: WarningOut, **NO})
def cancel(request: HttpRequest, pk: int, data: ReasonIn) -> Warning:
    """A person takes a warning back, with a reason; the row stays."""
    return warnings.cancel(_warning(caller(request), pk), data.reason, caller(request))


@router.get("/alarms", response={200: AlarmPage, **READS})
def alarms(request: HttpRequest, page: Query[AlarmsPage]) -> dict[str, Any]:
    """Early alarms, the newest first."""
    or_404(caller(request), "event.view")
    return page.of(warnings.alarms_for(caller(request), only_open=page.open))


@router.post("/alarms/{pk}/verdict", response={200: AlarmOut, **NO})
def verdict(request: HttpRequest, pk: int, data: WarningVerdictIn) -> Alarm:
    """Whether an alarm proved real; the bars learn from it."""
    or_404(caller(request), "event.view")
    found = warnings.alarms_for(caller(request)).filter(pk=pk).first()
    if found is None:
        raise Http404
    return alarming.judge_alarm(found, data.verdict, caller(request))


@router.get("/alarm-budget", response={200: BarsOut, **READS})
def bars(request: HttpRequest) -> alarming.Bars:
    or_404(caller(request), "event.view")
    return alarming.bars()


@router.post("/alarm-budget", response={200: BarsOut, **NO})
def budget(request: HttpRequest, data: BudgetIn) -> alarming.Bars:
    or_404(caller(request), "event.view")
    alarming.set_budget(data.budget, caller(request))
    return alarming.bars()


@router.post("/events/{number}/concern", response={200: ConcernOut, **NO})
def set_concern(request: HttpRequest, number: str, data: ConcernIn) -> ConcernDecision:
    """Say what the concern is. What needs proof wants claim, proof and a second person (C1.2)."""
    event = get_event(caller(request), number)
    return deciding.set_concern(event, data.concern, caller(request), data.claim, data.proof)


@router.post("/events/{number}/second-concern", response={200: ConcernOut, **NO})
def second_concern(request: HttpRequest, number: str, data: AgreeIn) -> ConcernDecision:
    """The second person's word on what waits for one; 404 where nothing does."""
    waiting = queries.open_rumour(get_event(caller(request), number))
    if waiting is None:
        raise Http404
    return deciding.second_concern(waiting, data.agree, caller(request))


def _warning(user: User, pk: int) -> Warning:
    return get_object_or_404(warnings.warnings_for(user), pk=pk)
