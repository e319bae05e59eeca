"""Warnings, alarms and concerns over REST: the same gates and verbs as the desk （六）C6.11 C6.12, C1.2, C5.14."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from huiying.api.bodies import NO, READS, Body, ReasonIn, or_404
from huiying.api.paging import Page
from huiying.api.security import caller
from huiying.judging import actions, alarming, queries, warning_queries, warnings
from huiying.judging.access import get_event
from huiying.judging.actions import concerns
from huiying.judging.models import Alarm, ConcernDecision, Warning
from huiying.kernel import clock
from huiying.people.models import User

router = Router()


class WarningOut(Schema):
    """`state` is open, acknowledged or cancelled; `waited_seconds` null while it is open."""

    id: int
    event: str
    level: str
    trigger: str
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


class WarningPage(Schema):
    count: int
    items: list[WarningOut]


class WarningsPage(Page):
    state: Literal["", "open", "acknowledged", "cancelled"] = ""


class AlarmOut(Schema):
    """`level` is watch (观察) or alert (预警); `verdict` is real, false, or empty where nobody has said."""

    id: int
    event: str
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


class VerdictIn(Body):
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

    event: str
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
    found = warning_queries.warnings_for(caller(request), page.state)
    shown = found[page.offset : page.offset + page.limit]
    return {"count": found.count(), "items": [_warning_out(row) for row in shown]}


@router.post("/warnings/{pk}/acknowledge", response={200: WarningOut, **NO})
def acknowledge(request: HttpRequest, pk: int) -> dict[str, Any]:
    found = _warning(caller(request), pk)
    return _warning_out(actions.acknowledge_warning(found, caller(request)))


@router.post("/warnings/{pk}/cancel", response={200: WarningOut, **NO})
def cancel(request: HttpRequest, pk: int, data: ReasonIn) -> dict[str, Any]:
    """A person takes a warning back, with a reason; the row stays."""
    return _warning_out(warnings.cancel(_warning(caller(request), pk), data.reason, caller(request)))


@router.get("/alarms", response={200: AlarmPage, **READS})
def alarms(request: HttpRequest, page: Query[AlarmsPage]) -> dict[str, Any]:
    """Early alarms, the newest first."""
    or_404(caller(request), "event.view")
    found = warning_queries.alarms_for(caller(request), only_open=page.open)
    return {"count": found.count(), "items": [_alarm_out(row) for row in found[page.offset : page.offset + page.limit]]}


@router.post("/alarms/{pk}/verdict", response={200: AlarmOut, **NO})
def verdict(request: HttpRequest, pk: int, data: VerdictIn) -> dict[str, Any]:
    """Whether an alarm proved real; the bars learn from it."""
    or_404(caller(request), "event.view")
    found = warning_queries.alarms_for(caller(request)).filter(pk=pk).first()
    if found is None:
        raise Http404
    return _alarm_out(alarming.judge_alarm(found, data.verdict, caller(request)))


@router.get("/alarm-budget", response={200: BarsOut, **READS})
def bars(request: HttpRequest) -> dict[str, Any]:
    or_404(caller(request), "event.view")
    return _bars_out()


@router.post("/alarm-budget", response={200: BarsOut, **NO})
def budget(request: HttpRequest, data: BudgetIn) -> dict[str, Any]:
    or_404(caller(request), "event.view")
    alarming.set_budget(data.budget, caller(request))
    return _bars_out()


@router.post("/events/{number}/concern", response={200: ConcernOut, **NO})
def set_concern(request: HttpRequest, number: str, data: ConcernIn) -> dict[str, Any]:
    """Say what the concern is. What needs proof wants claim, proof and a second person (C1.2)."""
    event = get_event(caller(request), number)
    return _concern_out(concerns.set_concern(event, data.concern, caller(request), data.claim, data.proof))


@router.post("/events/{number}/second-concern", response={200: ConcernOut, **NO})
def second_concern(request: HttpRequest, number: str, data: AgreeIn) -> dict[str, Any]:
    """The second person's word on what waits for one; 404 where nothing does."""
    waiting = queries.open_rumour(get_event(caller(request), number))
    if waiting is None:
        raise Http404
    return _concern_out(concerns.second_concern(waiting, data.agree, caller(request)))


def _warning(user: User, pk: int) -> Warning:
    found = warning_queries.warnings_for(user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _warning_out(row: Warning) -> dict[str, Any]:
    waited = warning_queries.time_to_acknowledge(row)
    names = ("id", "level", "trigger", "recipients", "at", "step", "due_at", "acknowledged_at", "acknowledged_by")
    cancelled = ("cancelled_at", "cancelled_by", "cancel_reason")
    return {name: getattr(row, name) for name in (*names, *cancelled)} | {
        "trigger": row.told,
        "event": row.event.number,
        "state": warning_queries.state_of(row),
        "late": warning_queries.is_late(row, clock.now()),
        "waited_seconds": None if waited is None else waited.total_seconds(),
    }


def _alarm_out(row: Alarm) -> dict[str, Any]:
    return {name: getattr(row, name) for name in AlarmOut.model_fields if name != "event"} | {"event": row.event.number}


def _bars_out() -> dict[str, float]:
    now = alarming.bars()
    return {"budget": now.budget, "watch": now.watch, "alert": now.alert}


def _concern_out(row: ConcernDecision) -> dict[str, Any]:
    names = ("concern", "claim", "proof", "by", "second", "agreed")
    return {name: getattr(row, name) for name in names} | {"event": row.event.number}
