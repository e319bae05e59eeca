"""A search on PostgreSQL begins with the newest posts and widens: the same answer as from all posts at once."""

from __future__ import annotations

import random

import pytest
from django.db import connection
from hypothesis import example, given
from hypothesis import strategies as st

from huiying.kernel.tokenise import Wanted, tokenise
from huiying.listening.schema import begin_search_again
from huiying.listening.search import indexing
from huiying.listening.search.cursor import Cursor, Indexed
from huiying.listening.search.postgres import WIDTHS, PostgresIndex, _within, stretches

RARITY = {"十条": 10, "百条": 100, "千条": 700}
IDS = st.integers(1, 1 << 40)


def held(below: int) -> list[int | None]:
    """The first post of each narrowing, None where it narrows nothing; each must hold all newer ones under `below`."""
    firsts: list[int | None] = []
    for words in _within(below):
        if not words:
            firsts.append(None)
            continue
        named = [one.strip("' ") for one in words.removeprefix(" & (").removesuffix(")").split("|")]
        widths = {int(one[1:].partition(":")[0]) for one in named}
        assert len(widths) == 1
        width = widths.pop()
        numbers = sorted(int(one.partition(":")[2]) for one in named)
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        assert (below - 1) >> width == numbers[-1]
        firsts.append(numbers[0] << width)
    return firsts


@given(IDS)
@example(1)
@example(1_024)
@example(1_025)
@example(2_048)
@example(131_072)
@example(131_073)
def test_each_narrowing_goes_from_the_newest_back_and_the_last_holds_all(below: int) -> None:
    firsts = held(below)
    told = [first for first in firsts if first is not None]
    assert told == sorted(told, reverse=True)
    assert firsts[-1] is None or firsts[-1] == 0
    assert 1 <= len(firsts) <= len(WIDTHS) + 1


@given(IDS, IDS)
def test_a_post_bears_the_stretches_that_a_search_asks_for(post: int, below: int) -> None:
    for words, first in zip(_within(below), held(below), strict=True):
        asked = {one.strip("' ") for one in words.removeprefix(" & (").removesuffix(")").split("|")}
        if first is not None and first <= post < below:
            assert asked & set(stretches(post))


@given(st.text(max_size=40))
@example("#10:1 #13:0")
def test_no_word_that_anybody_writes_is_a_stretch(text: str) -> None:
    assert not any(token.startswith("#") for token in tokenise(text))


@pytest.mark.django_db
def test_common_and_rare_words_are_found_newest_first_from_any_place() -> None:
    index = indexing.index()
    index.clear()
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


@pytest.mark.django_db
def test_an_index_of_the_older_form_is_begun_again() -> None:
    index = indexing.index()
    index.clear()
    index.add([Indexed(7, ["保证"])], Cursor(), Cursor(7, "x"))
    begin_search_again(None, connection.SchemaEditorClass(connection))
    if isinstance(index, PostgresIndex):
        assert index.reached() == Cursor()
        assert index.find([Wanted("保证")], 10, 5) == []
    else:
        assert index.reached() == Cursor(7, "x")
