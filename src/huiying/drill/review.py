"""The review of a drill: what was seen when, decided when, answered when, against the regulation. From the drill's
ledger alone, so that anybody can count again (INV-12).
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

# The steps of a case, by the entry that is the first to say so.
STEPS = {
    "case.opened": "opened_at",
    "case.graded": "decided_at",
    "case.routed": "routed_at",
    "case.accepted": "accepted_at",
    "case.found": "found_at",
}
RESPOND = "respond"


@dataclass(frozen=True)
class Entry:
    """One entry as the ledger has it; `payload` is empty where it was erased."""

    chain: str
    kind: str
    at: dt.datetime
    payload: Mapping[str, Any]


@dataclass
class Told:
    """One case. Times are RFC 3339; empty where it did not come so far. Minutes count from the first knowledge."""

    number: str
    event: str = ""
    level: str = ""
    first_known_at: str = ""
    opened_at: str = ""
    decided_at: str = ""
    routed_at: str = ""
    accepted_at: str = ""
    found_at: str = ""
    answered_at: str = ""
    due_at: str = ""
    minutes: dict[str, int] = field(default_factory=dict)
    verdict: str = ""  # on_time, late, running, overdue, declined
    breaches: list[dict[str, Any]] = field(default_factory=list)


def review(entries: Iterable[Entry], ended_at: dt.datetime) -> dict[str, Any]:
    """Every case with its times and its verdict, and what they add up to."""
    by_chain: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_chain[entry.chain].append(entry)
    cases = [
        _case(chain.removeprefix("case:"), rows, ended_at)
        for chain, rows in sorted(by_chain.items())
        if chain.startswith("case:") and any(row.kind == "case.opened" for row in rows)
    ]
    events = [rows for chain, rows in by_chain.items() if chain.startswith("event:")]
    warned = [row for rows in events for row in rows if row.kind == "event.warned"]
    signed = sum(row.kind == "warning.acknowledged" for rows in events for row in rows)
    verdicts = [case.verdict for case in cases]
    return {
        "events": sum(any(row.kind == "event.opened" for row in rows) for rows in events),
        "warnings": len(warned),
        "warnings_signed": signed,
        "cases": len(cases),
        "answered": verdicts.count("on_time") + verdicts.count("late"),
        "on_time": verdicts.count("on_time"),
        "late": verdicts.count("late"),
        "overdue": verdicts.count("overdue"),
        "running": verdicts.count("running"),
        "breaches": sum(len(case.breaches) for case in cases),
        "median_minutes": {step: _median([case.minutes[step] for case in cases if step in case.minutes])
                           for step in (*STEPS.values(), "answered_at")},
        "by_case": [asdict(case) for case in cases],
    }  # fmt: skip


def _case(number: str, rows: list[Entry], ended_at: dt.datetime) -> Told:
    told = Told(number)
    clocks: dict[Any, dt.datetime] = {}  # running limits of the answer
    for row in rows:
        step = STEPS.get(row.kind)
        if step and not getattr(told, step):
            setattr(told, step, row.at.isoformat())
        if row.kind == "case.opened":
            told.event = str(row.payload.get("event", ""))
            told.first_known_at = str(row.payload.get("first_known_at") or row.at.isoformat())
            told.level = told.level or str(row.payload.get("suggested_level", ""))
        elif row.kind == "case.known_earlier":
            told.first_known_at = str(row.payload.get("known_at") or told.first_known_at)
        elif row.kind == "case.graded":
            told.level = str(row.payload.get("to", "")) or told.level
        elif row.kind == "case.moved" and row.payload.get("to") == "declined":
            told.verdict = "declined"
        else:
            _limit(told, row, clocks)
    if not told.verdict:
        told.verdict = _verdict(told, clocks, ended_at)
    if clocks and not told.due_at:
        told.due_at = min(clocks.values()).isoformat()
    known = dt.datetime.fromisoformat(told.first_known_at)
    for step in (*STEPS.values(), "answered_at"):
        if at := getattr(told, step):
            told.minutes[step] = round((dt.datetime.fromisoformat(at) - known).total_seconds() / 60)
    return told


def _limit(told: Told, row: Entry, clocks: dict[Any, dt.datetime]) -> None:
    """Limits of the answer as they start, end and break (C8.5, C8.6); any other limit only where it broke."""
    payload = row.payload
    if row.kind == "clock.breached":
        told.breaches.append(
            {"act": payload.get("act"), "due_at": payload.get("due_at"), "cause": payload.get("cause")}
        )
    if payload.get("act") != RESPOND or payload.get("provisional"):
        return
    if row.kind == "clock.started":
        clocks[payload.get("clock")] = dt.datetime.fromisoformat(payload["due_at"])
    elif row.kind == "clock.stopped":
        clocks.pop(payload.get("clock"), None)
        if not told.answered_at:
            told.answered_at = str(payload["at"])
            told.due_at = str(payload["due_at"])


def _verdict(told: Told, clocks: Mapping[Any, dt.datetime], ended_at: dt.datetime) -> str:
    if told.answered_at:
        answered, due = dt.datetime.fromisoformat(told.answered_at), dt.datetime.fromisoformat(told.due_at)
        return "on_time" if answered <= due else "late"
    return "overdue" if clocks and min(clocks.values()) < ended_at else "running"


def _median(values: list[int]) -> float | None:
    return float(statistics.median(values)) if values else None
