"""Metrics of groupings: known values, bounds, and that names of groups never matter (C5.10)."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from huiying.engine.evaluation.events import contingency, nmi, scores

labels = st.lists(st.integers(0, 5), min_size=1, max_size=40)


def test_the_same_grouping_scores_one_everywhere():
    found = scores([1, 1, 2, 3, 3], ["a", "a", "b", "c", "c"])
    assert all(value == pytest.approx(1.0) for value in found.values())


def test_a_grouping_worked_out_by_hand():
    """Two events of two; one post of the second stands with the first."""
    found = scores([1, 1, 2, 2], [1, 1, 1, 2])
    assert found["b3_p"] == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1) / 4)
    assert found["b3_r"] == pytest.approx((1 + 1 + 0.5 + 0.5) / 4)
    assert found["pair_p"] == pytest.approx(1 / 3)
    assert found["pair_r"] == pytest.approx(1 / 2)
    assert found["best_match_macro"] == pytest.approx((4 / 5 + 2 / 3) / 2)
    assert found["ari"] == pytest.approx(0.0)


def test_all_together_tells_nothing_and_all_apart_is_pure():
    true = [1, 1, 2, 2, 3]
    assert nmi(contingency(true, [0] * 5)) == pytest.approx(0.0)
    assert scores(true, list(range(5)))["b3_p"] == pytest.approx(1.0)
    assert scores(true, [0] * 5)["b3_r"] == pytest.approx(1.0)


def test_two_lengths_are_refused_and_nothing_gives_zeros():
    with pytest.raises(ValueError):
        contingency([1, 2], [1])
    assert set(scores([], []).values()) == {0.0}


@given(labels, st.randoms(use_true_random=False))
def test_bounded_and_blind_to_names_and_to_order(true, draw):
    found = [draw.randrange(4) for _ in true]
    values = scores(true, found)
    assert all(-1.0001 <= value <= 1.0001 for value in values.values())
    renamed = scores([f"t{one}" for one in true], [one + 100 for one in found])
    assert renamed == pytest.approx(values)
    order = list(range(len(true)))
    draw.shuffle(order)
    shuffled = scores([true[at] for at in order], [found[at] for at in order])
    assert shuffled == pytest.approx(values)


@given(labels, labels)
def test_agreement_does_not_depend_on_which_side_is_called_true(left, right):
    size = min(len(left), len(right))
    one, other = scores(left[:size], right[:size]), scores(right[:size], left[:size])
    for name in ("nmi", "v_measure", "ari", "pair_f1"):
        assert one[name] == pytest.approx(other[name])
    assert one["b3_p"] == pytest.approx(other["b3_r"])
