"""Indicators of how the regulation itself is kept up, where no other file speaks of it (C2.3 C3.3 …), and of （九）:
the agenda C9.1, house rules C9.2, single persons C9.4, training C9.6. From the ledger alone (INV-12).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from huiying.overseeing.history import norms
from huiying.overseeing.history.case import CaseHistory
from huiying.overseeing.history.entries import Payload
from huiying.overseeing.history.norms import Period
from huiying.overseeing.indicators.casework import Frame, share
from huiying.regulation.differing import GAPS

REVIEW = "review"  # the act by which a case is gone through afterwards (§4.3)


def keeping(led: Sequence[CaseHistory], frame: Frame) -> dict[str, Any]:
    """C3.3, C7.5, C8.5, C8.6, C9.5, C10.4, C14.1 of these cases."""
    graded = [(_rank(case, frame), case.late) for case in led if case.was_late is not None]
    reported = [case.reports for case in led if case.reports]
    versions = [case.judged_by_its_time(frame.norms) for case in led]
    return {
        "reviews_done": sum(REVIEW in case.acts for case in led),
        "seen_by_office_share": share([any(report.seen_at for report in reports) for reports in reported]),
        "on_time_lowest_share": share([not late for rank, late in graded if rank == "lowest"]),
        "on_time_gravest_share": share([not late for rank, late in graded if rank == "gravest"]),
        "four_eyes_share": share([eyes for case in led for eyes in case.four_eyes]),
        "joint_cases_share": share([case.helped for case in led if case.routes]),
        "right_version_share": share([right for right in versions if right is not None]),
    }


def _rank(case: CaseHistory, frame: Frame) -> str:
    law = frame.norms.of(case.regulation)
    level = norms.level_of(law, case.level)
    if law is None or level is None:
        return ""
    return {law.levels[0].code: "lowest", law.levels[-1].code: "gravest"}.get(level.code, "")


@dataclass
class _Measure:
    """A step of the ladder that somebody proposed."""

    heard: bool = False
    issued_at: dt.datetime | None = None
    followed: bool = False


@dataclass
class Upkeep:
    """Read from every chain."""

    class_of: dict[str, str] = field(default_factory=dict)  # source → its class of channels
    looks: list[tuple[dt.datetime, str]] = field(default_factory=list)
    gaps: dict[str, list[Any]] = field(default_factory=dict)  # gap → made at, done
    accounts: dict[str, list[dt.datetime]] = field(default_factory=dict)  # account → security checks
    closed: set[str] = field(default_factory=set)
    partners: dict[str, list[dt.datetime]] = field(default_factory=dict)  # partner → tests that reached somebody
    pushes: list[dt.datetime] = field(default_factory=list)
    shown: list[dt.datetime] = field(default_factory=list)
    appeals: dict[tuple[str, str], tuple[dt.datetime, bool]] = field(default_factory=dict)
    measures: dict[str, _Measure] = field(default_factory=lambda: defaultdict(_Measure))
    signed: dict[str, dt.datetime] = field(default_factory=dict)  # gap of the regulation → first signed

    def take(self, chain: str, kind: str, payload: Payload, at: dt.datetime) -> None:
        if kind in ("source.added", "source.looked", "patrol.ticked"):
            self._watched(kind, payload, at)
        elif kind in ("gap.made", "gap.done", "gap.dropped"):
            self._gap(chain, kind, payload, at)
        elif kind.startswith("platform."):
            self._account(kind, str(payload.get("platform", "")), at)
        elif kind in ("partner.added", "partner.tested", "partner.ended", "partner.pushed"):
            self._partner(kind, payload, at)
        elif kind == "assessment.shown":
            self.shown.append(at)
        elif kind == "appeal.made":
            self.appeals[chain, str(payload.get("appeal", ""))] = (at, False)
        elif kind == "appeal.decided":
            key = (chain, str(payload.get("appeal", "")))
            self.appeals[key] = (self.appeals.get(key, (at, False))[0], True)
        elif kind.startswith("measure."):
            self._measure(self.measures[chain], kind, payload, at)
        elif kind == "interpretation.signed":
            self.signed.setdefault(str(payload.get("gap", "")), at)

    def _watched(self, kind: str, payload: Payload, at: dt.datetime) -> None:
        source = str(payload.get("source", ""))
        if kind == "source.added":
            self.class_of[source] = str(payload.get("channel_class", ""))
            return
        where = str(payload.get("class", "")) if kind == "patrol.ticked" else self.class_of.get(source, "")
        self.looks.append((at, where))

    def _gap(self, chain: str, kind: str, payload: Payload, at: dt.datetime) -> None:
        key = str(payload.get("gap") or chain)
        if kind == "gap.made":
            self.gaps[key] = [at, False]
        elif kind == "gap.dropped":
            self.gaps.pop(key, None)
        elif key in self.gaps:
            self.gaps[key][1] = True

    def _account(self, kind: str, code: str, at: dt.datetime) -> None:
        if kind == "platform.added":
            self.accounts.setdefault(code, [])
        elif kind == "platform.closed":
            self.closed.add(code)
        elif kind == "platform.checked":
            self.accounts.setdefault(code, []).append(at)

    def _partner(self, kind: str, payload: Payload, at: dt.datetime) -> None:
        key = str(payload.get("partner") or payload.get("name", ""))
        if kind == "partner.added":
            self.partners.setdefault(key, [])
        elif kind == "partner.ended":
            self.partners.pop(key, None)
        elif kind == "partner.pushed":
            self.pushes.append(at)
        elif payload.get("reached"):
            self.partners.setdefault(key, []).append(at)

    @staticmethod
    def _measure(row: _Measure, kind: str, payload: Payload, at: dt.datetime) -> None:
        if kind == "measure.stated":
            row.heard = True
        elif kind == "measure.decided" and payload.get("issued"):
            row.issued_at, row.heard = at, row.heard or bool(payload.get("heard"))
        elif kind == "measure.followed":
            row.followed = True

    def figures(self, wanted: Period, frame: Frame) -> dict[str, Any]:
        zone, law = frame.norms.zone, frame.norms.of("")

        def within(moments: Sequence[dt.datetime]) -> list[dt.datetime]:
            return [at for at in moments if wanted.holds(at, zone)]

        looked = Counter(where for at, where in self.looks if wanted.holds(at, zone))
        must = law.monitor.channel_classes if law else ()
        topics = law.routing.categories.values() if law else ()
        asked = [done for at, done in self.gaps.values() if wanted.holds(at, zone)]
        accounts = [checks for code, checks in self.accounts.items() if code not in self.closed]
        appeals = [decided for at, decided in self.appeals.values() if wanted.holds(at, zone)]
        issued = [row for row in self.measures.values() if row.issued_at and wanted.holds(row.issued_at, zone)]
        return {
            "topics_owned_share": share([bool(row.owner and row.backup) for row in topics]),
            "looks_by_class": {name: looked[name] for name in must},
            "classes_covered_share": share([looked[name] > 0 for name in must]),
            "gaps_made": len(asked),
            "gaps_done_share": share(asked),
            "accounts_registered": len(accounts),
            "accounts_checked_share": share([bool(within(checks)) for checks in accounts]),
            "partners_tested_share": share([bool(within(tests)) for tests in self.partners.values()]),
            "partner_pushes": len(within(self.pushes)),
            "assessments_shown": len(within(self.shown)),
            "appeals": len(appeals),
            "appeals_decided_share": share(appeals),
            "measures": len(issued),
            "measures_heard_share": share([row.heard for row in issued]),
            "measures_followed_up_share": share([row.followed for row in issued]),
            "gaps_unsigned": sum(gap not in self.signed for gap in GAPS),
        }


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
