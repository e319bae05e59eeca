"""What clearances teach the screening: bounded, tried on clearances it never saw, nothing from a few (C5.16)."""

from __future__ import annotations

import random

from hypothesis import given, strategies as st

from huiying.engine.screen_model import BOUND, LEAST, MOST, OFFSET, Cleared, lesson, shift

FACTS = ["concept:bid", "concept:x-city", "channel:论坛", "named"]


def cleared(count, *, relevant_of, seed=1):
    """Clearances of an undecided model: whether a post mattered follows from its facts."""
    draw = random.Random(seed)
    rows = []
    for number in range(count):
        names = frozenset(name for name in FACTS if draw.random() < 0.5)
        rows.append(Cleared(str(number), draw.uniform(-1, 1), names, relevant_of(names)))
    return rows


def test_what_people_keep_calling_irrelevant_is_learned():
    taught = lesson(cleared(300, relevant_of=lambda names: "concept:x-city" not in names), {})
    assert taught is not None
    assert taught.helps
    assert taught.weights["concept:x-city"] < -0.3
    assert taught.loss_after < taught.loss_before


def test_clearances_without_any_pattern_teach_nothing():
    draw = random.Random(7)
    rows = [Cleared(str(n), 0.0, frozenset(FACTS[n % 3 :]), draw.random() < 0.5) for n in range(300)]
    taught = lesson(rows, {})
    assert taught is not None
    assert not taught.helps


def test_a_few_clearances_teach_nothing():
    assert lesson(cleared(LEAST - 1, relevant_of=lambda names: "concept:bid" in names), {}) is None
    assert lesson([], {}) is None


def test_one_opinion_only_teaches_nothing():
    assert lesson(cleared(200, relevant_of=lambda _names: True), {}) is None


def test_the_same_clearances_give_the_same_lesson_in_any_order():
    rows = cleared(200, relevant_of=lambda names: "channel:论坛" in names)
    assert lesson(rows, {}) == lesson(rows, {})
    backwards, forwards = lesson(rows[::-1], {}), lesson(rows, {})
    assert backwards is not None
    assert forwards is not None
    assert (backwards.held_back, backwards.learned_from) == (forwards.held_back, forwards.learned_from)


def test_a_lesson_is_compared_with_what_is_in_force():
    rows = cleared(300, relevant_of=lambda names: "concept:x-city" not in names)
    first = lesson(rows, {})
    assert first is not None
    again = lesson(rows, first.weights)
    assert again is not None
    assert not again.helps, "the same lesson twice is no better than once"


def test_facts_about_how_a_post_came_alone_are_not_learned():
    taught = lesson(cleared(300, relevant_of=lambda names: "named" in names), {})
    assert taught is not None
    assert "named" not in taught.weights


WEIGHTS = st.dictionaries(st.sampled_from([OFFSET, *FACTS]), st.floats(-50, 50))


@given(WEIGHTS, st.frozensets(st.sampled_from(FACTS)))
def test_no_weights_move_a_post_further_than_the_bound(weights, names):
    assert abs(shift(weights, names)) <= MOST


@given(st.floats(-50, 50))
def test_no_single_weight_moves_further_than_its_bound(weight):
    assert abs(shift({"named": weight}, frozenset({"named"}))) <= BOUND
    assert shift({"named": weight}, frozenset()) == 0
