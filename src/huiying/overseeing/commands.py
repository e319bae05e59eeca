"""What `huiying assess` does: the same figures from this machine's ledger or from an exported file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from huiying.ledger import exporting
from huiying.ledger.models import LedgerEntry
from huiying.overseeing.figures import Entry, figures
from huiying.overseeing.periods import period
from huiying.regulation.errors import UsageError


def assess(words: str, file: str | None = None) -> dict[str, Any]:
    """Indicators of the period. Without cases: zeros. Raises UsageError for a bad period or file."""
    wanted = period(words)
    if file is None:
        return figures(_own(), wanted)
    try:
        # A file that was cut off or altered would give wrong figures without a word (INV-8): it gives none.
        bad = exporting.verify(Path(file)).first_bad
        if bad is not None:
            raise UsageError(f"{file} 验证不通过（链 {bad.chain} 第 {bad.seq} 条），不能据以计算；请重新导出后再试。")
        return figures([_exported(entry) for entry in exporting.read_entries(Path(file))], wanted)
    except (exporting.ExportError, OSError) as error:
        raise UsageError(str(error)) from error


def _own() -> Iterator[Entry]:
    rows = LedgerEntry.objects.order_by("chain", "seq")
    for row in rows.iterator(chunk_size=2000):
        yield {"chain": row.chain, "seq": row.seq, "at": row.at, "kind": row.kind, "payload": row.data}


def _exported(entry: exporting.ExportedEntry) -> Entry:
    return {"chain": entry.chain, "seq": entry.seq, "at": entry.at, "kind": entry.kind, "payload": entry.data}


_WORDS = (
    ("posts_received", "收到帖子"),
    ("messages_received", "收到群众留言"),
    ("events", "事件"),
    ("events_dismissed", "两人决定不予回应的事件"),
    ("cases", "立案"),
    ("answered", "已公开回应"),
    ("answered_on_time", "按时回应"),
    ("late", "逾期"),
    ("on_time_share", "按时率"),
    ("late_by_upgrade", "因升级逾期（不计入考核）"),
    ("not_answered_by_decision", "依法不予公开"),
    ("median_hours_to_answer", "回应用时中位数（小时）"),
    ("longest_hours_to_answer", "最长用时（小时）"),
    ("returned", "退回"),
    ("corrections", "更正"),
    ("confirmations_overridden", "未待确认即发布"),
)


def in_words(result: dict[str, Any]) -> str:
    """The figures for people; a share without a base is 「—」, never zero."""
    lines = [f"时期 {result['period']}"]
    lines += [f"{name}：{'—' if result[key] is None else result[key]}" for key, name in _WORDS]
    return "\n".join(lines)
