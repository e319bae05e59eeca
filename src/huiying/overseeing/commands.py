"""The scores of a period C12.3, from ledger entries and nothing else (INV-12): nobody types one. `huiying assess`
shows the same figures from this machine's ledger or from an exported file.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from huiying.kernel import canonical
from huiying.ledger import exporting, kept
from huiying.ledger.models import LedgerEntry
from huiying.overseeing.history.entries import Entry, moment
from huiying.overseeing.history.norms import Period, period
from huiying.overseeing.indicators.figures import read, told
from huiying.overseeing.indicators.table import INDICATORS
from huiying.regulation.errors import UsageError

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


def assess(words: str, file: str | None = None) -> dict[str, Any]:
    """Indicators and scores of the period. Without cases: zeros. Raises UsageError for a bad period or file."""
    wanted = period(words)
    if file is None:
        return assessed(Own(), wanted, course(entries_of(chain=chain_of(wanted.words)), wanted.words))
    entries: list[Entry] = []
    try:
        # A file that was cut off or altered would give wrong figures without a word (INV-8): it gives none.
        bad = exporting.verify(Path(file), lambda entry: entries.append(_exported(entry))).first_bad
    except (exporting.ExportError, OSError) as error:
        raise UsageError(str(error)) from error
    if bad is not None:
        raise UsageError(f"{file} 验证不通过（链 {bad.chain} 第 {bad.seq} 条），不能据以计算；请重新导出后再试。")
    return assessed(entries, wanted)


class Own:
    """This machine's ledger: each reading begins anew."""

    def __iter__(self) -> Iterator[Entry]:
        return entries_of()


def entries_of(kinds: Sequence[str] = (), chain: str = "", since: dt.datetime | None = None) -> Iterator[Entry]:
    """This machine's ledger, chain by chain; only the given kinds, the one chain, or what came since, where named."""
    rows = LedgerEntry.objects.order_by("chain", "seq")
    if kinds:
        rows = rows.filter(kind__in=kinds)
    if since is not None:
        rows = rows.filter(at__gte=since)
    if chain:
        rows = rows.filter(chain=chain)
    columns = rows.values_list("chain", "seq", "at", "kind", "payload", "actor")
    for where, seq, at, kind, payload, actor in columns.iterator(chunk_size=2000):
        told = None if payload is None else kept.facts(payload)
        yield {"chain": where, "seq": seq, "at": at, "kind": kind, "payload": told, "actor": _name(actor)}


def _exported(row: exporting.ExportedEntry) -> Entry:
    try:
        told, name = row.data, _name(row.actor)
    except ValueError:  # the verifier names it; what it says is no figure's business
        told, name = None, ""
    return {"chain": row.chain, "seq": row.seq, "at": row.at, "kind": row.kind, "payload": told, "actor": name}


@lru_cache(maxsize=4096)
def _name(actor: str) -> str:
    """Few people write a ledger: each is read once."""
    return str(json.loads(actor).get("name", ""))


def in_words(result: dict[str, Any]) -> str:
    """The figures for people; a share without a base is 「—」, never zero."""
    lines = [f"时期 {result['period']}"]
    lines += [f"{row.label}：{'—' if result[row.name] is None else result[row.name]}" for row in INDICATORS]
    told = result.get("assessment")
    if told:
        lines += [
            f"考核得分（C12.3）{name}：{'—' if score is None else score}" for name, score in told["scores"].items()
        ]
    return "\n".join(lines)
