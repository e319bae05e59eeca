"""Lists of words found in one pass say exactly what a search for each word of each list would say (C5.10, C5.16)."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from huiying.engine.normalise import WordLists, ascii_bounded, needs_bounds, normalise
from huiying.engine.rules import RuleSet, load_rules

LETTERS = "评标委ca1 保证\0a"
WORDS = st.lists(st.text(alphabet=LETTERS, min_size=1, max_size=4), max_size=8)
TEXTS = st.text(alphabet=LETTERS, max_size=40)


def _alone(word: str, text: str) -> bool:
    start = text.find(word)
    return not needs_bounds(word) or ascii_bounded(text, start, start + len(word))


@given(WORDS, WORDS, TEXTS)
def test_one_pass_finds_what_a_search_for_each_word_finds(one, other, text):
    standing = WordLists({"one": one, "other": other}).standing(text)
    for name, words in (("one", one), ("other", other)):
        found = tuple(word for word in words if word in text)
        assert standing.words(name) == found
        assert standing.count(name) == len(found)
        assert standing.any(name) == bool(found)
        assert standing.first(name) == (found[0] if found else None)


@given(WORDS, TEXTS)
def test_a_list_of_words_that_stand_alone_looks_at_their_first_place(words, text):
    lists = WordLists({"free": words, "strict": words}, alone={"strict"})
    standing = lists.standing(text)
    assert standing.words("free") == tuple(word for word in words if word in text)
    assert standing.words("strict") == tuple(word for word in words if word in text and _alone(word, text))


def test_the_first_word_is_that_of_the_list_and_not_of_the_text():
    standing = WordLists({"matters": ["保证金", "评委"]}).standing("评委说保证金")
    assert standing.first("matters") == "保证金"
    assert standing.words("matters") == ("保证金", "评委")


def test_a_word_written_twice_in_a_list_counts_twice_and_one_said_twice_counts_once():
    standing = WordLists({"core": ["评委", "评委", "标"]}).standing("评委评委")
    assert standing.count("core") == 2


def test_a_word_of_another_word_is_found_beside_it():
    standing = WordLists({"core": ["保证金", "保证"], "other": ["证金"]}).standing("退保证金")
    assert standing.words("core") == ("保证金", "保证")
    assert standing.any("other")


def test_a_list_that_is_empty_or_unknown_stands_nowhere():
    standing = WordLists({"empty": []}).standing("评委")
    for name in ("empty", "unknown"):
        assert not standing.any(name)
        assert standing.count(name) == 0
        assert standing.first(name) is None
        assert standing.words(name) == ()


def test_a_word_of_which_normalising_left_nothing_stands_in_every_text():
    lists = WordLists({"odd": ["", "评委"]})
    assert lists.standing("别的事").words("odd") == ("",)
    assert lists.standing("评委").words("odd") == ("", "评委")


@pytest.fixture(scope="module", params=["anshan", "sixian"])
def rules(request: pytest.FixtureRequest) -> RuleSet:
    return load_rules(request.param)


@given(
    st.lists(st.sampled_from(["CA锁", "ca", "ca1", "评委", "保证金", "沈阳", "鞍山", "马鞍山", "，", "a"]), max_size=12)
)
def test_the_weight_of_a_department_is_the_letters_of_its_words(rules, pieces):
    text = rules.masked(normalise("".join(pieces)).text)
    expected = {
        code: sum(len(word) for word in words if word in text and _alone(word, text))
        for code, words in rules.topics.items()
    }
    weights = rules.weights(rules.lists.standing(text))
    assert weights == expected
    assert list(weights) == list(rules.topics), "ties go to the order of the file"
