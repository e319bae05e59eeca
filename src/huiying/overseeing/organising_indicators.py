"""Indicators of （九）: the agenda (C9.1), house rules (C9.2), single persons (C9.4), training (C9.6).

From the ledger alone (INV-12). What stands (rules, skills) is told as it stood when the ledger ends.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from huiying.overseeing.history.entries import Payload
from huiying.overseeing.indicators import Frame, share
from huiying.overseeing.periods import Period


@dataclass
class _Rule:
    """`signed`: effective from, expires on, of each signed version, in order."""

    drafted: bool = False
    signed: list[tuple[dt.date, dt.date]] = field(default_factory=list)
    ended: bool = False


@dataclass
class Organised:
    agenda: list[tuple[dt.datetime, str]] = field(default_factory=list)  # when, whose
    held: list[tuple[dt.datetime, Payload]] = field(default_factory=list)
    quizzes: list[tuple[dt.datetime, int, int]] = field(default_factory=list)
    skills: dict[int, tuple[str, str, str]] = field(default_factory=dict)  # entry → skill, name, backup
    rules: dict[str, _Rule] = field(default_factory=dict)
    reads: list[dt.datetime] = field(default_factory=list)

    def take(self, chain: str, kind: str, payload: Payload, at: dt.datetime) -> None:
        if kind == "agenda.planned":
            self.agenda.append((at, str(payload.get("department", ""))))
        elif kind == "training.held":
            self.held.append((at, payload))
        elif kind == "training.answered":
            self.quizzes.append((at, int(payload.get("score", 0)), int(payload.get("of", 0))))
        elif kind == "skill.recorded":
            self.skills.pop(payload.get("replaces") or 0, None)
            entry = int(payload.get("entry", 0))
            self.skills[entry] = (str(payload.get("skill")), str(payload.get("name")), str(payload.get("backup") or ""))
        elif kind == "skill.ended":
            self.skills.pop(int(payload.get("entry", 0)), None)
        elif chain.startswith("rule:"):
            self._rule(self.rules.setdefault(chain, _Rule()), kind, payload, at)

    def _rule(self, row: _Rule, kind: str, payload: Payload, at: dt.datetime) -> None:
        if kind == "rule.drafted":
            row.drafted = True
        elif kind == "rule.signed":
            days = (str(payload.get("effective_from")), str(payload.get("expires_on")))
            row.signed.append((dt.date.fromisoformat(days[0]), dt.date.fromisoformat(days[1])))
        elif kind == "rule.ended":
            row.ended = True
        elif kind == "rule.read":
            self.reads.append(at)

    def figures(self, wanted: Period, frame: Frame) -> dict[str, Any]:
        zone = frame.norms.zone
        held = [payload for at, payload in self.held if wanted.holds(at, zone)]
        invited = sum(int(payload.get("invited", 0)) for payload in held)
        quizzes = [(score, of) for at, score, of in self.quizzes if of and wanted.holds(at, zone)]
        regulation = frame.norms.of("")
        abilities = regulation.training.abilities if regulation else ()
        trained = {one for payload in held for one in payload.get("abilities", ())}
        planning = {name for at, name in self.agenda if wanted.holds(at, zone)}
        names = {one.name for one in regulation.departments.values()} if regulation else set()
        live = [row for row in self.rules.values() if not row.ended]
        today = frame.cut_off.astimezone(zone).date() if frame.cut_off else None
        return {
            "agenda_items": sum(wanted.holds(at, zone) for at, _name in self.agenda),
            "departments_without_agenda": len(names - planning) if names else None,
            "training_sessions": len(held),
            "training_attendance_share": (
                round(sum(int(one.get("present", 0)) for one in held) / invited, 4) if invited else None
            ),
            "training_abilities_covered_share": share([one in trained for one in abilities]),
            "training_quiz_share": (
                round(sum(score for score, _of in quizzes) / sum(of for _score, of in quizzes), 4) if quizzes else None
            ),
            "skills_on_one_person": self._single(),
            "house_rules": len(live),
            "house_rules_lapsed": sum(today is not None and not _holds(row, today) for row in live),
            "house_rules_read": sum(wanted.holds(at, zone) for at in self.reads),
        }

    def _single(self) -> int:
        people: dict[str, set[str]] = {}
        for skill, name, backup in self.skills.values():
            people.setdefault(skill, set()).update({name, backup} - {""})
        return sum(len(found) < 2 for found in people.values())


def _holds(row: _Rule, day: dt.date) -> bool:
    return any(start <= day < end for start, end in row.signed)
