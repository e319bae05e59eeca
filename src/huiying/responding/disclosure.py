"""发布日历 (C1.4, C11.1): what is due to be made public on which day, and what is late, by server time."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from huiying.handling.queries import cases_for
from huiying.kernel import clock as time
from huiying.people.models import User
from huiying.people.queries import zone
from huiying.responding import press
from huiying.responding.models import DisclosureItem, PressConference, PressRelease

KINDS = {
    "plan": _("规划计划"),
    "result": _("结果公告"),
    "statistics": _("统计数据"),
    "policy": _("政策文件"),
    "budget": _("预算决算"),
    "other": _("其他"),
}
REPEATS = {"": 0, "monthly": 1, "quarterly": 3, "yearly": 12}


@dataclass(frozen=True)
class Here:
    """The bureau's zone and what day it is there: asked once a page, for the regulation says it."""

    zone: ZoneInfo

    @property
    def today(self) -> dt.date:
        return self.day_of(time.now())

    def day_of(self, at: dt.datetime) -> dt.date:
        return at.astimezone(self.zone).date()

    def starts(self, day: dt.date) -> dt.datetime:
        return dt.datetime.combine(day, dt.time(), self.zone)


def here() -> Here:
    return Here(zone())


def next_due(item: DisclosureItem) -> dt.date:
    """The same day a month, a quarter or a year on; where a month is too short its last day, and then the day again."""
    day, last = item.due_on.day, calendar.monthrange(item.due_on.year, item.due_on.month)[1]
    if day == last and item.follows is not None:
        day = max(day, item.follows.due_on.day)
    months = item.due_on.month - 1 + REPEATS[item.repeats]
    year, month = item.due_on.year + months // 12, months % 12 + 1
    return dt.date(year, month, min(day, calendar.monthrange(year, month)[1]))


def is_late(item: DisclosureItem, at: Here | None = None) -> bool:
    """After its day it is late, done or not; what was dropped is not owed."""
    if item.dropped_at is not None:
        return False
    at = at or here()
    return (at.day_of(item.done_at) if item.done_at is not None else at.today) > item.due_on


def items() -> QuerySet[DisclosureItem]:
    return DisclosureItem.objects.select_related("department", "press")


def late_items(at: Here | None = None) -> QuerySet[DisclosureItem]:
    """Owed, and their day has passed."""
    return items().filter(due_on__lt=(at or here()).today, done_at__isnull=True, dropped_at__isnull=True)


@dataclass(frozen=True)
class Share:
    """Of what was due in a year up to now, how much was public on its day or before."""

    year: int
    due: int
    on_time: int

    @property
    def percent(self) -> int | None:
        return round(100 * self.on_time / self.due) if self.due else None


def due_in(year: int, at: Here | None = None) -> QuerySet[DisclosureItem]:
    """What the share counts: what was due in the year before today, and what is done already."""
    rows = items().filter(due_on__year=year, dropped_at__isnull=True)
    return rows.filter(Q(due_on__lt=(at or here()).today) | Q(done_at__isnull=False))


def share(year: int, at: Here | None = None) -> Share:
    at = at or here()
    rows = list(due_in(year, at))
    return Share(year, len(rows), sum(not is_late(row, at) for row in rows))


@dataclass
class Day:
    """One day of the month with what stands on it."""

    day: dt.date
    items: list[DisclosureItem] = field(default_factory=list)
    releases: list[PressRelease] = field(default_factory=list)
    conferences: list[PressConference] = field(default_factory=list)


def month(first: dt.date, user: User, at: Here | None = None) -> list[Day]:
    """The days of a month on which something stands. A conference of a case is shown to who may see the case."""
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    days: dict[dt.date, Day] = {}
    at = at or here()

    def on(day: dt.date) -> Day:
        return days.setdefault(day, Day(day))

    for item in items().filter(due_on__range=(first, last)):
        on(item.due_on).items.append(item)
    span = (at.starts(first), at.starts(last + dt.timedelta(days=1)))
    planned = press.releases().filter(planned_at__gte=span[0], planned_at__lt=span[1])
    for release in planned.exclude(state=PressRelease.DROPPED).order_by("planned_at"):
        assert release.planned_at is not None
        on(at.day_of(release.planned_at)).releases.append(release)
    conferences = PressConference.objects.filter(starts_at__gte=span[0], starts_at__lt=span[1])
    seen = Q(case__isnull=True) | Q(case__in=cases_for(user).values("pk"))
    for row in conferences.filter(seen).exclude(state=PressConference.CANCELLED).select_related("case", "press"):
        on(at.day_of(row.starts_at)).conferences.append(row)
    return [days[day] for day in sorted(days)]
