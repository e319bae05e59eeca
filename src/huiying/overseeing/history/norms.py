"""By what a figure is judged: its period (2026, 2026-Q3, also written 2026Q3, 2026-09), and the regulations that a
ledger names, the rule of their time (C14.1, INV-12). `regulation.adopted` carries the SHA-256 and maybe the text;
without the text a built-in one is known by its hash. One that is neither gives no limits: its shares have no base.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from huiying.regulation import loader
from huiying.regulation.deadlines import internal_deadlines
from huiying.regulation.errors import RegulationError, UsageError
from huiying.regulation.regulation import Regulation
from huiying.regulation.schema import Level

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


UTC = ZoneInfo("UTC")


class Norms:
    """What was adopted, in the order of the `system` chain."""

    def __init__(self) -> None:
        self.zone = UTC
        self._known: dict[str, Regulation | None] = {}
        self._last = ""
        self._adopted: list[tuple[dt.datetime, Regulation]] = []

    def adopt(self, payload: Mapping[str, Any], at: dt.datetime) -> None:
        self._last = str(payload.get("sha256", ""))
        found = _read(str(payload.get("text", ""))) or _built_in().get(self._last)
        self._known[self._last] = found
        if found is not None:
            self._adopted.append((at, found))
        named = payload.get("timezone")
        self.zone = ZoneInfo(str(named)) if named else found.zone if found else UTC

    def at_start(self, first: dt.date) -> Regulation | None:
        """What was adopted and in force when the period began: its weights judge the whole period (C12.3).

        Whatever was adopted later, with whatever date on it, changes nothing of a period that has begun. Where nothing
        was adopted by then, the first adoption counts.
        """
        begun = [
            (law.meta.effective_from, at, law)
            for at, law in self._adopted
            if at <= dt.datetime.combine(first, dt.time(), law.zone) and law.in_force_on(first)
        ]
        if begun:
            return max(begun, key=lambda row: row[:2])[2]
        return min(self._adopted, key=lambda row: row[0])[1] if self._adopted else None

    def in_force(self, known_at: dt.datetime, opened_at: dt.datetime) -> set[str]:
        """SHA-256 of what could judge a case first known then and opened then (C14.1): one, as a rule."""
        known = [(law.meta.effective_from, at, law) for at, law in self._adopted if at <= opened_at]
        day = known_at.astimezone(self.zone).date()
        begun = [row for row in known if row[0] <= day]
        found = max(begun, key=lambda row: row[:2]) if begun else min(known, key=lambda row: row[:2], default=None)
        return {found[2].sha256} if found else set()

    @property
    def proof_needed(self) -> frozenset[str]:
        """Concerns of the newest adoption that want claim, proof and a second person (C1.2)."""
        found = self.of("")
        return frozenset(found.monitor.proof_needed) if found else frozenset()

    def of(self, sha256: str) -> Regulation | None:
        """The regulation of a case; of the newest adoption where the case names none."""
        wanted = sha256 or self._last
        return self._known.get(wanted) or _built_in().get(wanted)


@cache
def _read(text: str) -> Regulation | None:
    try:
        return loader.loads(text, "ledger") if text else None
    except RegulationError:
        return None


@cache
def _built_in() -> dict[str, Regulation]:
    return {regulation.sha256: regulation for regulation in map(loader.load, loader.BUILT_IN)}


def level_of(regulation: Regulation | None, words: str) -> Level | None:
    """A level by its code or name; None where nobody knows it."""
    try:
        return regulation.level(words) if regulation and words else None
    except UsageError:
        return None


def due(regulation: Regulation | None, act: str, words: str, start: dt.datetime) -> dt.datetime | None:
    """When a nudge that started at `start` ran out, by the rule of the case; None where the file sets no limit."""
    level = level_of(regulation, words)
    rule = regulation.clocks.internal.get(act) if regulation else None
    if regulation is None or level is None or rule is None:
        return None
    found = internal_deadlines(regulation, level.code, {rule.start: start})
    return next((item.due_at for item in found if item.act == act), None)


def meeting_required(regulation: Regulation | None, words: str) -> bool:
    """C10.1: whether the level asks for a joint meeting."""
    level = level_of(regulation, words)
    return bool(regulation and level and regulation.level_actions.by_level[level.code].meeting == "required")


def sustained_required(regulation: Regulation | None, words: str) -> bool:
    """C8.8: whether the level asks for a decision to go on or not."""
    level = level_of(regulation, words)
    return bool(regulation and level and regulation.level_actions.by_level[level.code].sustained_decision == "required")


def liaison_required(regulation: Regulation | None, words: str, concern: str) -> bool:
    """C5.15: by the concern that a person decided, or by the level."""
    if regulation is None:
        return False
    when = regulation.monitor.liaison.required_when
    if concern and concern in when.concern_type:
        return True
    level, least = level_of(regulation, words), level_of(regulation, when.or_level_at_least or "")
    order = [item.code for item in regulation.levels]
    return bool(level and least and order.index(level.code) >= order.index(least.code))
