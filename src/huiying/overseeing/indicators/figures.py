"""Indicators of a period, computed from ledger entries and nothing else (INV-9, INV-12, C12.3).

The order of chains does not matter, only the order within each. A case belongs to the period in which it was opened.
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from huiying.overseeing.history.case import CaseHistory
from huiying.overseeing.history.entries import Entry
from huiying.overseeing.history.norms import Norms, Period
from huiying.overseeing.history.reading import read_entry
from huiying.overseeing.indicators.casework import Frame, casework, names, share
from huiying.overseeing.indicators.dialogue import Asked, Dialogue, Unasked, answering
from huiying.overseeing.indicators.foresight import Foresight, Papered
from huiying.overseeing.indicators.listening import Listened, Warned
from huiying.overseeing.indicators.regulation import Organised, Upkeep, keeping


@dataclass
class Read:
    norms: Norms = field(default_factory=Norms)
    cut_off: dt.datetime | None = None
    cases: dict[str, CaseHistory] = field(default_factory=lambda: defaultdict(CaseHistory))
    events: list[dt.datetime] = field(default_factory=list)
    dismissed: list[dt.datetime] = field(default_factory=list)
    posts: list[tuple[dt.datetime, int]] = field(default_factory=list)
    messages: list[dt.datetime] = field(default_factory=list)
    concerns: dict[str, str] = field(default_factory=dict)
    credited: list[tuple[dt.datetime, str]] = field(default_factory=list)
    phone_tests: list[tuple[dt.datetime, str, bool]] = field(default_factory=list)
    unasked: Unasked = field(default_factory=Unasked)
    warned: Warned = field(default_factory=Warned)
    listened: Listened = field(default_factory=Listened)
    asked: Asked = field(default_factory=Asked)
    dialogue: Dialogue = field(default_factory=Dialogue)
    upkeep: Upkeep = field(default_factory=Upkeep)
    foresight: Foresight = field(default_factory=Foresight)
    organised: Organised = field(default_factory=Organised)
    papered: Papered = field(default_factory=Papered)


def figures(entries: Iterable[Entry], wanted: Period) -> dict[str, Any]:
    """The period's indicators: counts as integers, shares 0–1 or None without a base, hours as decimals."""
    return told(read(entries), wanted)


def read(entries: Iterable[Entry], until: dt.datetime | None = None) -> Read:
    """What the entries say; of those up to `until` where it is named: an assessment stops there (C12.3)."""
    made = Read()
    for entry in entries:
        if until is None or entry["at"] <= until:
            _take(made, entry)
    return made


def told(read: Read, wanted: Period, aside: Mapping[str, Container[str]] = MappingProxyType({})) -> dict[str, Any]:
    """The figures of what was read. `aside`: department → cases that its own row leaves out, after an appeal."""
    zone = read.norms.zone
    named = {chain: case for chain, case in read.cases.items() if case.opened_at and wanted.holds(case.opened_at, zone)}
    cases = list(named.values())
    frame = Frame(read.norms, read.cut_off, read.concerns)
    departments = {case.last_lead for case in cases} | names(cases)
    credited = [name for at, name in read.credited if wanted.holds(at, zone)]
    tests = [(name, reached) for at, name, reached in read.phone_tests if wanted.holds(at, zone)]

    def row(name: str) -> dict[str, Any]:
        out = aside.get(name, ())
        counted = [case for chain, case in named.items() if chain not in out] if out else cases
        led = [case for case in counted if case.last_lead == name]
        return {
            **_summary(led),
            **casework(led, counted, frame, name),
            **answering(led, frame),
            **keeping(led, frame),
            **_people([of for of in credited if of == name], [reached for of, reached in tests if of == name]),
        }

    departments |= set(credited) | {name for name, _ in tests}
    return {
        "period": wanted.words,
        "posts_received": sum(count for at, count in read.posts if wanted.holds(at, zone)),
        "messages_received": sum(wanted.holds(at, zone) for at in read.messages),
        "events": sum(wanted.holds(at, zone) for at in read.events),
        "events_dismissed": sum(wanted.holds(at, zone) for at in read.dismissed),
        **_summary(cases),
        **casework(cases, cases, frame),
        **answering(cases, frame),
        **keeping(cases, frame),
        **read.unasked.figures(wanted, frame),
        **read.warned.figures(wanted, frame),
        **read.listened.figures(wanted, frame),
        **read.asked.figures(wanted, frame),
        **read.dialogue.figures(wanted, frame),
        **read.upkeep.figures(wanted, frame),
        **read.foresight.figures(wanted, frame),
        **read.organised.figures(wanted, frame),
        **read.papered.figures(wanted, frame),
        **_people(credited, [reached for _, reached in tests]),
        "departments": {name: row(name) for name in sorted(departments) if name},
    }


def _people(credited: list[str], reached: list[bool]) -> dict[str, Any]:
    """C9.7: who brings bad news is counted and thanked, never scored. C10.3: whether the phones are answered."""
    return {"reports_credited": len(credited), "phone_tests": len(reached), "phone_reached_share": share(reached)}


def _summary(cases: list[CaseHistory]) -> dict[str, Any]:
    hours = [
        (answered_at - case.first_known_at).total_seconds() / 3600
        for case in cases
        if (answered_at := case.first_answer_at) and case.first_known_at
    ]
    answered = [case for case in cases if case.answers]
    due = [case for case in cases if case.was_late is not None]
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
        "returned": sum(len(case.returned_by) for case in cases),
        "corrections": sum(row.corrects for case in cases for row in case.answers),
        "confirmations_overridden": sum(case.overridden for case in cases),
    }


def _take(read: Read, entry: Entry) -> None:
    kind, payload, at = entry["kind"], entry["payload"] or {}, entry["at"]
    read.cut_off = max(read.cut_off or at, at)
    read.asked.take(entry["chain"], kind, payload, at)
    read.upkeep.take(entry["chain"], kind, payload, at)
    read.papered.take(kind, payload, at)
    if entry["chain"].startswith("case:"):
        read_entry(read.cases[entry["chain"]], entry)
        return
    read.unasked.take(entry["chain"], kind, payload, at)
    read.warned.take(entry["chain"], kind, payload, at)
    read.listened.take(kind, payload, at)
    read.dialogue.take(entry["chain"], kind, payload, at)
    read.foresight.take(entry["chain"], kind, payload, at)
    read.organised.take(entry["chain"], kind, payload, at)
    if kind == "regulation.adopted":
        read.norms.adopt(payload, at)
    elif kind == "posts.received":
        read.posts.append((at, int(payload.get("new", 0))))
    elif kind == "message.received":
        read.messages.append(at)
    elif kind == "event.opened":
        read.events.append(at)
    elif kind == "event.dismissed":
        read.dismissed.append(at)
    elif kind == "concern.decided":
        read.concerns[entry["chain"].removeprefix("event:")] = str(payload.get("concern", ""))
    elif kind == "report.credited":
        read.credited.append((at, str(payload.get("department", ""))))
    elif kind == "contact.tested":
        read.phone_tests.append((at, str(payload.get("department", "")), bool(payload.get("reached"))))
