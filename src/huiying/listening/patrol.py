"""Reads of the patrol （五）: windows, cards, what is late, and how long nobody has looked (C5.8, C5.10, C5.12)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Max, QuerySet

from huiying.listening.models import ClassNote, EmergencyWatch, PatrolCard, PatrolPoint, Source
from huiying.people.queries import is_set_up, regulation_now
from huiying.regulation import Regulation

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Window:
    """One patrol window: [opens_at, due_at), UTC."""

    opens_at: dt.datetime
    due_at: dt.datetime


def windows_between(regulation: Regulation, start: dt.datetime, end: dt.datetime) -> list[Window]:
    """The regulation's daily windows that overlap [start, end), in order. One over midnight belongs to its evening."""
    found = []
    day = start.astimezone(regulation.zone).date() - DAY
    last = end.astimezone(regulation.zone).date()
    while day <= last:
        for text in regulation.monitor.patrol.daily.windows:
            began, until = (_minutes(part) for part in text.split("-"))
            midnight = dt.datetime.combine(day, dt.time(), regulation.zone)
            if until <= began:
                until += 24 * 60
            window = Window(_at(midnight, began), _at(midnight, until))
            if window.opens_at < end and window.due_at > start:
                found.append(window)
        day += DAY
    return sorted(found, key=lambda window: window.opens_at)


def _at(midnight: dt.datetime, minutes: int) -> dt.datetime:
    """Wall time `minutes` after a local midnight, as UTC."""
    days, rest = divmod(minutes, 24 * 60)
    wall = (midnight + dt.timedelta(days=days)).replace(hour=rest // 60, minute=rest % 60)
    return wall.astimezone(dt.UTC)


def _minutes(text: str) -> int:
    hour, minute = text.strip().split(":")
    return int(hour) * 60 + int(minute)


def points() -> QuerySet[PatrolPoint]:
    """Places that are looked at now."""
    return PatrolPoint.objects.filter(retired_at__isnull=True).select_related("owner", "backup")


def emergency() -> EmergencyWatch | None:
    """The emergency watch in force; it stays until a person ends it (C5.9)."""
    return EmergencyWatch.objects.filter(ended_at__isnull=True).order_by("-id").first()


def wider_words() -> tuple[str, ...]:
    """The words of every emergency watch in force, each once."""
    rows = EmergencyWatch.objects.filter(ended_at__isnull=True).values_list("words", flat=True)
    return tuple(dict.fromkeys(word for words in rows for word in words))


def cards_to_do(now: dt.datetime) -> list[PatrolCard]:
    """Cards without a tick: of the windows that are open, and the missed ones of the last day, oldest first."""
    rows = PatrolCard.objects.filter(result="", opens_at__lte=now, due_at__gt=now - DAY)
    return list(rows.select_related("point__owner", "point__backup", "emergency").order_by("due_at", "point__id"))


def done_lately(now: dt.datetime, limit: int = 30) -> list[PatrolCard]:
    rows = PatrolCard.objects.exclude(result="").filter(ticked_at__gt=now - DAY)
    return list(rows.select_related("point", "post").order_by("-ticked_at", "-id")[:limit])


def missed(start: dt.datetime, end: dt.datetime) -> QuerySet[PatrolCard]:
    """Cards whose window ended in [start, end) and which nobody ticked."""
    return PatrolCard.objects.filter(result="", due_at__gte=start, due_at__lt=end).select_related("point")


@dataclass(frozen=True)
class Completion:
    """巡查完成率 (C5.8) of the windows that ended in a span. `rate` is None where none did."""

    due: int
    on_time: int
    late: int

    @property
    def rate(self) -> float | None:
        return self.on_time / self.due if self.due else None


def completion(start: dt.datetime, end: dt.datetime) -> Completion:
    rows = list(PatrolCard.objects.filter(due_at__gte=start, due_at__lt=end).only("due_at", "ticked_at", "result"))
    done = [row for row in rows if row.result]
    late = sum(row.is_late for row in done)
    return Completion(len(rows), len(done) - late, late)


def longest_unwatched(now: dt.datetime) -> list[tuple[PatrolPoint, dt.timedelta]]:
    """Places that nobody has looked at for longer than the regulation's gap, the longest first (C5.8, C5.12)."""
    regulation = regulation_now()
    limit = dt.timedelta(hours=regulation.monitor.patrol.daily.max_gap_hours)
    found = []
    for point in points().annotate(looked_at=Max("cards__ticked_at")):
        since = now - max(point.looked_at or point.added_at, point.added_at)
        if since > limit:
            found.append((point, since))
    return sorted(found, key=lambda pair: (-pair[1], pair[0].pk))


def watched_classes() -> set[str]:
    """The classes that a patrol point or an active source watches."""
    listened = Source.objects.filter(state=Source.ACTIVE).values_list("channel_class")
    return {name for (name,) in points().order_by().values_list("channel_class").union(listened.order_by())}


def uncovered_classes(regulation: Regulation, watched: Iterable[str]) -> list[str]:
    """The regulation's classes that nothing watches; none can be hidden (C5.10)."""
    known = set(watched)
    return [name for name in regulation.monitor.channel_classes if name not in known]


def class_notes() -> dict[str, ClassNote]:
    """The latest note of each class."""
    found: dict[str, ClassNote] = {}
    for note in ClassNote.objects.order_by("-id"):
        found.setdefault(note.channel_class, note)
    return found


def is_running() -> bool:
    """Whether there is a bureau with places to look at."""
    return is_set_up() and points().exists()
