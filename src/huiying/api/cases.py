"""Cases over REST: the gate is handling.access, the verbs are the desk's.

What the API says of a case or an event: plain fields, RFC 3339 times, no person of the public (INV-10).
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from huiying.api.bodies import (
    NO,
    Body,
    Code,
    DepartmentCode,
    Done,
    Problem,
    Problems,
    StatePage,
    Unreadable,
    asked_again,
    caller,
    department,
    done,
)
from huiying.handling import actions as handling
from huiying.handling.access import get_case
from huiying.handling.models import Case, Clock
from huiying.handling.queries import cases_for, countdown, joint_of, lead_of
from huiying.judging.access import without_words
from huiying.judging.models import Event
from huiying.ledger import queries as ledger
from huiying.ledger.models import LedgerEntry
from huiying.people.queries import regulation_now, standing
from huiying.people.versions import display_name, in_english
from huiying.regulation import Regulation
from huiying.regulation.schema import Level
from huiying.responding import actions as responding


class ClockOut(Schema):
    act: str
    legal: bool
    layer: str
    due_at: dt.datetime
    overdue: bool
    text: str
    explanation: str
    source: str
    provisional: bool
    stopped_at: dt.datetime | None


class EntryOut(Schema):
    """One ledger entry; `payload` is null once it was erased by a recorded decision."""

    chain: str
    seq: int
    at: dt.datetime
    kind: str
    actor: dict[str, Any]
    payload: dict[str, Any] | None
    hash: str


class CaseRow(Schema):
    number: str
    title: str
    sensitive: str
    state: str
    level: str
    provisional: bool
    event: str
    first_known_at: dt.datetime
    opened_at: dt.datetime
    answered_at: dt.datetime | None
    next_due: dt.datetime | None


class CaseOut(CaseRow):
    """`slip` is the number of the last transfer slip, `facts_version` the only version that may be quoted (C7.4)."""

    lead: str | None
    joint: list[str]
    emergency: str
    concern: str
    category: str
    nature: str
    trade: str
    slip: str | None
    facts_version: int | None
    clocks: list[ClockOut]
    timeline: list[EntryOut]


class EventRow(Schema):
    number: str
    title: str
    state: str
    opened_at: dt.datetime
    last_post_at: dt.datetime
    first_known_at: dt.datetime
    posts: int
    platforms: int
    suggested_level: str
    lead: str
    concern: str


class EventOut(EventRow):
    """`grade` and `reasons` are the machine's suggestion; `case` is set once a person opened one."""

    co_leads: list[str]
    grade: dict[str, Any]
    reasons: list[Any]
    case: str | None
    timeline: list[EntryOut]


class CasePage(Schema):
    count: int
    items: list[CaseRow]


class EventPage(Schema):
    count: int
    items: list[EventRow]


def case_row(case: Case, regulation: Regulation) -> dict[str, Any]:
    """A case from `cases_for`, which carries `next_due`."""
    return {
        "number": case.number,
        "title": case.title,
        "sensitive": case.event.sensitive,
        "state": case.state,
        "level": level_name(case.level, regulation),
        "provisional": case.is_provisional,
        "event": case.event.number,
        "first_known_at": case.first_known_at,
        "opened_at": case.opened_at,
        "answered_at": case.answered_at,
        "next_due": getattr(case, "next_due", None),
    }


def case_out(case: Case, clocks: list[Clock], entries: list[LedgerEntry]) -> dict[str, Any]:
    regulation, lead = regulation_now(), lead_of(case)
    slip = case.slips.order_by("-id").values_list("number", flat=True).first()
    facts = case.fact_sheets.order_by("-version").values_list("version", flat=True).first()
    due = [row.due_at for row in clocks if row.is_legal and row.stopped_at is None]
    return {
        **case_row(case, regulation),
        "next_due": min(due, default=None),
        "lead": lead.code if lead else None,
        "joint": [department.code for department in joint_of(case)],
        "emergency": display_name(regulation, "word", case.emergency),
        "concern": display_name(regulation, "word", case.concern),
        "category": case.category,
        "nature": case.nature,
        "trade": case.trade,
        "slip": slip,
        "facts_version": facts,
        "clocks": [_clock(row) for row in clocks],
        "timeline": [entry(row) for row in entries],
    }


def _clock(row: Clock) -> dict[str, Any]:
    left = countdown(row)
    return {
        "act": row.act,
        "legal": row.is_legal,
        "layer": row.layer,
        "due_at": row.due_at,
        "overdue": left.overdue and row.stopped_at is None,
        "text": left.text,
        "explanation": left.title,
        "source": row.source,
        "provisional": row.provisional,
        "stopped_at": row.stopped_at,
    }


def event_row(event: Event, regulation: Regulation) -> dict[str, Any]:
    return {
        "number": event.number,
        "title": event.title,
        "state": event.state,
        "opened_at": event.opened_at,
        "last_post_at": event.last_post_at,
        "first_known_at": event.first_known_at,
        "posts": event.posts_count,
        "platforms": event.platforms_count,
        "suggested_level": level_name(event.suggested_level, regulation),
        "lead": event.lead,
        "concern": display_name(regulation, "word", event.concern),
    }


def event_out(event: Event, case: str | None, entries: list[LedgerEntry]) -> dict[str, Any]:
    return {
        **event_row(event, regulation_now()),
        "co_leads": event.co_leads,
        "grade": event.grade,
        "reasons": event.reasons_en if event.reasons_en and in_english() else event.reasons,
        "case": case,
        "timeline": [entry(row) for row in entries],
    }


def entry(row: LedgerEntry) -> dict[str, Any]:
    return {
        "chain": row.chain,
        "seq": row.seq,
        "at": row.at,
        "kind": row.kind,
        "actor": json.loads(row.actor),
        "payload": row.data,
        "hash": row.hash,
    }


def level_name(code: str, regulation: Regulation) -> str:
    """The regulation's word for a level code, in the reader's language."""
    try:
        return display_name(regulation, "level", code)
    except KeyError:
        return code


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


@router.get("/cases", response={200: CasePage, 401: Problem, 422: Problems})
def cases(request: HttpRequest, page: Query[StatePage]) -> dict[str, object]:
    """The cases that the caller may see, newest first."""
    regulation = standing(caller(request)).regulation
    found = cases_for(caller(request)).order_by("-opened_at", "-id")
    if page.state:
        found = found.filter(state=page.state)
    shown = found[page.offset : page.offset + page.limit]
    return {"count": found.count(), "items": [case_row(case, regulation) for case in shown]}


@router.get("/cases/{number}", response={200: CaseOut, 401: Problem, 404: Problem})
def case(request: HttpRequest, number: str) -> dict[str, object]:
    """One case with its running and stopped clocks and its timeline."""
    found = get_case(caller(request), number)
    clocks = list(Clock.objects.filter(case=found, superseded_at__isnull=True).order_by("due_at", "id"))
    chains = [f"case:{found.number}", f"event:{found.event.number}"]
    return case_out(found, clocks, without_words(found.event, ledger.timeline(chains)))


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
