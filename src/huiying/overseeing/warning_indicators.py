"""Indicators of judging: how soon something is noticed and warned of, what is called a rumour on what proof,
whether two persons agree (C1.2, C5.14, C6.11, C6.12). From the ledger alone (INV-12); a share without a base is None.
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from huiying.kernel.quantile import quantile
from huiying.overseeing.history.entries import Payload, moment
from huiying.overseeing.indicators import Frame, share
from huiying.overseeing.periods import Period

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
