"""The scores of a period （十二）C12.3, from ledger entries and nothing else (INV-12): nobody types one.

A score is the weighted mean of shares of a department's own work, 0–100, over those that have a base; None where none
has. The weights are those of the regulation that was in force when the period began, read from the ledger too, so that
no later word changes them. Once shown to the departments, an assessment stands still at its cut-off: what they appeal
with success is left out of their row, by name, in the ledger.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from huiying.kernel import canonical
from huiying.overseeing.figures import read, told
from huiying.overseeing.history.entries import Entry, moment
from huiying.overseeing.periods import Period

NONE, SHOWN, FINAL = "none", "shown", "final"
_HUNDREDTH = Decimal("0.01")


def chain_of(period: str) -> str:
    return f"assessment:{period}"


@dataclass
class Course:
    """How far the assessment of one period has come, as its own chain says."""

    state: str = NONE
    cut_off: dt.datetime | None = None
    aside: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # department → case chains

    def take(self, kind: str, payload: Mapping[str, Any]) -> None:
        if kind == "assessment.shown" and self.state == NONE:
            self.state, self.cut_off = SHOWN, moment(payload.get("cut_off"))
        elif kind == "appeal.decided" and payload.get("upheld") and self.state == SHOWN:
            self.aside[str(payload.get("department", ""))].add(f"case:{payload.get('case', '')}")
        elif kind == "assessment.finished" and self.state == SHOWN:
            self.state = FINAL


def course(entries: Iterable[Entry], period: str) -> Course:
    found = Course()
    for entry in entries:
        if entry["chain"] == chain_of(period):
            found.take(entry["kind"], entry["payload"] or {})
    return found


def score(row: Mapping[str, Any], weights: Mapping[str, int]) -> float | None:
    """0–100, to the hundredth; in decimals, so that every machine comes to the same (INV-12)."""
    counted = {name: weight for name, weight in weights.items() if row.get(name) is not None}
    if not counted:
        return None
    points = sum((Decimal(str(row[name])) * weight for name, weight in counted.items()), Decimal())
    return float((points * 100 / sum(counted.values())).quantize(_HUNDREDTH, ROUND_HALF_EVEN))


def assessed(entries: Iterable[Entry], wanted: Period, so_far: Course | None = None) -> dict[str, Any]:
    """The period's figures with its assessment. `entries` are read up to three times: give a list, not a stream."""
    found = so_far or course(entries, wanted.words)
    live = read(entries)
    result = told(live, wanted)
    judged = live if found.cut_off is None else read(entries, found.cut_off)
    stood = told(judged, wanted, found.aside) if found.cut_off else result
    law = judged.norms.at_start(wanted.first)
    weights = dict(sorted(law.assessment.weights.items())) if law else {}
    scores = {name: score(row, weights) for name, row in stood["departments"].items()}
    official = {
        "period": wanted.words,
        "cut_off": found.cut_off.isoformat() if found.cut_off else None,
        "regulation": law.sha256 if law else "",
        "weights": weights,
        "set_aside": {name: sorted(chains) for name, chains in sorted(found.aside.items())},
        "scores": scores,
        "basis": {name: {key: row[key] for key in weights} for name, row in stood["departments"].items()},
    }
    sha256 = canonical.sha256(canonical.dumps(official))
    return {**result, "assessment": {"state": found.state, **official, "sha256": sha256}}
