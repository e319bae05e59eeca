"""Indicators of （六）: risk before policy C6.1–C6.8, the daily log C6.9, special reports and what leaders wrote on
them C6.10. From the ledger alone (INV-12); a share without a base is None.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from huiying.overseeing.history.entries import Payload, moment
from huiying.overseeing.history.norms import Period
from huiying.overseeing.indicators.casework import Frame, share

Told = tuple[dt.datetime, Payload]


@dataclass
class _Policy:
    screened: Payload | None = None  # the last word on the screening question
    screened_at: dt.datetime | None = None
    issued: Told | None = None
    approved: list[Told] = field(default_factory=list)
    drilled: list[bool] = field(default_factory=list)  # each by its day or later
    met: list[dt.datetime] = field(default_factory=list)
    set_off: list[dt.datetime] = field(default_factory=list)


@dataclass
class Foresight:
    policies: dict[str, _Policy] = field(default_factory=dict)

    def take(self, chain: str, kind: str, payload: Payload, at: dt.datetime) -> None:
        if not chain.startswith("policy:"):
            return
        row = self.policies.setdefault(chain, _Policy())
        if kind in ("policy.screened", "policy.screening_decided"):
            row.screened, row.screened_at = payload, at
        elif kind == "policy.issued":
            row.issued = (at, payload)
        elif kind == "assessment.approved":
            row.approved.append((at, payload))
        elif kind == "plan.drilled":
            row.drilled.append(bool(payload.get("on_time")))
        elif kind == "plan.met":
            row.met.append(at)
        elif kind == "plan.set_off":
            row.set_off.append(at)

    def figures(self, wanted: Period, frame: Frame) -> dict[str, Any]:
        zone, rows = frame.norms.zone, list(self.policies.values())
        issued = [row for row in rows if row.issued and wanted.holds(row.issued[0], zone)]
        major = [row for row in issued if row.issued and row.issued[1].get("major")]
        screened = [row for row in rows if row.screened_at and wanted.holds(row.screened_at, zone)]
        done = [told for row in rows for at, told in row.approved if wanted.holds(at, zone)]
        surveys = [survey for told in done for survey in told.get("surveys", ())]
        grave = [told for told in done if told.get("needs_plan")]
        due = [row for row in rows if _drill_due(row, wanted, frame)]
        return {
            "policies_screened": len(screened),
            "policies_touching_people": sum(bool(row.screened and row.screened.get("major")) for row in screened),
            "policies_issued": len(issued),
            "issued_assessed_share": share([_assessed_before(row) for row in major]),
            "assessments_approved": len(done),
            "methods_with_evidence": sum(_used(told) for told in done),
            "assessments_with_two_methods_share": share([_used(told) >= 2 for told in done]),
            "surveys_done": len(surveys),
            "surveys_small": sum(bool(survey.get("small")) for survey in surveys),
            "surveys_with_frame_share": share(
                [bool(survey.get("has_frame") and survey.get("questions")) for survey in surveys]
            ),
            "visits_done": sum(int(told.get("visits", 0)) for told in done),
            "visits_as_planned_share": share(
                [told.get("visits", 0) >= told["visits_planned"] for told in done if told.get("visits_planned")]
            ),
            "minutes_signed_share": _of(done, "minutes_signed", "minutes"),
            "risks_listed": sum(int(told.get("risks", 0)) for told in done),
            "risks_with_sign_and_owner_share": _of(done, "risks_with_sign_and_owner", "risks"),
            "levels_signed_share": share([bool(told.get("level") and told.get("level_by")) for told in done]),
            "grave_risks": len(grave),
            "grave_risks_with_plan_share": share(
                [bool(told.get("has_plan") and told.get("drill_on")) for told in grave]
            ),
            "plan_drills_on_time_share": share([bool(row.drilled and row.drilled[0]) for row in due]),
            "plans_met": sum(wanted.holds(at, zone) for row in rows for at in row.met),
            "plans_set_off": sum(wanted.holds(at, zone) for row in rows for at in row.set_off),
        }


def _assessed_before(row: _Policy) -> bool:
    """Recomputed from the entries, not taken from what the issue says of itself."""
    assert row.issued is not None
    issued_at = moment(row.issued[1].get("issued_at")) or row.issued[0]
    return any(at < issued_at for at, _told in row.approved)


def _used(told: Payload) -> int:
    """Kinds of evidence: two methods of one kind are one."""
    return len({one.get("kind") for one in told.get("methods", ()) if one.get("evidence")})


def _of(done: list[Payload], part: str, whole: str) -> float | None:
    base = sum(int(told.get(whole, 0)) for told in done)
    return round(sum(int(told.get(part, 0)) for told in done) / base, 4) if base else None


def _drill_due(row: _Policy, wanted: Period, frame: Frame) -> bool:
    """The last plan's day lies in the period and is over, as far as the ledger reaches."""
    day = str(row.approved[-1][1].get("drill_on", "")) if row.approved else ""
    if not day or frame.cut_off is None:
        return False
    end = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(), tzinfo=frame.norms.zone) + dt.timedelta(days=1)
    return wanted.holds(end - dt.timedelta(seconds=1), frame.norms.zone) and (frame.cut_off >= end or bool(row.drilled))


@dataclass
class Papered:
    """Documents by their number of row, as every entry about one names it."""

    logs: dict[Any, dt.date] = field(default_factory=dict)
    reports: dict[Any, dt.datetime] = field(default_factory=dict)
    signed: dict[Any, set[str]] = field(default_factory=lambda: defaultdict(set))
    given: dict[Any, dt.datetime] = field(default_factory=dict)  # 批示 → when
    closed: set[Any] = field(default_factory=set)

    def take(self, kind: str, payload: Payload, at: dt.datetime) -> None:
        row = payload.get("document")
        if kind == "document.issued" and payload.get("kind") == "log":
            self.logs[row] = dt.date.fromisoformat(str(payload["subject"]))
        elif kind == "document.issued" and payload.get("kind") == "report":
            self.reports[row] = at
        elif kind == "document.signed":
            self.signed[row].add(str(payload.get("place", "")))
        elif kind == "document.instructed":
            self.given[payload.get("instruction")] = at
        elif kind == "document.instruction_closed":
            self.closed.add(payload.get("instruction"))

    def figures(self, wanted: Period, frame: Frame) -> dict[str, Any]:
        zone = frame.norms.zone
        noon = dt.time(12)
        days = self.logs.items()
        logs = [row for row, day in days if wanted.holds(dt.datetime.combine(day, noon, tzinfo=zone), zone)]
        law = frame.norms.of("")
        places = len(law.log.signed_by) if law else 0
        given = [one for one, at in self.given.items() if wanted.holds(at, zone)]
        return {
            "daily_logs": len(logs),
            "daily_logs_signed_share": share([len(self.signed.get(row, ())) >= places for row in logs if places]),
            "special_reports": sum(wanted.holds(at, zone) for at in self.reports.values()),
            "instructions_given": len(given),
            "instructions_closed_share": share([one in self.closed for one in given]),
        }
