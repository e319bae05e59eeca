"""Indicators of a period, computed from ledger entries and nothing else (INV-9, INV-12, C12.3).

An entry is a mapping with `chain`, `seq`, `at` (datetime), `kind`, `payload` (a dict, None once erased) and `actor` (a
name, left out where nobody acted). The order
of chains does not matter, only the order within each. A case belongs to the period in which it was opened.
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from huiying.overseeing import indicators
from huiying.overseeing.answer_indicators import Answered, Unasked, answering
from huiying.overseeing.answerbook import HOLDING, WITHDRAWAL, AnswerWork
from huiying.overseeing.asking_indicators import Asked
from huiying.overseeing.casebook import Work
from huiying.overseeing.dialogue_indicators import Dialogue
from huiying.overseeing.foresight_indicators import Foresight
from huiying.overseeing.indicators import Frame, share
from huiying.overseeing.listening_indicators import Listened
from huiying.overseeing.norms import Norms
from huiying.overseeing.organising_indicators import Organised
from huiying.overseeing.paper_indicators import Papered
from huiying.overseeing.periods import Period
from huiying.overseeing.upkeep_indicators import Upkeep, keeping
from huiying.overseeing.warning_indicators import Warned

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
    work: Work = field(default_factory=Work)
    answer: AnswerWork = field(default_factory=AnswerWork)

    @property
    def was_late(self) -> bool | None:
        """None while it is neither answered nor late."""
        return self.late if self.answered_at or self.late else None


@dataclass
class Read:
    norms: Norms = field(default_factory=Norms)
    cut_off: dt.datetime | None = None
    cases: dict[str, _Case] = field(default_factory=lambda: defaultdict(_Case))
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
    every = [case.work for case in cases]
    departments = {case.lead for case in cases} | indicators.names(every)
    credited = [name for at, name in read.credited if wanted.holds(at, zone)]
    tests = [(name, reached) for at, name, reached in read.phone_tests if wanted.holds(at, zone)]

    def row(name: str) -> dict[str, Any]:
        out = aside.get(name, ())
        counted = [case for chain, case in named.items() if chain not in out] if out else cases
        led = [case for case in counted if case.lead == name]
        return {
            **_summary(led),
            **indicators.casework([case.work for case in led], [case.work for case in counted], frame, name),
            **answering(both := _both(led), frame),
            **keeping(both, frame, [case.was_late for case in led]),
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
        **indicators.casework(every, every, frame),
        **answering(both := _both(cases), frame),
        **keeping(both, frame, [case.was_late for case in cases]),
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


def _both(cases: list[_Case]) -> list[Answered]:
    return [Answered(case.work, case.answer) for case in cases]


def _people(credited: list[str], reached: list[bool]) -> dict[str, Any]:
    """C9.7: who brings bad news is counted and thanked, never scored. C10.3: whether the phones are answered."""
    return {"reports_credited": len(credited), "phone_tests": len(reached), "phone_reached_share": share(reached)}


def _summary(cases: list[_Case]) -> dict[str, Any]:
    answered = [case for case in cases if case.answered_at]
    hours = [
        (case.answered_at - case.first_known_at).total_seconds() / 3600
        for case in answered
        if case.answered_at and case.first_known_at
    ]
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
        "returned": sum(case.returned for case in cases),
        "corrections": sum(case.corrections for case in cases),
        "confirmations_overridden": sum(case.overridden for case in cases),
    }


def _take(read: Read, entry: Entry) -> None:
    kind, payload, at = entry["kind"], entry["payload"] or {}, entry["at"]
    read.cut_off = max(read.cut_off or at, at)
    read.asked.take(entry["chain"], kind, payload, at)
    read.upkeep.take(entry["chain"], kind, payload, at)
    read.papered.take(kind, payload, at)
    if entry["chain"].startswith("case:"):
        case = read.cases[entry["chain"]]
        _take_case(case, kind, payload, at)
        case.work.take(kind, payload, at)
        case.answer.take(kind, payload, at, str(entry.get("actor") or ""))
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
        stage = payload.get("stage")
        if stage not in (HOLDING, WITHDRAWAL):  # 「正在核实」 is no answer, and neither is taking one back (G4)
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
