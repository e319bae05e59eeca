"""A search on PostgreSQL begins with the newest posts and widens: the same answer as from all posts at once."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from django.db import connection
from hypothesis import example, given, strategies as st

from huiying.kernel.wording import Wanted, tokenise
from huiying.listening import searching
from huiying.listening.schema import FIND
from huiying.listening.searching import ANALYSED_FROM, WIDTHS, Cursor, Index, Indexed, PostgresIndex, doubled, stretches

RARITY = {"十条": 10, "百条": 100, "千条": 700}
IDS = st.integers(1, 1 << 40)


@given(IDS)
@example(1)
@example(1_023)
@example(1_024)
def test_a_post_bears_one_stretch_of_each_width(post: int) -> None:
    told = [tuple(map(int, one.removeprefix("#").split(":"))) for one in stretches(post)]
    assert [width for width, _number in told] == list(WIDTHS)
    assert all(number << width <= post < (number + 1) << width for width, number in told)


def test_a_search_asks_for_the_widths_that_posts_bear() -> None:
    assert f"ARRAY{list(WIDTHS)}" in FIND


@given(st.text(max_size=40))
@example("#10:1 #13:0")
def test_no_word_that_anybody_writes_is_a_stretch(text: str) -> None:
    assert not any(token.startswith("#") for token in tokenise(text))


@pytest.fixture
def index(db: None) -> Iterator[Index]:
    """An empty index, emptied again: on SQLite it lies outside the database, and no rollback reaches it."""
    found = searching.index()
    found.clear()
    yield found
    found.clear()


def test_common_and_rare_words_are_found_newest_first_from_any_place(index: Index) -> None:
    draw = random.Random(11)
    rows = {}
    for post in sorted(draw.sample(range(1, 150_000), 1_500)):
        rows[post] = {"每条", *(word for word, one_in in RARITY.items() if draw.randrange(one_in) == 0)}
    index.add([Indexed(post, sorted(words)) for post, words in rows.items()], Cursor(), Cursor(149_999, "x"))
    edges = [1, 2, 1_024, 1_025, 70_000, 150_000, *draw.sample(range(1, 150_000), 12)]
    for wanted in (["每条"], ["十条"], ["百条"], ["千条"], ["十条", "百条"], ["没有"]):
        for below in edges:
            for limit in (1, 30):
                true = [post for post in sorted(rows, reverse=True) if post < below and rows[post] >= set(wanted)]
                assert index.find([Wanted(word) for word in wanted], below, limit) == true[:limit], (wanted, below)
    assert index.find([Wanted("千", is_prefix=True)], 150_000, 30) == index.find([Wanted("千条")], 150_000, 30)


@pytest.mark.parametrize(
    ("before", "now", "due"),
    [(0, 500, False), (3_900, 4_400, True), (4_400, 4_900, False), (8_000, 8_191, False), (8_191, 8_192, True)],
)
def test_the_words_are_looked_at_again_when_the_posts_have_doubled(before: int, now: int, due: bool) -> None:
    assert doubled(before, now) is due


def test_a_search_that_follows_a_doubling_knows_how_common_words_are(index: Index) -> None:
    """PostgreSQL is told to look; the embedded index keeps its own counts. Both find all the same."""
    rows = [Indexed(post, ["每条", f"第{post}"]) for post in range(ANALYSED_FROM - 50, ANALYSED_FROM + 50)]
    index.add(rows[:40], Cursor(), Cursor(rows[39].post, "x"))
    assert not _most_common()
    index.add(rows[40:], Cursor(rows[39].post, "x"), Cursor(rows[-1].post, "x"))
    assert ("每条" in _most_common()) is isinstance(index, PostgresIndex)
    assert index.find([Wanted("每条")], 1 << 40, 200) == [row.post for row in reversed(rows)]


def _most_common() -> list[str]:
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as rows:
        rows.execute(
            "SELECT unnest(most_common_elems::text::text[]) FROM pg_stats"
            " WHERE tablename = 'listening_search_words' AND attname = 'words'"
        )
        return [word for (word,) in rows.fetchall()]
