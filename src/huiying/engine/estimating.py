"""How much a sample says of what it was drawn from, and the one way a median or a ninth decile is taken (INV-12)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final

CONFIDENCE: Final = 0.95
_STEPS: Final = 60


def interval(found: int, seen: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The Clopper-Pearson interval of a share: `found` of `seen` drawn at random. Nothing seen → (0, 1).

    Exact and never too narrow: with none found in 60 the share may still be as high as 6 %. Raises ValueError
    where `found` is not between 0 and `seen`.
    """
    if not 0 <= found <= seen:
        raise ValueError(f"found must be between 0 and {seen}, not {found}")
    if seen == 0:
        return (0.0, 1.0)
    tail = (1 - confidence) / 2
    lower = 0.0 if found == 0 else _root(lambda share: 1 - _at_most(found - 1, seen, share), tail, rising=True)
    upper = 1.0 if found == seen else _root(lambda share: _at_most(found, seen, share), tail, rising=False)
    return (lower, upper)


def _at_most(count: int, seen: int, share: float) -> float:
    """The chance of at most `count` among `seen`, each with the chance `share`."""
    if share <= 0:
        return 1.0
    if share >= 1:
        return 1.0 if count >= seen else 0.0
    logs = [
        math.lgamma(seen + 1) - math.lgamma(k + 1) - math.lgamma(seen - k + 1)
        + k * math.log(share) + (seen - k) * math.log1p(-share)
        for k in range(count + 1)
    ]  # fmt: skip
    return min(math.fsum(math.exp(one) for one in logs), 1.0)


def _root(chance: Callable[[float], float], wanted: float, *, rising: bool) -> float:
    """Where a monotone chance meets `wanted`, by halving."""
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if (chance(middle) < wanted) == rising:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def quantile(ordered: Sequence[float], part: float) -> float | None:
    """The smallest value of `ordered` that at least so large a part does not exceed; None of nothing."""
    # Rounded first: 0.9 * 10 is a little more than 9 in binary.
    return ordered[max(0, math.ceil(round(part * len(ordered), 6)) - 1)] if ordered else None
