"""全方位 （五）C5.11: every business category has rules, and on which channels what they look for was heard."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count

from huiying.judging import watch_queries, watchbook
from huiying.judging.models import WatchHit
from huiying.kernel import clock
from huiying.people.queries import regulation_now

WINDOW = dt.timedelta(days=90)


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
    lines = watch_queries.lines()
    category_of = {
        rule: topics[group].category for rule, row in watchbook.rows_now().items()
        if (group := str(row.get("group", ""))) in topics and topics[group].category
    }  # fmt: skip
    counted = (
        WatchHit.objects.filter(at__gte=clock.now() - WINDOW).order_by()
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
    return TopicMatrix(channels, tuple(rows), unplaced, watch_queries.counted_since())
