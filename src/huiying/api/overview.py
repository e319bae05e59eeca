"""The figures of the overview and the reviews of drills over REST （九）（十）C10.2: what the desk's pictures draw."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Router, Schema

from huiying.api.bodies import READS, caller, or_404
from huiying.kernel import clock
from huiying.listening import coverage as listening_coverage
from huiying.overseeing import drills, overview
from huiying.people.permissions import may
from huiying.people.queries import regulation_now

router = Router()
DAYS = 14


class LevelNowOut(Schema):
    """Cases whose legal time runs on one level; `first_due_at` is None where there are none."""

    level: str
    running: int
    soon: int
    overdue: int
    first_due_at: dt.datetime | None


class OnTimeOut(Schema):
    """Of the cases opened in the month; `share` is None without a base."""

    month: str
    on_time: int
    late: int
    open: int
    share: float | None


class HeardOut(Schema):
    name: str
    required: bool
    heard: int
    nothing: int
    silent: int
    not_collected: int


class RowOut(Schema):
    name: str
    counts: list[int]


class OverviewOut(Schema):
    """`concerns` and `channels` count posts by day; nothing of a danger to life is in them."""

    at: dt.datetime
    levels: list[LevelNowOut]
    months: list[OnTimeOut]
    coverage: list[HeardOut]
    days: list[dt.date]
    concerns: list[RowOut]
    channels: list[RowOut]


class DrillOut(Schema):
    """`over` is false where there is no review, or none that can be read."""

    name: str
    title: str
    over: bool
    made_at: dt.datetime | None
    counts: dict[str, int]


class DrillCaseOut(Schema):
    """Minutes from the first knowledge to each step, and to the limit of the answer."""

    number: str
    level: str
    verdict: str
    minutes: dict[str, int]
    due: int | None


class ReviewOut(DrillOut):
    began_at: dt.datetime | None
    ended_at: dt.datetime | None
    whole: bool
    cases: list[DrillCaseOut]


@router.get("/overview", response={200: OverviewOut, **READS})
def whole(request: HttpRequest) -> Any:
    """What burns, how it went this month and last, whether we hear, and the last fourteen days."""
    user = caller(request)
    or_404(user, "overview.view_all")
    law, now = regulation_now(), clock.now()
    sees_danger = may(user, "urgent.view").allowed
    rows = [row for row in overview.running() if sees_danger or not row.life]
    this = overview.month_of(now.astimezone(law.zone).date())
    months = [this, overview.month_of(this.first - dt.timedelta(days=1))]
    told = overview.punctual(months, law)
    trend = overview.trend(overview.last_days(DAYS, law.zone), law)
    return {
        "at": now,
        "levels": [_level(level) for level in overview.by_level(rows, law, now)],
        "months": [_month(month.words, told[month.words].of()) for month in months],
        "coverage": [
            {"name": row.name, "required": row.required, **row.counts}
            for row in listening_coverage.classes_now(law, now)
        ],
        "days": trend.days,
        "concerns": trend.concerns,
        "channels": trend.channels,
    }


def _level(found: overview.LevelNow) -> dict[str, Any]:
    return {
        "level": found.level,
        "running": len(found.cases),
        "soon": found.soon,
        "overdue": found.overdue,
        "first_due_at": found.cases[0].due_at if found.cases else None,
    }


def _month(words: str, told: overview.OnTime) -> dict[str, Any]:
    return {
        "month": words,
        "on_time": told.on_time,
        "late": told.late,
        "open": told.open,
        "share": told.share,
    }


@router.get("/drills", response={200: list[DrillOut], **READS})
def held(request: HttpRequest) -> Any:
    """The drills that were held on this machine, the latest first."""
    or_404(caller(request), "drill.view")
    return drills.drills()


@router.get("/drills/{name}", response={200: ReviewOut, **READS})
def review(request: HttpRequest, name: str) -> Any:
    """The review of one drill."""
    or_404(caller(request), "drill.view")
    found = drills.drill(name)
    if found is None:
        raise Http404
    return found
