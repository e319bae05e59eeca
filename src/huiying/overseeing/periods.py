"""A period of assessment in words: 2026, 2026-Q3 (also written 2026Q3), 2026-09."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from huiying.regulation.errors import UsageError

_FORM = re.compile(r"(\d{4})(?:-?Q([1-4])|-(0[1-9]|1[0-2]))?")


@dataclass(frozen=True)
class Period:
    """Local dates: `first` included, `after` not."""

    words: str
    first: dt.date
    after: dt.date

    def holds(self, at: dt.datetime, zone: ZoneInfo) -> bool:
        return self.first <= at.astimezone(zone).date() < self.after


def period(words: str) -> Period:
    """Raises UsageError with the three forms."""
    match = _FORM.fullmatch(words)
    if match is None:
        raise UsageError(f"时期“{words}”写法不对，应为 2026、2026-Q3 或 2026-09。")
    year, quarter, month = int(match[1]), match[2], match[3]
    if not dt.MINYEAR <= year < dt.MAXYEAR:
        raise UsageError(f"时期“{words}”的年份应在 {dt.MINYEAR:04d} 和 {dt.MAXYEAR - 1} 之间。")
    if month:
        start, months = int(month), 1
    elif quarter:
        start, months = int(quarter) * 3 - 2, 3
    else:
        start, months = 1, 12
    end = start + months
    return Period(
        f"{year:04d}-Q{quarter}" if quarter else words,
        dt.date(year, start, 1),
        dt.date(year + (end - 1) // 12, (end - 1) % 12 + 1, 1),
    )
