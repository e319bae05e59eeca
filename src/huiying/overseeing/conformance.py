"""The whole regulation on one page: each clause with its live indicators, and whether it is kept （十二）.

A clause is as good as the worst of its indicators. A figure without a base accuses nobody: it is neither kept nor
broken. A clause of which nothing is kept yet says 「未启用」 and why, and turns live when its indicator is registered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from huiying.kernel import clock
from huiying.ledger.models import LedgerEntry
from huiying.overseeing.clauses import BY_CLASS, CLAUSES, Clause, indicators_of
from huiying.overseeing.commands import assess
from huiying.overseeing.indicator_table import BY_NAME
from huiying.regulation.regulation import Regulation

GREEN, AMBER, RED, NOTHING, OFF = "green", "amber", "red", "nothing", "off"
GRAVITY = (NOTHING, GREEN, AMBER, RED)
KEPT, NEARLY = 0.95, 0.8  # a share from here on is kept, nearly kept

# Counts that must be zero.
ZERO = frozenset({
    "cases_without_one_lead", "empty_grounds", "silent_at_deadline", "conflicting_statements", "voice_mismatches",
    "rectify_overdue", "messages_of_no_channel", "consultations_overdue", "roster_uncovered_hours", "late",
    "gaps_unsigned",
})  # fmt: skip
# Counts that had better be zero, but of which whoever says so is thanked: never worse than amber (C9.7).
HONEST = frozenset({"missed", "found_late", "confirmations_overridden"})
# Shares that are told and not judged: more is not better, or it lies with the public.
TOLD = frozenset({
    "refusal_rate", "repeat_share", "second_wave_share", "missed_share", "followed_share", "joint_cases_share",
    "satisfied_share", "alarms_real_share", "via_intake_share", "before_media_share", "before_peak_share",
    "first_route_accuracy", "attendance_share",
})  # fmt: skip


@dataclass(frozen=True)
class Told:
    """One indicator: its value, and how it is judged (None: told only)."""

    name: str
    words: str
    value: Any
    state: str | None
    of: str = ""  # the class of channels it is about
    unit: str = ""


@dataclass(frozen=True)
class Line:
    clause: Clause
    state: str
    indicators: tuple[Told, ...]
    why: str = ""  # code of the reason why it is off or nothing: not_kept | no_class | no_base


def judge(name: str, value: Any) -> str | None:
    """How one figure stands; None where it is not judged at all."""
    if value is None:
        return NOTHING
    if name in ZERO:
        return RED if value else GREEN
    if name in HONEST:
        return AMBER if value else GREEN
    if name in TOLD or not name.endswith("_share"):
        return None
    return GREEN if value >= KEPT else AMBER if value >= NEARLY else RED


def conformance(figures: Mapping[str, Any], regulation: Regulation) -> list[Line]:
    """Every clause, in the regulation's order."""
    return [_line(clause, figures, regulation) for clause in CLAUSES.values()]


def _line(clause: Clause, figures: Mapping[str, Any], regulation: Regulation) -> Line:
    if clause.id in BY_CLASS:
        return _of_a_class(clause, figures, regulation)
    found = tuple(
        Told(name, BY_NAME[name].zh, figures[name], judge(name, figures[name]), unit=BY_NAME[name].unit)
        for name in indicators_of().get(clause.id, ())
        if name in figures
    )
    if not found:
        return Line(clause, OFF, (), "not_kept")
    judged = [row.state for row in found if row.state is not None]
    if any(state != NOTHING for state in judged):
        return Line(clause, max(judged, key=GRAVITY.index), found)
    # Only counts, or shares without a base: what happened stands there, and nothing is broken.
    happened = any(row.state is None and row.value for row in found)
    return Line(clause, GREEN if happened else NOTHING, found, "" if happened else "no_base")


def _of_a_class(clause: Clause, figures: Mapping[str, Any], regulation: Regulation) -> Line:
    """C5.2–C5.7: the n-th class that this regulation wants covered; one with fewer classes has no such duty."""
    place, classes = BY_CLASS.index(clause.id), regulation.monitor.channel_classes
    if place >= len(classes):
        return Line(clause, OFF, (), "no_class")
    looks = figures.get("looks_by_class", {}).get(classes[place], 0)
    state = GREEN if looks else RED if any(figures.get("looks_by_class", {}).values()) else NOTHING
    told = Told("looks_by_class", "查看次数", looks, state, classes[place])
    return Line(clause, state, (told,), "no_base" if state == NOTHING else "")


@dataclass
class Computed:
    """Figures as of one entry of the ledger; a page says as of when."""

    figures: dict[str, Any]
    head: str
    at: Any


_kept: dict[str, Computed] = {}
KEPT_FOR_SECONDS = 600


def computed(period: str, *, anew: bool = False) -> Computed:
    """The figures of a period, computed at most every ten minutes while the ledger grows, or when asked for anew.

    Reading the whole ledger is work; the page says as of when it read.
    """
    now = clock.now()
    found = _kept.get(period)
    if found is not None and not anew:
        age = (now - found.at).total_seconds()
        if 0 <= age <= KEPT_FOR_SECONDS and LedgerEntry.objects.filter(hash=found.head).exists():
            return found
    head = LedgerEntry.objects.order_by("-id").values_list("hash", flat=True).first() or ""
    made = Computed(assess(period), head, now)
    if len(_kept) >= 16:
        _kept.clear()
    _kept[period] = made
    return made


def without_indicator(has: Callable[[str], bool]) -> list[str]:
    """Clauses of which no indicator is registered: there must be none (C12.3)."""
    return [clause for clause in CLAUSES if clause not in BY_CLASS and not has(clause)]
