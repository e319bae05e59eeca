"""Answering a search: the index proposes, the post itself decides. No search by author exists (INV-10).

Phrases are compared with the masked text, so what the index finds by its tokens alone is never shown, and a post that
came in a moment ago is found before it is indexed. Danger to life is never found (Life first); sealed originals are
never indexed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.db.models import QuerySet

from huiying.kernel.tokenise import phrases, plain, wanted
from huiying.listening.models import Post
from huiying.listening.reserved import without_sensitive
from huiying.listening.search.cursor import Lag
from huiying.listening.search.indexing import index

SEARCH_CHARS: Final = 100
#: Posts that are not indexed yet and are read one by one; with more of them the page says how many are missing.
TAIL: Final = 2_000
_PAGE: Final = 200
_MORE: Final = 8
#: Candidates looked at for one answer: a filter that fits almost none of a common word's posts must not read them all.
MOST: Final = 20_000


@dataclass(frozen=True)
class Found:
    """Posts, newest first, whether older candidates were not looked at, and how far the index was behind."""

    posts: list[Post]
    cut: bool
    lag: Lag = field(default=Lag(), compare=False)


def search(q: str, limit: int = 50, within: QuerySet[Post] | None = None) -> list[Post]:
    """Posts whose title or masked text holds every word and quoted phrase of `q`, newest first."""
    return find(q, limit, within).posts


def find(q: str, limit: int = 50, within: QuerySet[Post] | None = None, below: int | None = None) -> Found:
    """As `search`, and whether the search was cut short. `within` narrows it; `below` goes on under a post's id."""
    asked = phrases(q[:SEARCH_CHARS])
    if not asked:
        return Found([], cut=False)
    visible = without_sensitive((Post.objects.all() if within is None else within).filter(life_safety=False))
    visible = visible.defer("sealed_text", "sealed_voice", "extra", "metrics")
    place = index()
    cursor, lag = place.standing()
    reached = cursor.post
    found = _unindexed(visible, asked, reached, below)[:limit] if lag.posts else []
    tokens = list(dict.fromkeys(one for phrase in asked for one in wanted(phrase)))
    if not tokens or len(found) >= limit:
        return Found(found, cut=False, lag=lag)
    edge, looked = min(below or reached + 1, reached + 1), 0
    while len(found) < limit:
        if looked >= MOST:
            return Found(found, cut=True, lag=lag)
        size = _PAGE if looked else limit + _MORE  # almost every candidate of the index is one
        numbers = place.find(tokens, edge, size)
        looked += len(numbers)
        found += _true(visible, asked, numbers)[: limit - len(found)]
        if len(numbers) < size:
            break
        edge = numbers[-1]
    return Found(found, cut=False, lag=lag)


def _unindexed(visible: QuerySet[Post], asked: Sequence[str], reached: int, below: int | None) -> list[Post]:
    rows = visible.filter(pk__gt=reached)
    if below is not None:
        rows = rows.filter(pk__lt=below)
    return _holding(rows.order_by("-id")[:TAIL], asked)


def _true(visible: QuerySet[Post], asked: Sequence[str], numbers: Sequence[int]) -> list[Post]:
    return _holding(visible.filter(pk__in=numbers).order_by("-id"), asked) if numbers else []


def _holding(rows: Iterable[Post], asked: Sequence[str]) -> list[Post]:
    found = []
    for row in rows:
        text = plain(f"{row.title}\n{row.text}")
        if all(phrase in text for phrase in asked):
            found.append(row)
    return found


__all__ = ["MOST", "SEARCH_CHARS", "TAIL", "Found", "find", "search"]
