"""迟报 （五）C5.12, C5.17: how long what concerns the bureau stood outside before it stood on the desk.

By channel class, by day and by night. Detection is when the post stood on the desk (server time), the beginning its own
time of publication as far as the source states one; what a person heard on an own channel was known when it was said
and stands in no figure.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from huiying.judging.models import EventPost
from huiying.kernel import clock
from huiying.kernel.quantile import quantile
from huiying.people import roster
from huiying.people.queries import regulation_now

WINDOW = dt.timedelta(days=30)
HOUR = dt.timedelta(hours=1)
#: A time with one of these words beside it is not when the post was published.
NO_TIME = ("seen", "future")
#: An archive that is imported was published long ago: nobody listened then, and it says nothing of listening.
IMPORTED = "import"


@dataclass(frozen=True)
class Spread:
    """Hours from publication to the desk. None without a post: nothing was heard, which is not zero hours."""

    n: int
    p50: float | None
    p90: float | None


@dataclass(frozen=True)
class ClassLatency:
    """A channel class by day and by night; `untimed` posts have no stated time and are in neither."""

    channel_class: str
    day: Spread
    night: Spread
    untimed: int

    @property
    def n(self) -> int:
        return self.day.n + self.night.n


@dataclass(frozen=True)
class Latency:
    rows: tuple[ClassLatency, ...]
    day: Spread
    night: Spread
    since: dt.datetime


def spread(hours: Iterable[float]) -> Spread:
    """Median and ninth decile: the smallest value that so large a part does not exceed."""
    ordered = sorted(hours)
    return Spread(len(ordered), quantile(ordered, 0.5), quantile(ordered, 0.9))


def latency(window: dt.timedelta = WINDOW) -> Latency:
    """Posts that stood on the desk in the window. A post of the night is one that was published at night."""
    regulation, since = regulation_now(), clock.now() - window
    found: dict[str, tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
    untimed: dict[str, int] = defaultdict(int)
    members = EventPost.objects.filter(stood_at__gte=since, post__own_channel=False, withdrawn_at__isnull=True)
    values = members.exclude(post__received_how=IMPORTED).values_list(
        "post__channel_class", "post__published_at", "post__time_confidence", "stood_at"
    )
    for channel, published, confidence, stood in values.iterator(chunk_size=5000):
        if published is None or confidence in NO_TIME:
            untimed[channel] += 1
            continue
        found[channel][roster.is_night(published, regulation.zone)].append(max((stood - published) / HOUR, 0.0))
    known = list(regulation.channel_classes)
    names = [*known, *sorted((set(found) | set(untimed)) - set(known))]
    rows = tuple(ClassLatency(name, spread(found[name][0]), spread(found[name][1]), untimed[name]) for name in names)
    every = (
        [hours for day, _night in found.values() for hours in day],
        [h for _day, night in found.values() for h in night],
    )
    return Latency(rows, spread(every[0]), spread(every[1]), since)
