"""How well the bureau hears （五）: 迟报, how long what concerns it stood outside (C5.12, C5.17); 全方位, which
categories have rules and were heard (C5.11); 新闻跟帖, a source for the comments of an article that concerns it
(C5.6).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db.models import Count

from huiying.engine.estimating import quantile
from huiying.judging import watchbook
from huiying.judging.models import EventPost, Screening, WatchHit
from huiying.kernel import clock
from huiying.ledger.actions import Actor
from huiying.listening.actions.sources import watch_article
from huiying.listening.models import Post
from huiying.listening.reserved import without_sensitive
from huiying.people import roster
from huiying.people.queries import regulation_now

WINDOW = dt.timedelta(days=30)
HOUR = dt.timedelta(hours=1)
#: A time with one of these words beside it is not when the post was published.
NO_TIME = ("seen", "future")
#: An archive that is imported was published long ago: nobody listened then, and it says nothing of listening.
IMPORTED = (Post.IMPORT, Post.HISTORY)


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
    values = members.exclude(post__received_how__in=IMPORTED).values_list(
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


TOPIC_WINDOW = dt.timedelta(days=90)


@dataclass(frozen=True)
class TopicRow:
    """A business category: its rules, those without a hit that nobody has looked at, its hits by channel class."""

    category: str  # code of the regulation
    rules: int
    to_review: int
    hits: tuple[int, ...]  # in the order of the matrix's channels

    @property
    def uncovered(self) -> bool:
        """No rule looks for it: that nothing was heard says nothing."""
        return not self.rules

    @property
    def total(self) -> int:
        return sum(self.hits)


@dataclass(frozen=True)
class TopicMatrix:
    channels: tuple[str, ...]
    rows: tuple[TopicRow, ...]
    unplaced: tuple[str, ...]  # groups of rules that the regulation places in no category
    counted_since: dt.datetime | None

    @property
    def covered(self) -> int:
        return sum(not row.uncovered for row in self.rows)


def matrix() -> TopicMatrix:
    """The last ninety days; a rule counts for the category to which the regulation's table of topics leads it."""
    regulation = regulation_now()
    topics = regulation.routing.topics
    lines = watchbook.lines()
    category_of = {
        rule: topics[group].category for rule, row in watchbook.rows_now().items()
        if (group := str(row.get("group", ""))) in topics and topics[group].category
    }  # fmt: skip
    counted = (
        WatchHit.objects.filter(at__gte=clock.now() - TOPIC_WINDOW).order_by()
        .values("rule", "post__channel_class").annotate(n=Count("post", distinct=True))
    )  # fmt: skip
    hits: dict[tuple[str, str], int] = defaultdict(int)
    others: set[str] = set()
    for row in counted:
        if (category := category_of.get(row["rule"])) is not None:
            hits[category, row["post__channel_class"]] += row["n"]
            others.add(row["post__channel_class"])
    known = list(regulation.channel_classes)
    channels = (*known, *sorted(others - set(known)))
    rows = []
    for code in regulation.routing.categories:
        own = [line for line in lines if category_of.get(line.id) == code]
        rows.append(
            TopicRow(code, len(own), sum(line.to_review for line in own), tuple(hits[code, name] for name in channels))
        )
    groups = {str(row.get("group", "")) for row in watchbook.rows_now().values()}
    unplaced = tuple(sorted(group for group in groups if group not in topics or not topics[group].category))
    return TopicMatrix(channels, tuple(rows), unplaced, watchbook.counted_since())


CLASSES: Final = ("门户网站", "传统媒体")
LOOKED_BACK: Final = dt.timedelta(days=2)
AT_ONCE: Final = 50


def open_for_new_articles() -> int:
    """Give every article of the last days that is in scope its comment source; returns how many were opened."""
    articles = Post.objects.filter(
        screening__band=Screening.HIT,
        kind="news",
        channel_class__in=CLASSES,
        version=1,
        life_safety=False,
        comment_source__isnull=True,
        received_at__gte=clock.now() - LOOKED_BACK,
    ).exclude(url="")
    articles = without_sensitive(articles)
    opened = 0
    for post in articles.order_by("id")[:AT_ONCE]:
        watch_article(post, Actor.SYSTEM)
        opened += 1
    return opened
