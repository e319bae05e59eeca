"""Indicators of listening （五）, from the ledger alone (INV-12): C5.1 C5.8 C5.9 C5.11 C5.12 C5.16 C5.17 C5.18.

A share or percentile without a base is None. Hours without a name are counted from the first turn that was ever set:
before it nobody kept a roster, and up to the ledger's last entry: what comes later can still be filled.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from huiying.overseeing.history.entries import Payload, moment
from huiying.overseeing.indicators import Frame, share
from huiying.overseeing.periods import Period
from huiying.overseeing.warning_indicators import HOUR, MINUTE, percentile
from huiying.people.roster import is_night

Span = tuple[dt.datetime, dt.datetime]


@dataclass
class Listened:
    """Read from every chain but the cases'."""

    turns: list[Span] = field(default_factory=list)
    handovers: list[tuple[dt.datetime, bool]] = field(default_factory=list)  # when taken, late
    ticks: list[tuple[dt.datetime, bool]] = field(default_factory=list)  # when, late
    watches: list[dt.datetime] = field(default_factory=list)  # emergencies declared
    reviews: list[dt.datetime] = field(default_factory=list)  # silent rules somebody looked at
    compared: list[tuple[dt.datetime, bool]] = field(default_factory=list)  # lines of outside lists: was it missed
    late: list[tuple[dt.datetime, float]] = field(default_factory=list)  # 迟报 rows: hours
    detected: list[tuple[dt.datetime, dt.datetime]] = field(default_factory=list)  # published, detected
    shared: list[tuple[dt.datetime, str]] = field(default_factory=list)

    def take(self, kind: str, payload: Payload, at: dt.datetime) -> None:
        if kind in ("shift.set", "shift.cancelled"):
            self._turn(kind, payload)
        elif kind == "handover.taken":
            self.handovers.append((at, bool(payload.get("late"))))
        elif kind == "patrol.ticked":
            self.ticks.append((at, bool(payload.get("late"))))
        elif kind == "emergency_watch.declared":
            self.watches.append(at)
        elif kind == "watch.reviewed":
            self.reviews.append(at)
        elif kind == "reconcile.decided":
            if payload.get("state") != "not_ours":
                self.compared.append((at, payload.get("state") == "missed"))
        elif kind == "event.missed":
            self.late.append((at, float(payload.get("hours") or 0)))
        elif kind == "event.opened":
            published = moment(payload.get("published_at"))
            if published is not None:
                self.detected.append((published, at))
        elif kind in ("event.shared", "event.share_opened", "event.share_answered"):
            self.shared.append((at, kind))

    def _turn(self, kind: str, payload: Payload) -> None:
        start, end = moment(payload.get("from")), moment(payload.get("to"))
        if start is None or end is None:
            return
        if kind == "shift.set":
            self.turns.append((start, end))
        elif (start, end) in self.turns:
            self.turns.remove((start, end))

    def figures(self, wanted: Period, frame: Frame) -> dict[str, Any]:
        """The period's figures. A post of the night is one that was published at night (C5.12)."""
        zone = frame.norms.zone

        def in_period(rows: list[Any]) -> list[Any]:
            return [row for row in rows if wanted.holds(row[0] if isinstance(row, tuple) else row, zone)]

        hours: dict[bool, list[float]] = {False: [], True: []}
        for published, at in self.detected:
            if wanted.holds(at, zone):
                hours[is_night(published, zone)].append(max((at - published) / HOUR, 0.0))
        first_checks = [
            (min(later) - at) / MINUTE
            for at in in_period(self.watches)
            if (later := [ticked for ticked, _late in self.ticks if ticked >= at])
        ]
        compared, ticks = in_period(self.compared), in_period(self.ticks)
        shared = [kind for _at, kind in in_period(self.shared)]
        taken = in_period(self.handovers)
        return {
            "roster_uncovered_hours": self._uncovered(wanted, frame),
            "handovers": len(taken),
            "handovers_on_time_share": share([not late for _at, late in taken]),
            "patrol_ticks": len(ticks),
            "patrol_on_time_share": share([not late for _at, late in ticks]),
            "emergency_watches": len(in_period(self.watches)),
            "longest_minutes_to_first_check": round(max(first_checks), 1) if first_checks else None,
            "silent_rules_reviewed": len(in_period(self.reviews)),
            "detection_hours_day_p50": percentile(sorted(hours[False]), 0.5),
            "detection_hours_day_p90": percentile(sorted(hours[False]), 0.9),
            "detection_hours_night_p50": percentile(sorted(hours[True]), 0.5),
            "detection_hours_night_p90": percentile(sorted(hours[True]), 0.9),
            "outside_compared": len(compared),
            "missed": sum(was for _at, was in compared),
            "missed_share": share([was for _at, was in compared]),
            "found_late": len(in_period(self.late)),
            "shares": shared.count("event.shared"),
            "shares_opened": shared.count("event.share_opened"),
            "shares_answered": shared.count("event.share_answered"),
        }

    def _uncovered(self, wanted: Period, frame: Frame) -> float | None:
        """Hours of the period that no turn covers; None where nobody kept a roster in it."""
        if not self.turns or frame.cut_off is None:
            return None
        zone = frame.norms.zone
        begin = dt.datetime.combine(wanted.first, dt.time(), zone).astimezone(dt.UTC)
        end = min(dt.datetime.combine(wanted.after, dt.time(), zone).astimezone(dt.UTC), frame.cut_off)
        begin = max(begin, min(start for start, _end in self.turns))
        if end <= begin:
            return None
        left, covered = dt.timedelta(), begin
        for start, stop in sorted(self.turns):
            if start >= end:
                break
            if start > covered:
                left += start - covered
            covered = max(covered, stop)
        left += max(end - covered, dt.timedelta())
        return round(left / HOUR, 2)
