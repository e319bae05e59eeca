"""The review of a drill: what was seen when, decided when, answered when, against the regulation. From the drill's
ledger alone, so that anybody can count again (INV-12).
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from huiying.overseeing.history.case import CaseHistory
from huiying.overseeing.history.entries import Entry
from huiying.overseeing.history.reading import read_cases
from huiying.regulation.deadlines import RESPOND

# The steps of a case, by the entry that is the first to say so.
STEPS = {
    "case.opened": "opened_at",
    "case.graded": "decided_at",
    "case.routed": "routed_at",
    "case.accepted": "accepted_at",
    "case.found": "found_at",
}


@dataclass
class Course:
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
        by_chain[entry["chain"]].append(entry)
    cases = [
        _case(chain.removeprefix("case:"), rows, ended_at)
        for chain, rows in sorted(by_chain.items())
        if chain.startswith("case:") and any(row["kind"] == "case.opened" for row in rows)
    ]
    events = [rows for chain, rows in by_chain.items() if chain.startswith("event:")]
    warned = [row for rows in events for row in rows if row["kind"] == "event.warned"]
    signed = sum(row["kind"] == "warning.acknowledged" for rows in events for row in rows)
    verdicts = [case.verdict for case in cases]
    return {
        "events": sum(any(row["kind"] == "event.opened" for row in rows) for rows in events),
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


def _case(number: str, rows: list[Entry], ended_at: dt.datetime) -> Course:
    case = read_cases(rows)[f"case:{number}"]
    known = case.first_known_at or rows[0]["at"]
    made = Course(number, case.event, case.level, known.isoformat())
    for row in rows:
        step = STEPS.get(row["kind"])
        if step and not getattr(made, step):
            setattr(made, step, row["at"].isoformat())
    made.breaches = [{"act": row.act, "due_at": row.due_at.isoformat(), "cause": row.cause} for row in case.missed]
    made.verdict = _verdict(made, case, ended_at)
    if any(row["kind"] == "case.moved" and (row["payload"] or {}).get("to") == "declined" for row in rows):
        made.verdict = "declined"
    for step in (*STEPS.values(), "answered_at"):
        if at := getattr(made, step):
            made.minutes[step] = round((dt.datetime.fromisoformat(at) - known).total_seconds() / 60)
    return made


def _verdict(made: Course, case: CaseHistory, ended_at: dt.datetime) -> str:
    """From the confirmed limits of the answer (C8.5, C8.6), and when it fell due and was given."""
    limits = [limit for limit in case.limits.values() if limit.act == RESPOND and not limit.provisional]
    stopped = [(limit.stopped_at, limit.due_at) for limit in limits if limit.stopped_at and limit.due_at]
    if stopped:
        answered_at, due_at = min(stopped)
        made.answered_at, made.due_at = answered_at.isoformat(), due_at.astimezone(dt.UTC).isoformat()
        return "on_time" if answered_at <= due_at else "late"
    due = min((limit.due_at for limit in limits if limit.runs and limit.due_at), default=None)
    made.due_at = due.isoformat() if due else ""
    return "overdue" if due and due < ended_at else "running"


def _median(values: list[int]) -> float | None:
    return float(statistics.median(values)) if values else None
