"""Indicators of a period, computed from ledger entries and nothing else (INV-9, INV-12, C12.3).

An entry is a mapping with `chain`, `seq`, `at` (datetime), `kind` and `payload` (a dict, None once erased). The order
of chains does not matter, only the order within each. A case belongs to the period in which it was opened.
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from huiying.overseeing.periods import Period

Entry = Mapping[str, Any]


@dataclass
class _Case:
    """What the entries of one case chain say."""

    opened_at: dt.datetime | None = None
    first_known_at: dt.datetime | None = None
    answered_at: dt.datetime | None = None
    lead: str = ""
    declined: bool = False  # 不予公开 by decision, closed since or not; taken up again it is so no more (C1.1)
    late: bool = False  # a counting breach of the duty to respond
    upgraded_late: bool = False  # cause 升级: counts in no score (C9.7)
    returned: int = 0
    corrections: int = 0
    overridden: int = 0


@dataclass
class _Read:
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    cases: dict[str, _Case] = field(default_factory=lambda: defaultdict(_Case))
    events: list[dt.datetime] = field(default_factory=list)
    dismissed: list[dt.datetime] = field(default_factory=list)
    posts: list[tuple[dt.datetime, int]] = field(default_factory=list)
    messages: list[dt.datetime] = field(default_factory=list)


def figures(entries: Iterable[Entry], wanted: Period) -> dict[str, Any]:
    """The period's indicators: counts as integers, shares 0–1 or None without a base, hours as decimals."""
    read = _Read()
    for entry in entries:
        _take(read, entry)
    zone = read.zone
    cases = [case for case in read.cases.values() if case.opened_at and wanted.holds(case.opened_at, zone)]
    by_lead: dict[str, list[_Case]] = defaultdict(list)
    for case in cases:
        by_lead[case.lead].append(case)
    return {
        "period": wanted.words,
        "posts_received": sum(count for at, count in read.posts if wanted.holds(at, zone)),
        "messages_received": sum(wanted.holds(at, zone) for at in read.messages),
        "events": sum(wanted.holds(at, zone) for at in read.events),
        "events_dismissed": sum(wanted.holds(at, zone) for at in read.dismissed),
        **_summary(cases),
        "departments": {name: _summary(rows) for name, rows in sorted(by_lead.items()) if name},
    }


def _summary(cases: list[_Case]) -> dict[str, Any]:
    answered = [case for case in cases if case.answered_at]
    hours = [
        (case.answered_at - case.first_known_at).total_seconds() / 3600
        for case in answered
        if case.answered_at and case.first_known_at
    ]
    due = [case for case in cases if case.answered_at or case.late]
    return {
        "cases": len(cases),
        "answered": len(answered),
        "answered_on_time": sum(not case.late for case in answered),
        "late": sum(case.late for case in cases),
        "on_time_share": round(sum(not case.late for case in due) / len(due), 4) if due else None,
        "late_by_upgrade": sum(case.upgraded_late and not case.late for case in cases),
        "not_answered_by_decision": sum(case.declined for case in cases),
        "median_hours_to_answer": round(statistics.median(hours), 2) if hours else None,
        "longest_hours_to_answer": round(max(hours), 2) if hours else None,
        "returned": sum(case.returned for case in cases),
        "corrections": sum(case.corrections for case in cases),
        "confirmations_overridden": sum(case.overridden for case in cases),
    }


def _take(read: _Read, entry: Entry) -> None:
    kind, payload, at = entry["kind"], entry["payload"] or {}, entry["at"]
    if entry["chain"].startswith("case:"):
        _take_case(read.cases[entry["chain"]], kind, payload, at)
    elif kind == "regulation.adopted":
        read.zone = ZoneInfo(payload.get("timezone", "UTC"))
    elif kind == "posts.received":
        read.posts.append((at, int(payload.get("new", 0))))
    elif kind == "message.received":
        read.messages.append(at)
    elif kind == "event.opened":
        read.events.append(at)
    elif kind == "event.dismissed":
        read.dismissed.append(at)


def _take_case(case: _Case, kind: str, payload: Mapping[str, Any], at: dt.datetime) -> None:
    if kind == "case.opened":
        case.opened_at = at
        case.first_known_at = _time(payload.get("first_known_at")) or at
    elif kind == "case.known_earlier":
        case.first_known_at = _time(payload.get("known_at")) or case.first_known_at
    elif kind == "case.routed":
        case.lead = str(payload.get("lead", ""))
    elif kind == "case.moved":
        to = payload.get("to")
        case.declined = to == "declined" or (case.declined and to == "closed")
    elif kind == "case.returned":
        case.returned += 1
    elif kind == "release.live":
        moment = _time(payload.get("at")) or at
        case.answered_at = min(case.answered_at or moment, moment)
        case.corrections += payload.get("corrects") is not None
    elif kind == "clock.breached" and payload.get("act") == "respond":
        case.late = case.late or bool(payload.get("counts"))
        case.upgraded_late = case.upgraded_late or not payload.get("counts")
    elif kind == "confirmation.overridden":
        case.overridden += 1


def _time(words: Any) -> dt.datetime | None:
    return dt.datetime.fromisoformat(words) if isinstance(words, str) else None
