"""What the command line asks of this room: ``huiying clocks`` and ``huiying regulation check``."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Any

from huiying.regulation.deadlines import Deadline, deadlines, effective
from huiying.regulation.errors import UsageError
from huiying.regulation.loader import check, load
from huiying.regulation.regulation import Regulation

_RFC3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?([Zz]|[+-][0-9]{2}:[0-9]{2})?"
)


def clocks(regulation: str, level: str, first_known: str, emergency: str | None = None) -> dict[str, Any]:
    """The deadlines of a case, as ``huiying clocks --json`` prints them.

    ``regulation`` is a built-in name or a path, ``first_known`` an RFC 3339 time with zone. Times come back
    with the regulation's offset. Raises UsageError for a question that cannot be answered, RegulationError
    for a file that is refused.
    """
    law = load(regulation)
    law.level(level)
    known = _moment(first_known)
    try:
        local = known.astimezone(law.zone)
        found = deadlines(law, level, local, emergency)
    except OverflowError as error:
        raise UsageError(f"时间“{first_known}”太早或太晚，算不出时限；写一个真实的日期。") from error
    if not found:
        raise UsageError(_not_yet(law, local))
    return {
        "first_known_at": local.isoformat(),
        "deadlines": [_row(deadline) for deadline in found],
        "effective": {act: _row(deadline) for act, deadline in effective(found).items()},
    }


def check_file(path: str | Path) -> dict[str, Any]:
    """Whether a regulation file is valid, and each problem with file, line, key, message and fix."""
    problems = check(path)
    rows = [{"file": p.file, "line": p.line, "key": p.key, "message": p.message, "fix": p.fix} for p in problems]
    return {"valid": not rows, "problems": rows}


def _row(deadline: Deadline) -> dict[str, str]:
    return {
        "act": deadline.act,
        "due_at": deadline.due_at.isoformat(),
        "basis": deadline.basis,
        "source": deadline.source,
        "explanation": deadline.explanation,
    }


def _moment(text: str) -> datetime:
    example = "写成 2026-09-12T10:00:00+08:00 这样"
    try:
        if not _RFC3339.fullmatch(text):
            raise ValueError(text)
        moment = datetime.fromisoformat(text.upper())
    except ValueError as error:
        raise UsageError(f"看不懂首次获知时间“{text}”，应当是带时区的时间；{example}。") from error
    if moment.tzinfo is None:
        raise UsageError(f"首次获知时间“{text}”没有时区，不知道是哪里的几点；{example}。")
    return moment


def _not_yet(law: Regulation, known: datetime) -> str:
    start = law.meta.effective_from
    return (
        f"《{law.meta.title}》{start.year}年{start.month}月{start.day}日起施行，"
        f"管不到{known.year}年{known.month}月{known.day}日首次获知的事；用当时有效的制度。"
    )
