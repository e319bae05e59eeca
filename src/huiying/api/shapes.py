"""What the API says of a case or an event: plain fields, RFC 3339 times, no person of the public (INV-10)."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from ninja import Schema

from huiying.handling.models import Case, Clock
from huiying.handling.queries import countdown, joint_of, lead_of
from huiying.judging.models import Event
from huiying.ledger.models import LedgerEntry
from huiying.people.queries import regulation_now
from huiying.people.words import display_name, in_english
from huiying.regulation import Regulation


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
