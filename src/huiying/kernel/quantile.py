"""The one way in which a median and a ninth decile are taken, on pages and in indicators alike (INV-12)."""

from __future__ import annotations

import math
from collections.abc import Sequence


def quantile(ordered: Sequence[float], part: float) -> float | None:
    """The smallest value of `ordered` that at least so large a part does not exceed; None of nothing."""
    # Rounded first: 0.9 * 10 is a little more than 9 in binary.
    return ordered[max(0, math.ceil(round(part * len(ordered), 6)) - 1)] if ordered else None
