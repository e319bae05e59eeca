"""The sum of the screening model over a text's grams, as `screen_model.summed` has it, to the last digit."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numba import njit

from huiying.engine import screen_model

_LONGEST: Final = screen_model.LONGEST
_BUCKETS: Final = screen_model.BUCKETS
_FIRST, _SECOND, _THIRD = screen_model.STEPS
_FOLD: Final = screen_model.FOLD
_TOP: Final = screen_model.TOP


@njit(cache=True)
def summed(codes: Any, weights: Any) -> tuple[int, int]:
    """`codes`: a text's code points (uint32); `weights`: one whole number a bucket. (sum, distinct buckets)."""
    met = np.zeros(_BUCKETS, np.uint8)
    total, count = 0, 0
    for start in range(len(codes)):
        for length in range(1, min(_LONGEST, len(codes) - start) + 1):
            value = np.uint64(length)
            value = (value ^ np.uint64(codes[start])) * _FIRST
            value ^= value >> _FOLD
            if length > 1:
                value = (value ^ np.uint64(codes[start + 1])) * _SECOND
                value ^= value >> _FOLD
            if length > 2:
                value = (value ^ np.uint64(codes[start + 2])) * _THIRD
                value ^= value >> _FOLD
            bucket = np.int64((value * _FIRST) >> _TOP)
            if met[bucket] == 0:
                met[bucket] = 1
                total += np.int64(weights[bucket])
                count += 1
    return total, count
