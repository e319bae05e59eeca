"""What a bureau's own clearances add to the shipped screening model: few, bounded weights, and only if they help.

A person who clears a suspect or a sampled post says what the model should have said. From these an offset and
weights of single facts are fitted on most of the clearances and tried on the rest, which they never saw.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

#: The name of the offset among the weights.
OFFSET: Final = ""
#: No single weight may move the log-odds further than this, nor all together further than `MOST`.
BOUND: Final = 0.75
MOST: Final = 1.5
#: Fewer clearances than this teach nothing: half of them, at least, must also stand among those held back.
LEAST: Final = 60
LEAST_HELD_BACK: Final = 20
#: A fact must have been seen so often among the clearances learned from.
_SEEN: Final = 8
_PENALTY: Final = 4.0
_ROUNDS: Final = 200
_BETTER_BY: Final = 0.005
# Facts about the matter and the place may be learned; none is about who wrote.
_LEARNED: Final = ("concept:", "group:", "channel:", "topic:", "trade:", "wrong:", "others:", "scope:")


@dataclass(frozen=True, slots=True)
class Cleared:
    """One clearance: the post's key, the model's log-odds without any adjustment, its facts, what a person said."""

    key: str
    odds: float
    names: frozenset[str]
    relevant: bool


@dataclass(frozen=True, slots=True)
class Lesson:
    """Weights that were fitted, and the mean log loss on the clearances held back, before and after."""

    weights: Mapping[str, float]
    learned_from: int
    held_back: int
    loss_before: float
    loss_after: float

    @property
    def helps(self) -> bool:
        """Whether the weights did better on what they never saw, by more than a hair."""
        return self.loss_before - self.loss_after > _BETTER_BY


def shift(weights: Mapping[str, float], names: frozenset[str]) -> float:
    """What an adjustment adds to the log-odds of a post with these facts; never more than `MOST` either way."""
    added = sum(min(max(weight, -BOUND), BOUND) for name, weight in sorted(weights.items()) if name in names)
    offset = min(max(weights.get(OFFSET, 0.0), -BOUND), BOUND)
    return min(max(offset + added, -MOST), MOST)


def lesson(rows: Sequence[Cleared], in_force: Mapping[str, float]) -> Lesson | None:
    """What the clearances teach, compared with the adjustment in force; None where they are too few.

    Which clearances are held back follows from their keys, so the same clearances give the same lesson.
    """
    held = [row for row in rows if _held_back(row.key)]
    learned = [row for row in rows if not _held_back(row.key)]
    if len(rows) < LEAST or len(held) < LEAST_HELD_BACK or len({row.relevant for row in learned}) < 2:
        return None
    weights = _fitted(learned)
    return Lesson(weights, len(learned), len(held), _loss(held, in_force), _loss(held, weights))


def _held_back(key: str) -> bool:
    return hashlib.sha256(key.encode()).digest()[0] % 3 == 0


def _loss(rows: Sequence[Cleared], weights: Mapping[str, float]) -> float:
    """The mean log loss of the rows' labels under an adjustment."""
    import numpy as np  # fitting alone needs it; screening reads the weights

    odds = np.array([row.odds + shift(weights, row.names) for row in rows])
    signs = np.array([1.0 if row.relevant else -1.0 for row in rows])
    return float(np.logaddexp(0.0, -signs * odds).mean())


def _fitted(rows: Sequence[Cleared]) -> dict[str, float]:
    """Penalised logistic weights on top of the model's own odds, by plain descent; bounded after every step."""
    counts = Counter(name for row in rows for name in row.names if name.startswith(_LEARNED))
    names = sorted(name for name, count in counts.items() if _SEEN <= count <= len(rows) - _SEEN)
    import numpy as np  # fitting alone needs it; screening reads the weights

    matrix = np.array([[1.0, *(name in row.names for name in names)] for row in rows], dtype=np.float64)
    base = np.array([row.odds for row in rows])
    wanted = np.array([row.relevant for row in rows], dtype=np.float64)
    weights = np.zeros(matrix.shape[1])
    step = 1.0 / (_PENALTY + 0.25 * float(np.linalg.norm(matrix, 2)) ** 2)  # the curvature's bound: it cannot diverge
    for _ in range(_ROUNDS):
        given = 1.0 / (1.0 + np.exp(-np.clip(base + matrix @ weights, -30.0, 30.0)))
        weights -= step * (matrix.T @ (given - wanted) + _PENALTY * weights)
        weights = np.clip(weights, -BOUND, BOUND)
    return {name: round(float(weight), 6) for name, weight in zip([OFFSET, *names], weights, strict=True)}
