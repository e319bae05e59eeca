"""Reads of the reconciliation （五）C5.16: which post of ours a line from outside is, and how much we missed."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q

from huiying.engine.normalise import normalise
from huiying.handling.models import OutsideItem, OutsideList
from huiying.kernel import clock
from huiying.listening.hosts import first_link, native_id_of
from huiying.listening.models import Post

AROUND = dt.timedelta(days=3)
MOST_POSTS = 5000
LEAST = 0.3  # below this no post is suggested; a person looks for it
Z = 1.96


@dataclass(frozen=True)
class Missed:
    """漏报率: of the lines that were ours, how many we had missed, with the 95 % interval of Wilson; n shown."""

    n: int
    missed: int

    @property
    def rate(self) -> float | None:
        return self.missed / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float] | None:
        if not self.n:
            return None
        share, n = self.missed / self.n, self.n
        middle = (share + Z * Z / (2 * n)) / (1 + Z * Z / n)
        half = Z * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
        return max(0.0, middle - half), min(1.0, middle + half)


def missed_rate(since: dt.datetime | None = None) -> Missed:
    """Over the lines that persons decided since then, all of them without."""
    rows = OutsideItem.objects.filter(state__in=(OutsideItem.HEARD, OutsideItem.MISSED))
    if since is not None:
        rows = rows.filter(decided_at__gte=since)
    counts = dict(rows.order_by().values_list("state").annotate(n=Count("id")))
    missed = counts.get(OutsideItem.MISSED, 0)
    return Missed(missed + counts.get(OutsideItem.HEARD, 0), missed)


def lists() -> Iterable[OutsideList]:
    """The latest lists with how many of their lines wait for a person."""
    return OutsideList.objects.annotate(
        n=Count("items"), waiting=Count("items", filter=Q(items__state="")),
        missed=Count("items", filter=Q(items__state=OutsideItem.MISSED)),
    )[:30]  # fmt: skip


def candidates(period_from: dt.date, period_to: dt.date) -> list[Post]:
    """Posts received around the period, newest first, bounded."""
    start = dt.datetime.combine(period_from, dt.time(), dt.UTC) - AROUND
    end = dt.datetime.combine(period_to, dt.time(), dt.UTC) + AROUND
    rows = Post.objects.filter(received_at__gte=start, received_at__lte=min(end, clock.now()))
    return list(rows.only("id", "url", "title", "text", "native_id").order_by("-id")[:MOST_POSTS])


def nearest(text: str, url: str, posts: Iterable[Post]) -> tuple[Post | None, float]:
    """The post that a line is most likely about: the same address, else the most alike words."""
    known = native_id_of(url) if url else ""
    grams = _grams(text)
    best, score = None, 0.0
    for post in posts:
        if known and (post.native_id == known or post.url == url):
            return post, 1.0
        other = _grams(f"{post.title} {post.text}")
        shared = len(grams & other)
        alike = shared / min(len(grams), len(other)) if grams and other else 0.0
        if alike > score:
            best, score = post, alike
    return (best, score) if score >= LEAST else (None, 0.0)


def link_in(line: str) -> str:
    return first_link(line)


def _grams(text: str) -> frozenset[str]:
    plain = "".join(char for char in normalise(text).text if char.isalnum())
    return frozenset(plain[at : at + 3] for at in range(len(plain) - 2))
