"""Indicators of listening and judging （五）: how soon something is noticed and warned of, what is called a rumour on
what proof, and what comes in C5.1 C5.8 C5.9 C5.11 C5.12 C5.16–C5.18. From the ledger alone (INV-12).
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from huiying.engine.estimating import quantile
from huiying.overseeing.history.entries import Payload, moment
from huiying.overseeing.history.norms import Period
from huiying.overseeing.indicators.casework import Frame, share
from huiying.people.roster import is_night

HOUR = dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)


@dataclass
class _Warning:
    at: dt.datetime
    due_at: dt.datetime | None
    acknowledged_at: dt.datetime | None = None
    settled: bool = False
    cancelled: bool = False


@dataclass
class Warned:
    """Read from every chain but the cases'."""

    detected: list[tuple[dt.datetime, float]] = field(default_factory=list)  # when, hours after publication
    warnings: dict[tuple[str, str], _Warning] = field(default_factory=dict)
    alarms: list[tuple[dt.datetime, bool]] = field(default_factory=list)  # when judged, real
    concerns: list[tuple[dt.datetime, str, bool]] = field(default_factory=list)  # with claim, proof and two names
    rated: dict[str, list[tuple[dt.datetime, str]]] = field(default_factory=lambda: defaultdict(list))

    def take(self, chain: str, kind: str, payload: Payload, at: dt.datetime) -> None:
        key = (chain, str(payload.get("warning", "")))
        if kind == "event.opened":
            published = moment(payload.get("published_at"))
            if published is not None:
                self.detected.append((at, max((at - published) / HOUR, 0.0)))
        elif kind == "event.warned" and key[1]:
            self.warnings[key] = _Warning(at, moment(payload.get("due_at")))
        elif kind in ("warning.acknowledged", "warning.settled", "warning.cancelled") and key in self.warnings:
            self._ended(self.warnings[key], kind, at)
        elif kind == "alarm.judged":
            self.alarms.append((at, bool(payload.get("real"))))
        elif kind == "concern.decided":
            proven = all(payload.get(name) for name in ("claim", "proof", "by", "second"))
            two = payload.get("by") != payload.get("second")
            self.concerns.append((at, str(payload.get("concern", "")), proven and two))
        elif kind == "concern.rated":
            self.rated[str(payload.get("sample", ""))].append((at, str(payload.get("concern", ""))))

    @staticmethod
    def _ended(warning: _Warning, kind: str, at: dt.datetime) -> None:
        if warning.acknowledged_at is None:
            warning.acknowledged_at = at
            warning.settled = kind == "warning.settled"
        warning.cancelled = warning.cancelled or kind == "warning.cancelled"

    def figures(self, wanted: Period, frame: Frame) -> dict[str, Any]:
        """The period's figures; a warning belongs to the period in which it was given."""
        zone = frame.norms.zone
        hours = sorted(late for at, late in self.detected if wanted.holds(at, zone))
        given = [row for row in self.warnings.values() if wanted.holds(row.at, zone)]
        waited = [(row.acknowledged_at - row.at) / MINUTE for row in given if row.acknowledged_at and not row.settled]
        judged = [_in_time(row, frame.cut_off) for row in given]
        # Which concerns want proof stands in the `system` chain, which may be read after an event's own.
        rumours = [
            proven for at, word, proven in self.concerns if word in frame.norms.proof_needed and wanted.holds(at, zone)
        ]
        alarms = [real for at, real in self.alarms if wanted.holds(at, zone)]
        pairs = [
            (rows[0][1], rows[1][1]) for rows in self.rated.values() if len(rows) > 1 and wanted.holds(rows[1][0], zone)
        ]
        return {
            "detection_hours_p50": percentile(hours, 0.5),
            "detection_hours_p90": percentile(hours, 0.9),
            "warnings": len(given),
            "warnings_acknowledged_on_time_share": share([one for one in judged if one is not None]),
            "median_minutes_to_acknowledge": round(statistics.median(waited), 1) if waited else None,
            "warnings_cancelled": sum(row.cancelled for row in given),
            "alarms_judged": len(alarms),
            "alarms_real_share": share(alarms),
            "rumour_labels": len(rumours),
            "rumours_with_proof_share": share(rumours),
            "concern_pairs": len(pairs),
            "concern_agreement_share": share([one == two for one, two in pairs]),
            "concern_kappa": kappa(pairs),
        }


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Cohen's kappa of two persons' words; None without pairs, or where chance alone would always agree."""
    if not pairs:
        return None
    agreed = sum(one == two for one, two in pairs) / len(pairs)
    first, second = Counter(one for one, _ in pairs), Counter(two for _, two in pairs)
    chance = sum(first[word] * second[word] for word in first) / len(pairs) ** 2
    return None if chance == 1 else round((agreed - chance) / (1 - chance), 4)


def _in_time(warning: _Warning, cut_off: dt.datetime | None) -> bool | None:
    """Acknowledged within its time. One that still runs stands in no share, nor one whose limit nobody wrote down."""
    if warning.due_at is None:
        return None
    if warning.acknowledged_at is not None:
        return warning.acknowledged_at <= warning.due_at
    return False if cut_off is not None and cut_off > warning.due_at else None


def percentile(ordered: Sequence[float], part: float) -> float | None:
    """As `quantile`, to the hundredth."""
    found = quantile(ordered, part)
    return None if found is None else round(found, 2)


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
