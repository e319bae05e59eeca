"""What a sample says (C5.16): an exact interval, wide where little was seen."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, strategies as st

from huiying.engine.estimating import interval

SAMPLES = st.integers(0, 400).flatmap(lambda seen: st.tuples(st.integers(0, seen), st.just(seen)))


@pytest.mark.parametrize(
    ("found", "seen", "low", "high"),
    [
        (0, 60, 0.0, 0.05963),  # 1 - 0.025 ** (1/60)
        (60, 60, 0.94037, 1.0),
        (1, 60, 0.00042, 0.08940),  # these three from the beta quantiles of a statistics library
        (5, 50, 0.03328, 0.21814),
        (3, 400, 0.00155, 0.02176),
    ],
)
def test_the_bounds_are_those_of_clopper_and_pearson(found, seen, low, high):
    assert interval(found, seen) == (pytest.approx(low, abs=1e-5), pytest.approx(high, abs=1e-5))


def test_nothing_seen_says_nothing():
    assert interval(0, 0) == (0.0, 1.0)


@given(SAMPLES)
def test_the_share_seen_lies_between_the_bounds(sample):
    found, seen = sample
    low, high = interval(found, seen)
    assert 0 <= low <= high <= 1
    if seen:
        assert low - 1e-9 <= found / seen <= high + 1e-9


@given(st.integers(1, 200))
def test_more_seen_and_none_found_narrows_the_bound(seen):
    assert interval(0, seen + 1)[1] < interval(0, seen)[1]
    assert interval(0, seen)[1] == pytest.approx(1 - 0.025 ** (1 / seen), abs=1e-9)


@given(SAMPLES.filter(lambda sample: 0 < sample[0] < sample[1]))
def test_each_tail_beyond_a_bound_holds_a_fortieth(sample):
    found, seen = sample
    low, high = interval(found, seen)
    assert _at_most(found, seen, high) == pytest.approx(0.025, abs=1e-6)
    assert 1 - _at_most(found - 1, seen, low) == pytest.approx(0.025, abs=1e-6)


@pytest.mark.parametrize(("found", "seen"), [(-1, 5), (6, 5)])
def test_an_impossible_sample_is_refused(found, seen):
    with pytest.raises(ValueError, match="between 0 and 5"):
        interval(found, seen)


def _at_most(count, seen, share):
    return sum(math.comb(seen, k) * share**k * (1 - share) ** (seen - k) for k in range(count + 1))
