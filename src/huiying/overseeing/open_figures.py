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
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from huiying.overseeing.commands import entries_of
from huiying.overseeing.history.case import CaseHistory
from huiying.overseeing.history.entries import Entry
from huiying.overseeing.history.reading import read_entry

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


def months(entries: Iterable[Entry], zone: ZoneInfo) -> tuple[list[Row], Row]:
    """A row for each month in which something happened, the latest first, and the row of all of them."""
    received: list[dt.datetime] = []
    cases: dict[str, CaseHistory] = defaultdict(CaseHistory)
    for entry in entries:
        if entry["kind"] == "message.received":
            received.append(entry["at"])
        elif entry["chain"].startswith("case:") and entry["kind"] in KINDS:
            read_entry(cases[entry["chain"]], entry)

    def month(at: dt.datetime) -> str:
        return f"{at.astimezone(zone):%Y-%m}"

    asked = Counter(month(at) for at in received)
    hours: defaultdict[str, list[float]] = defaultdict(list)
    answered: Counter[str] = Counter()
    late: defaultdict[str, list[str]] = defaultdict(list)
    for case in cases.values():
        if (answered_at := case.first_answer_at) is not None:
            answered[month(answered_at)] += 1
            if case.first_known_at is not None:
                hours[month(answered_at)].append((answered_at - case.first_known_at).total_seconds() / 3600)
        if case.breaches:
            late[month(case.breaches[0].due_at)].append(case.breaches[0].cause)
    named = sorted(set(asked) | set(answered) | set(late), reverse=True)
    rows = [_row(name, asked[name], answered[name], hours[name], late[name]) for name in named]
    every = [value for found in hours.values() for value in found]
    causes = [cause for found in late.values() for cause in found]
    return rows, _row("", len(received), sum(answered.values()), every, causes)


def _row(month: str, asked: int, answered: int, hours: list[float], causes: list[str]) -> Row:
    median = round(statistics.median(hours), 2) if hours else None
    slowest = round(max(hours), 2) if hours else None
    return Row(month, asked, answered, median, slowest, len(causes), dict(sorted(Counter(causes).items())))


def own_months(zone: ZoneInfo) -> tuple[list[Row], Row]:
    """The same from this machine's ledger."""
    return months(entries_of(KINDS), zone)
