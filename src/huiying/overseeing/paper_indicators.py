"""Indicators of what is put on paper: the daily log (C6.9), special reports and what leaders wrote on them (C6.10)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from huiying.overseeing.history.entries import Payload
from huiying.overseeing.indicators import Frame, share
from huiying.overseeing.periods import Period


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
