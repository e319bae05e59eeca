"""The figures behind the overview, the month and the wall （十）C10.2（十二）, counted here, drawn on the desk; and
the open figures C1.1: how many asked, were answered, how fast, how many late and why, by month.
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from django.db.models import Case as When_, Count, F, IntegerField, Min, OuterRef, Subquery, Value, When

from huiying.handling.models import CaseDepartment, Clock
from huiying.handling.process import LIVE
from huiying.judging.models import Event, EventPost, UrgentCall
from huiying.kernel import clock
from huiying.ledger.models import LedgerEntry
from huiying.overseeing.commands import entries_of
from huiying.overseeing.history.case import CaseHistory
from huiying.overseeing.history.entries import Entry
from huiying.overseeing.history.norms import Period, period
from huiying.overseeing.history.reading import read_entry
from huiying.overseeing.indicators.figures import read
from huiying.regulation import Regulation

# What says when a case was opened, at which level it stands, who has it, and whether it was answered in time.
KINDS = ("case.opened", "case.graded", "case.routed", "release.live", "clock.breached")
SOON = dt.timedelta(hours=24)
UNKNOWN = "未分类"


@dataclass(frozen=True)
class Running:
    """A case whose legal time runs, with the deadline that comes first."""

    number: str
    title: str
    level: str
    provisional: bool
    state: str
    lead: str  # department code, "" while the office holds it
    category: str
    due_at: dt.datetime
    life: bool  # or 敏感: both are kept off the wall and from whoever does not act on them


def running() -> list[Running]:
    """Every case on which a legal clock runs, soonest first. One query."""
    lead = CaseDepartment.objects.filter(case=OuterRef("case"), role=CaseDepartment.LEAD, until__isnull=True)
    rows = (
        Clock.objects.filter(
            is_legal=True, stopped_at__isnull=True, superseded_at__isnull=True, case__state__in=LIVE
        )
        .annotate(lead=Subquery(lead.values("department__code")[:1]))
        .order_by("due_at", "id")
        .values_list(
            "case__number", "case__title", "case__level", "case__is_provisional", "case__state", "lead",
            "case__category", "due_at", "case__event__life_safety", "case__event__sensitive",
        )
    )  # fmt: skip
    found: dict[str, Running] = {}
    for number, title, level, provisional, state, code, category, due_at, life, sensitive in rows:
        kept_off = life or bool(sensitive)
        row = Running(number, title, level, provisional, state, code or "", category, due_at, kept_off)
        found.setdefault(number, row)
    return list(found.values())


@dataclass(frozen=True)
class LevelNow:
    """The running clocks of one level."""

    level: str
    cases: tuple[Running, ...]
    overdue: int
    soon: int


def by_level(rows: Iterable[Running], regulation: Regulation, now: dt.datetime) -> list[LevelNow]:
    """The gravest level first; every level, also one on which nothing runs."""
    found: defaultdict[str, list[Running]] = defaultdict(list)
    for row in rows:
        found[row.level].append(row)
    return [
        LevelNow(
            level.code,
            tuple(found[level.code]),
            sum(row.due_at < now for row in found[level.code]),
            sum(now <= row.due_at < now + SOON for row in found[level.code]),
        )
        for level in reversed(regulation.levels)
    ]


@dataclass(frozen=True)
class OnTime:
    """Of the cases opened in a month: answered in time, late, and neither yet. `share` is None without a base."""

    on_time: int = 0
    late: int = 0
    open: int = 0

    @property
    def judged(self) -> int:
        return self.on_time + self.late

    @property
    def share(self) -> float | None:
        return round(self.on_time / self.judged, 4) if self.judged else None

    def plus(self, was_late: bool | None) -> OnTime:
        return OnTime(
            self.on_time + (was_late is False), self.late + (was_late is True), self.open + (was_late is None)
        )


@dataclass
class Punctual:
    """A month by level and by department; `of` names a department (as the ledger copied it), "" for all."""

    whole: dict[str, OnTime] = field(default_factory=lambda: defaultdict(OnTime))
    levels: dict[tuple[str, str], OnTime] = field(default_factory=lambda: defaultdict(OnTime))

    def of(self, departments: Sequence[str] = ("",)) -> OnTime:
        return _sum(self.whole[name] for name in departments)

    def by_level(self, regulation: Regulation, departments: Sequence[str] = ("",)) -> list[tuple[str, OnTime]]:
        """The gravest first."""
        return [
            (level.code, _sum(self.levels[name, level.code] for name in departments))
            for level in reversed(regulation.levels)
        ]


def _sum(parts: Iterable[OnTime]) -> OnTime:
    rows = list(parts)
    return OnTime(sum(row.on_time for row in rows), sum(row.late for row in rows), sum(row.open for row in rows))


def punctual(months: Sequence[Period], regulation: Regulation) -> dict[str, Punctual]:
    """Each of the months from the ledger, a case in the month in which it was opened. One query."""
    zone = regulation.zone
    since = dt.datetime.combine(min(month.first for month in months), dt.time(), zone)
    codes = {level.name: level.code for level in regulation.levels}
    found = {month.words: Punctual() for month in months}
    for case in read(entries_of(KINDS, since=since)).cases.values():
        month = next((one for one in months if case.opened_at and one.holds(case.opened_at, zone)), None)
        if month is None:
            continue
        level = codes.get(case.level, case.level)
        told = found[month.words]
        for name in {"", case.last_lead}:
            told.whole[name] = told.whole[name].plus(case.was_late)
            told.levels[name, level] = told.levels[name, level].plus(case.was_late)
    return found


@dataclass(frozen=True)
class Row:
    """One concern or channel class: how many posts on each day."""

    name: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.counts)


@dataclass(frozen=True)
class Trend:
    days: tuple[dt.date, ...]
    concerns: tuple[Row, ...]
    channels: tuple[Row, ...]

    @property
    def total(self) -> int:
        return sum(row.total for row in self.channels)

    @property
    def concerns_by_day(self) -> list[tuple[dt.date, list[int]]]:
        return self._by_day(self.concerns)

    @property
    def channels_by_day(self) -> list[tuple[dt.date, list[int]]]:
        return self._by_day(self.channels)

    def _by_day(self, rows: tuple[Row, ...]) -> list[tuple[dt.date, list[int]]]:
        return [(day, [row.counts[n] for row in rows]) for n, day in enumerate(self.days)]

    @property
    def most(self) -> int:
        """The highest day of any row: all rows are drawn to one scale, or a quiet one would look like a storm."""
        return max((count for row in (*self.concerns, *self.channels) for count in row.counts), default=0)


def trend(days: Sequence[dt.date], regulation: Regulation) -> Trend:
    """Posts that belong to an event, by the day of their receipt. One query, whatever their number.

    Rows stand in the regulation's order; one that has no post in these days is left out.
    """
    zone = regulation.zone
    starts = [dt.datetime.combine(day, dt.time(), zone) for day in (*days, days[-1] + dt.timedelta(days=1))]
    # The day is found by comparing, not by a function of the database's: those differ, and know no zone of the file's.
    place = When_(
        *(When(post__received_at__lt=end, then=Value(n)) for n, end in enumerate(starts[1:])),
        output_field=IntegerField(),
    )
    rows = (
        EventPost.objects.filter(
            withdrawn_at__isnull=True,
            event__life_safety=False,
            event__sensitive="",
            post__received_at__gte=starts[0],
            post__received_at__lt=starts[-1],
        )
        .exclude(event__merged_into__life_safety=True)
        .exclude(event__merged_into__sensitive__gt="")
        .order_by()
        .annotate(day=place, concern=F("event__concern"), channel=F("post__channel_class"))
        .values_list("day", "concern", "channel")
        .annotate(n=Count("pk"))
    )
    concerns: defaultdict[str, Counter[int]] = defaultdict(Counter)
    channels: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for day, concern, channel, n in rows:
        concerns[concern or UNKNOWN][day] += n
        channels[channel or UNKNOWN][day] += n
    return Trend(
        tuple(days),
        _rows(concerns, regulation.concerns, len(days)),
        _rows(channels, regulation.channel_classes, len(days)),
    )


def _rows(found: dict[str, Counter[int]], order: Iterable[str], days: int) -> tuple[Row, ...]:
    known = {name: n for n, name in enumerate(order)}
    names = sorted(found, key=lambda name: (known.get(name, len(known)), name))
    return tuple(Row(name, tuple(found[name][day] for day in range(days))) for name in names)


def last_days(n: int, zone: ZoneInfo) -> list[dt.date]:
    """Today and the days before it, oldest first."""
    today = clock.now().astimezone(zone).date()
    return [today - dt.timedelta(days=back) for back in range(n - 1, -1, -1)]


def days_of(month: Period) -> list[dt.date]:
    return [month.first + dt.timedelta(days=n) for n in range((month.after - month.first).days)]


def hours_known(month: Period, zone: ZoneInfo) -> dict[tuple[int, int], int]:
    """How many matters became known in which hour of which day of the month (C5.12, C5.17): (day, hour) → n.

    A merged event became known with the one it was merged into. One query.
    """
    start = dt.datetime.combine(month.first, dt.time(), zone)
    end = dt.datetime.combine(month.after, dt.time(), zone)
    rows = Event.objects.filter(life_safety=False, sensitive="", first_known_at__gte=start, first_known_at__lt=end)
    rows = rows.exclude(state=Event.MERGED).order_by()
    moments = (at.astimezone(zone) for at in rows.values_list("first_known_at", flat=True).iterator())
    return dict(Counter((at.day, at.hour) for at in moments))


def life_calls() -> int:
    """Dangers to life that wait for somebody to take them."""
    return UrgentCall.objects.filter(acknowledged_at__isnull=True).count()


def began(zone: ZoneInfo) -> Period | None:
    """The month of the ledger's earliest entry; None while it is empty.

    By its time, not by its place: where time is replayed, what was set up before bears the machine's own (INV-13).
    """
    first = LedgerEntry.objects.aggregate(first=Min("at"))["first"]
    return month_of(first.astimezone(zone).date()) if first else None


def month_of(day: dt.date) -> Period:
    return period(f"{day.year:04d}-{day.month:02d}")


# What these figures are made of; nothing else of the ledger is read for them.
OPEN_KINDS = ("message.received", "case.opened", "case.known_earlier", "release.live", "clock.breached")


@dataclass(frozen=True)
class OpenMonth:
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


def open_months(entries: Iterable[Entry], zone: ZoneInfo) -> tuple[list[OpenMonth], OpenMonth]:
    """A row for each month in which something happened, the latest first, and the row of all of them."""
    received: list[dt.datetime] = []
    cases: dict[str, CaseHistory] = defaultdict(CaseHistory)
    for entry in entries:
        if entry["kind"] == "message.received":
            received.append(entry["at"])
        elif entry["chain"].startswith("case:") and entry["kind"] in OPEN_KINDS:
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
    rows = [_open_month(name, asked[name], answered[name], hours[name], late[name]) for name in named]
    every = [value for found in hours.values() for value in found]
    causes = [cause for found in late.values() for cause in found]
    return rows, _open_month("", len(received), sum(answered.values()), every, causes)


def _open_month(month: str, asked: int, answered: int, hours: list[float], causes: list[str]) -> OpenMonth:
    median = round(statistics.median(hours), 2) if hours else None
    slowest = round(max(hours), 2) if hours else None
    return OpenMonth(month, asked, answered, median, slowest, len(causes), dict(sorted(Counter(causes).items())))


def own_months(zone: ZoneInfo) -> tuple[list[OpenMonth], OpenMonth]:
    """The same from this machine's ledger."""
    return open_months(entries_of(OPEN_KINDS), zone)
