"""What `huiying assess` does: the same figures from this machine's ledger or from an exported file."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from huiying.ledger import exporting, kept
from huiying.ledger.models import LedgerEntry
from huiying.overseeing.assessing import assessed, chain_of, course
from huiying.overseeing.history.entries import Entry
from huiying.overseeing.indicator_table import INDICATORS
from huiying.overseeing.periods import period
from huiying.regulation.errors import UsageError


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
