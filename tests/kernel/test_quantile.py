"""A median and a ninth decile are values that occurred, and hold what they say."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from huiying.engine.estimating import quantile


@pytest.mark.parametrize(
    ("values", "part", "found"),
    [([], 0.5, None), ([3.0], 0.9, 3.0), ([1.0, 2.0], 0.5, 1.0), ([float(n) for n in range(1, 11)], 0.9, 9.0)],
)
def test_known_values(values: list[float], part: float, found: float | None) -> None:
    assert quantile(values, part) == found


@given(st.lists(st.floats(0, 1e6), min_size=1), st.sampled_from([0.1, 0.5, 0.9, 1.0]))
def test_at_least_so_large_a_part_does_not_exceed_it(values: list[float], part: float) -> None:
    found = quantile(sorted(values), part)
    assert found in values
    assert sum(one <= found for one in values) >= part * len(values) - 1e-6
