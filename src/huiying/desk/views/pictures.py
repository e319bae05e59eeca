"""总览, the month and the wall: what burns, what waits, how it went, whether the bureau still hears （十）（十二）."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from huiying.desk import drawings as charts, picture_shelf
from huiying.desk.context import of
from huiying.desk.decisions import Decision, own_work, waiting_for
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.language import lang
from huiying.overseeing import overview as figures
from huiying.overseeing.history.norms import Period, period
from huiying.overseeing.overview import OnTime, Punctual, Running
from huiying.people.models import Department, User
from huiying.people.permissions import may
from huiying.people.queries import standing
from huiying.regulation import Regulation
from huiying.regulation.errors import UsageError

WAITS, ON_THE_WALL, BARS = 4, 6, 5
DAY = dt.timedelta(days=1)
REFRESH = 30  # seconds between two looks of the wall


@dataclass(frozen=True)
class Scope:
    """What of the house a person sees: all of it, or the departments that they handle for."""

    everything: bool
    codes: frozenset[str]
    life: bool  # whether cases of danger to life are among them (§6.2)

    def rows(self, running: list[Running]) -> list[Running]:
        if self.everything:
            return [row for row in running if self.life or not row.life]
        return [row for row in running if row.lead in self.codes]


def scope_of(user: User) -> Scope:
    who = standing(user)
    codes = frozenset(code for code in who.departments if who.can_in("handle", {code}))
    return Scope(may(user, "overview.view_all").allowed, codes, may(user, "urgent.view").allowed)


@dataclass(frozen=True)
class Share:
    """One month's bar."""

    month: Period
    told: OnTime

    @property
    def length(self) -> float:
        return round(200 * (self.told.share or 0), 1)


@staff()
def overview(request: StaffRequest) -> HttpResponse:
    """One screen, one minute (C10.2). A department's head sees the same of the own department."""
    user, here = request.user, of(request)
    or_404(user, "overview.view")
    law, now, scope = standing(user).regulation, here.now, scope_of(user)
    found = picture_shelf.seen(law, here.moved)
    rows = scope.rows(found.running)
    this = figures.month_of(now.astimezone(law.zone).date())
    last = figures.month_of(this.first - DAY)
    own = [] if scope.everything else list(Department.objects.filter(code__in=scope.codes).order_by("code"))
    names = [""] if scope.everything else [department.name for department in own]
    waits = waiting_for(user) if may(user, "decisions.view") else own_work(user, _to_accept(scope, rows))
    context: dict[str, Any] = {
        "everything": scope.everything,
        "own": own,
        "at": found.at,
        "strip": charts.strip(figures.by_level(rows, law, now), law, now),
        "rows": rows,
        "overdue": sum(row.due_at < now for row in rows),
        "waits": waits[:WAITS],
        "waiting": len(waits),
        "more_waits": reverse("desk:decisions") if may(user, "decisions.view") else reverse("desk:home"),
        "shares": [Share(this, found.this_month.of(names)), Share(last, found.last_month.of(names))],
        "levels": found.this_month.by_level(law, names),
        "this": this,
        "life_calls": found.life_calls if scope.life else None,
    }
    if scope.everything:
        context |= {"coverage": picture_shelf.heard(law, here.moved), **_short(_trend(found.trend))}
    return render(request, "desk/overview.html", context)


def _to_accept(scope: Scope, rows: list[Running]) -> list[Decision]:
    if scope.everything:
        return []
    return [
        Decision("accept", row.title, reverse("desk:case", args=[row.number]), row.due_at, row.level, row.number)
        for row in rows
        if row.state == "assigned"
    ]


def _trend(told: figures.Trend) -> dict[str, Any]:
    return {
        "trend": told,
        "concerns": charts.bars(told.concerns, told),
        "channels": charts.bars(told.channels, told),
    }


def _short(drawn: dict[str, Any]) -> dict[str, Any]:
    """Of what there is most, so that it all stands on one screen; the numbers behind are whole."""
    short = {name: charts.most(drawn[name], BARS) for name in ("concerns", "channels")}
    return drawn | short | {"fewer": BARS if any(len(drawn[name]) > BARS for name in short) else 0}


@staff()
def month(request: StaffRequest, words: str) -> HttpResponse:
    """The whole month: at which hours matters became known, what they were, where they came from, how it went."""
    or_404(request.user, "overview.view_all")
    law = standing(request.user).regulation
    wanted = _month(words)
    this = figures.month_of(of(request).now.astimezone(law.zone).date())
    began = figures.began(law.zone) or this
    if not began.first <= wanted.first <= this.first:
        raise Http404  # before the first entry nothing was counted, and the future has no figures
    days = figures.days_of(wanted)
    told: Punctual = figures.punctual([wanted], law)[wanted.words]
    context: dict[str, Any] = {
        "month": wanted,
        "before": figures.month_of(wanted.first - DAY).words if wanted.first > began.first else "",
        "after": figures.month_of(wanted.after).words if wanted.first < this.first else "",
        "going_on": wanted.words == this.words,
        "hours": charts.hours(figures.hours_known(wanted, law.zone), days),
        "whole": told.of(),
        "levels": told.by_level(law),
        **_trend(figures.trend(days, law)),
    }
    return render(request, "desk/overview_month.html", context)


def _month(words: str) -> Period:
    try:
        found = period(words)
    except UsageError:
        raise Http404 from None
    if (found.after - found.first).days > 31:
        raise Http404
    return found


@staff()
def wall(request: StaffRequest) -> HttpResponse:
    """For the duty room: numbers and names of departments only, nothing that anybody wrote, no danger to life."""
    or_404(request.user, "wall.view")
    here, law = of(request), standing(request.user).regulation
    found, now = picture_shelf.seen(law, here.moved), here.now
    rows = [row for row in found.running if not row.life]
    heard = [row for row in picture_shelf.heard(law, here.moved) if row.required]
    context: dict[str, Any] = {
        "now": now,
        "stale": here.stale,
        "beat": here.facts.get("beat"),
        "refresh": REFRESH,
        "rows": [(row, _category(law, row)) for row in rows[:ON_THE_WALL]],
        "running": len(rows),
        "overdue": sum(row.due_at < now for row in rows),
        "levels": figures.by_level(rows, law, now),
        "month": found.this_month.of(),
        "today": sum(row.counts[-1] for row in found.trend.channels),
        "coverage": heard,
        "deaf": sum(row.deaf for row in heard),
    }
    return render(request, "desk/wall.html", context)


def _category(law: Regulation, row: Running) -> str:
    return law.name_of("category", row.category, lang()) if row.category in law.routing.categories else ""
