"""Small deterministic functions for the kernels: hashing, logarithm, halving, damping, sorting."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numba import njit

u64: Final = np.uint64
_LN2: Final = 0.6931471805599453
_HALF_ROOT: Final = 0.7071067811865476


@njit(cache=True, inline="always")
def mix(value: Any) -> Any:
    """Murmur's finaliser: 64 bits in, 64 well mixed bits out."""
    value ^= value >> u64(33)
    value *= u64(0xFF51AFD7ED558CCD)
    value ^= value >> u64(33)
    value *= u64(0xC4CEB9FE1A85EC53)
    return value ^ (value >> u64(33))


@njit(cache=True)
def ln(value: float) -> float:
    """Natural logarithm of a positive number, by the series of atanh; within 1e-12 of the library's."""
    part, power = math.frexp(value)
    if part < _HALF_ROOT:
        part *= 2.0
        power -= 1
    z = (part - 1.0) / (part + 1.0)
    square = z * z
    total = 0.0
    for odd in range(17, 0, -2):
        total = total * square + 1.0 / odd
    return 2.0 * z * total + power * _LN2


@njit(cache=True)
def halved(times: float) -> float:
    """2 to the power of minus `times`; 0 beyond 60 halvings and 1 for what is not positive."""
    if times <= 0.0:
        return 1.0
    if times >= 60.0:
        return 0.0
    whole = int(times)
    x = -(times - whole) * _LN2
    total = 1.0
    for term in range(14, 0, -1):
        total = 1.0 + x * total / term
    return total / float(1 << whole)


@njit(cache=True)
def damped(weight: float) -> float:
    """`weight` to the power of 3/4, from square roots only: what many posts say must not drown what some say."""
    half = math.sqrt(weight)
    return half * math.sqrt(half)


@njit(cache=True)
def eased(rarity: float) -> float:
    """`rarity` to the power of 7/8: a word seen once counts for more than a rare one, yet not for everything."""
    half = math.sqrt(rarity)
    quarter = math.sqrt(half)
    return half * quarter * math.sqrt(quarter)


@njit(cache=True)
def sort(values: Any, count: int) -> None:
    """Sort the first `count` of `values` in place, smallest first (Shell's sort)."""
    gap = 1
    while gap < count // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for index in range(gap, count):
            value = values[index]
            place = index
            while place >= gap and values[place - gap] > value:
                values[place] = values[place - gap]
                place -= gap
            values[place] = value
        gap //= 3


@njit(cache=True)
def strongest(weights: Any, count: int, wanted: int, chosen: Any) -> int:
    """Put the indices of the `wanted` greatest of `weights[:count]` into `chosen` in no order; how many they are.

    A heap of the chosen with the least on top; of equal weights the earlier index is kept.
    """
    taken = min(count, wanted)
    for index in range(taken):
        chosen[index] = index
    for root in range(taken // 2 - 1, -1, -1):
        _sink(weights, chosen, root, taken)
    for index in range(taken, count):
        if weights[index] > weights[chosen[0]]:
            chosen[0] = index
            _sink(weights, chosen, 0, taken)
    return taken


@njit(cache=True)
def _sink(weights: Any, chosen: Any, root: int, count: int) -> None:
    while True:
        least = 2 * root + 1
        if least >= count:
            return
        if least + 1 < count and weights[chosen[least + 1]] < weights[chosen[least]]:
            least += 1
        if weights[chosen[root]] <= weights[chosen[least]]:
            return
        chosen[root], chosen[least] = chosen[least], chosen[root]
        root = least
