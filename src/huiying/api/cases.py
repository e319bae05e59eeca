"""Cases over REST: the gate is handling.access, the verbs are the desk's."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import Field

from huiying.api import shapes
from huiying.api.bodies import NO, Body, Code, DepartmentCode, Done, department, done
from huiying.api.errors import Problem, Problems, Unreadable
from huiying.api.paging import StatePage
from huiying.api.security import asked_again, caller
from huiying.handling import actions as handling
from huiying.handling.access import get_case
from huiying.handling.models import Clock
from huiying.handling.queries import cases_for
from huiying.judging.labels import without_words
from huiying.ledger import queries as ledger
from huiying.people.queries import regulation_now, standing
from huiying.regulation.schema import Level
from huiying.responding import actions as responding

router = Router()


class ReturnIn(Body):
    reason: str = Field(min_length=1, max_length=2000)


class FindIn(Body):
    facts: str = Field(min_length=1, max_length=20000)
    cause: str = Field(min_length=1, max_length=20000)
    impact: str = Field(min_length=1, max_length=20000)


class DisposeIn(Body):
    """`finding` defaults to the last one of the case."""

    finding: int | None = None
    actions: str = Field(min_length=1, max_length=20000)
    settled: bool = False


class LevelIn(Body):
    """`level` by code or by the regulation's word."""

    level: str = Field(min_length=1, max_length=20)
    reason: str = Field(default="", max_length=2000)


class ElementIn(Body):
    """One element of the slip: its `value`, or why it is `unknown` (未掌握)."""

    value: str = Field(default="", max_length=4000)
    unknown: str = Field(default="", max_length=1000)


class RouteIn(Body):
    """Department codes of the regulation file. Without `elements` the slip is filled from the record (C10.5)."""

    department: str = Field(min_length=1, max_length=20)
    joint: list[DepartmentCode] = Field(default=[], max_length=20)
    reason: str = Field(min_length=1, max_length=500)
    elements: Annotated[dict[Code, ElementIn], Field(max_length=40)] | None = None
    requirements: str = Field(default="", max_length=4000)


class ReleaseIn(Body):
    channels: list[Code] = Field(min_length=1, max_length=20)


@router.get("/cases", response={200: shapes.CasePage, 401: Problem, 422: Problems})
def cases(request: HttpRequest, page: Query[StatePage]) -> dict[str, object]:
    """The cases that the caller may see, newest first."""
    regulation = standing(caller(request)).regulation
    found = cases_for(caller(request)).order_by("-opened_at", "-id")
    if page.state:
        found = found.filter(state=page.state)
    shown = found[page.offset : page.offset + page.limit]
    return {"count": found.count(), "items": [shapes.case_row(case, regulation) for case in shown]}


@router.get("/cases/{number}", response={200: shapes.CaseOut, 401: Problem, 404: Problem})
def case(request: HttpRequest, number: str) -> dict[str, object]:
    """One case with its running and stopped clocks and its timeline."""
    found = get_case(caller(request), number)
    clocks = list(Clock.objects.filter(case=found, superseded_at__isnull=True).order_by("due_at", "id"))
    chains = [f"case:{found.number}", f"event:{found.event.number}"]
    return shapes.case_out(found, clocks, without_words(found.event, ledger.timeline(chains)))


@router.post("/cases/{number}/accept", response={200: Done, **NO})
def accept(request: HttpRequest, number: str) -> dict[str, str]:
    found = get_case(caller(request), number)
    handling.accept(found, actor=caller(request))
    return done(found)


@router.post("/cases/{number}/return", response={200: Done, **NO})
def return_case(request: HttpRequest, number: str, data: ReturnIn) -> dict[str, str]:
    found = get_case(caller(request), number)
    handling.return_case(found, reason=data.reason, actor=caller(request))
    return done(found)


@router.post("/cases/{number}/find", response={200: Done, **NO})
def find(request: HttpRequest, number: str, data: FindIn) -> dict[str, str]:
    found = get_case(caller(request), number)
    handling.find(found, facts=data.facts, cause=data.cause, impact=data.impact, actor=caller(request))
    return done(found)


@router.post("/cases/{number}/dispose", response={200: Done, **NO})
def dispose(request: HttpRequest, number: str, data: DisposeIn) -> dict[str, str]:
    found = get_case(caller(request), number)
    rows = found.findings.filter(pk=data.finding) if data.finding else found.findings.all()
    finding = rows.last()
    if finding is None:
        raise Unreadable("finding", _("此件没有这份情况分析。请先写情况分析，再写处置。"))
    handling.dispose(found, finding=finding, actions=data.actions, settled=data.settled, actor=caller(request))
    return done(found)


@router.post("/cases/{number}/confirm_level", response={200: Done, **NO})
def confirm_level(request: HttpRequest, number: str, data: LevelIn) -> dict[str, str]:
    found = get_case(caller(request), number)
    levels = {word: level.code for level in regulation_now().levels for word in _names(level)}
    if data.level not in levels:
        known = {"level": data.level, "known": "、".join(levels)}
        raise Unreadable("level", _("没有级别“%(level)s”，应为：%(known)s。") % known)
    handling.confirm_level(found, level=levels[data.level], actor=caller(request), reason=data.reason)
    return done(found)


@router.post("/cases/{number}/route", response={200: Done, **NO})
def route(request: HttpRequest, number: str, data: RouteIn) -> dict[str, str]:
    found = get_case(caller(request), number)
    lead = department(data.department, "department")
    joint = [department(code, f"joint.{place}") for place, code in enumerate(data.joint)]
    elements = None if data.elements is None else {name: told.model_dump() for name, told in data.elements.items()}
    handling.route(found, lead, joint, data.reason, caller(request), elements, data.requirements)
    return done(found)


@router.post("/cases/{number}/submit", response={200: Done, **NO})
def submit(request: HttpRequest, number: str) -> dict[str, str]:
    found = get_case(caller(request), number)
    responding.submit(found, actor=caller(request))
    return done(found)


@router.post("/cases/{number}/release", response={200: Done, **NO})
def release(request: HttpRequest, number: str, data: ReleaseIn) -> dict[str, str]:
    asked_again(request)
    found = get_case(caller(request), number)
    responding.release(found, data.channels, caller(request))
    return done(found)


def _names(level: Level) -> list[str]:
    return [word for word in (level.code, level.name, level.en) if word]
