"""The open figures （四）C1.1: how many asked, how many were answered, how fast, how many late and why, by month.

From ledger entries and nothing else, so that anybody with an export of the ledger comes to the same (INV-9, INV-12).
A message counts in the month of its receipt, an answer in the month in which it became public, a late one in the month
in which its time ran out.
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from huiying.overseeing.answerbook import HOLDING, WITHDRAWAL
from huiying.overseeing.casebook import Payload, moment
from huiying.overseeing.commands import entries_of
from huiying.overseeing.figures import Entry

# What these figures are made of; nothing else of the ledger is read for them.
KINDS = ("message.received", "case.opened", "case.known_earlier", "release.live", "clock.breached")


@dataclass(frozen=True)
class Row:
    """One month, or the whole. `late` counts matters; `reasons` says how many for which cause."""

    month: str
    asked: int
    answered: int
    median_hours: float | None
    slowest_hours: float | None
    late: int
    reasons: dict[str, int]

    @property
    def median(self) -> dt.timedelta | None:
        return None if self.median_hours is None else dt.timedelta(hours=self.median_hours)

    @property
    def slowest(self) -> dt.timedelta | None:
        return None if self.slowest_hours is None else dt.timedelta(hours=self.slowest_hours)


@dataclass
class _Matter:
    known_at: dt.datetime | None = None
    answered_at: dt.datetime | None = None
    late_at: dt.datetime | None = None
    cause: str = ""

    def take(self, kind: str, payload: Payload, at: dt.datetime) -> None:
        if kind == "case.opened":
            self.known_at = moment(payload.get("first_known_at")) or at
        elif kind == "case.known_earlier":
            self.known_at = moment(payload.get("known_at")) or self.known_at
        elif kind == "release.live" and payload.get("stage") not in (HOLDING, WITHDRAWAL):
            when = moment(payload.get("at")) or at
            self.answered_at = min(self.answered_at or when, when)
        elif kind == "clock.breached" and payload.get("act") == "respond" and self.late_at is None:
            self.late_at = moment(payload.get("due_at")) or at
            self.cause = str(payload.get("cause", ""))


@dataclass
class _Read:
    asked: list[dt.datetime] = field(default_factory=list)
    matters: dict[str, _Matter] = field(default_factory=lambda: defaultdict(_Matter))


def months(entries: Iterable[Entry], zone: ZoneInfo) -> tuple[list[Row], Row]:
    """A row for each month in which something happened, the latest first, and the row of all of them."""
    read = _Read()
    for entry in entries:
        kind, payload, at = entry["kind"], entry["payload"] or {}, entry["at"]
        if kind == "message.received":
            read.asked.append(at)
        elif entry["chain"].startswith("case:") and kind in KINDS:
            read.matters[entry["chain"]].take(kind, payload, at)

    def month(at: dt.datetime) -> str:
        return f"{at.astimezone(zone):%Y-%m}"

    asked = Counter(month(at) for at in read.asked)
    hours: defaultdict[str, list[float]] = defaultdict(list)
    answered: Counter[str] = Counter()
    late: defaultdict[str, list[str]] = defaultdict(list)
    for matter in read.matters.values():
        if matter.answered_at is not None:
            answered[month(matter.answered_at)] += 1
            if matter.known_at is not None:
                hours[month(matter.answered_at)].append((matter.answered_at - matter.known_at).total_seconds() / 3600)
        if matter.late_at is not None:
            late[month(matter.late_at)].append(matter.cause)
    named = sorted(set(asked) | set(answered) | set(late), reverse=True)
    rows = [_row(name, asked[name], answered[name], hours[name], late[name]) for name in named]
    every = [value for found in hours.values() for value in found]
    causes = [cause for found in late.values() for cause in found]
    return rows, _row("", len(read.asked), sum(answered.values()), every, causes)


def _row(month: str, asked: int, answered: int, hours: list[float], causes: list[str]) -> Row:
    median = round(statistics.median(hours), 2) if hours else None
    slowest = round(max(hours), 2) if hours else None
    return Row(month, asked, answered, median, slowest, len(causes), dict(sorted(Counter(causes).items())))


def own_months(zone: ZoneInfo) -> tuple[list[Row], Row]:
    """The same from this machine's ledger."""
    return months(entries_of(KINDS), zone)
