"""How well one grouping of posts agrees with another: NMI, B³, ARI, V-measure, best-match and pairwise F1.

All work on two equally long sequences of labels and on their contingency table, so that they cost time linear in
the rows. A grouping is never compared by names: only by who stands with whom.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

Labels = Sequence[Hashable]


@dataclass(frozen=True, slots=True)
class Contingency:
    """Sizes of the true groups, of the found groups and of their overlaps; `n` rows in all."""

    n: int
    true: Counter[Hashable]
    found: Counter[Hashable]
    both: Counter[tuple[Hashable, Hashable]]


def contingency(true: Labels, found: Labels) -> Contingency:
    """Count overlaps. Raises ValueError where the two do not have the same length."""
    pairs = list(zip(true, found, strict=True))
    return Contingency(len(pairs), Counter(true), Counter(found), Counter(pairs))


def scores(true: Labels, found: Labels) -> dict[str, float]:
    """Every metric of this module under its name; an empty input gives zeros."""
    table = contingency(true, found)
    if not table.n:
        return dict.fromkeys(("nmi", "v_measure", "ari", "b3_p", "b3_r", "b3_f1", "pair_p", "pair_r", "pair_f1"), 0.0)
    precision, recall, f1 = b_cubed(table)
    pair_precision, pair_recall, pair_f1 = pairwise(table)
    macro, micro = best_match(table)
    return {
        "nmi": nmi(table),
        "v_measure": v_measure(table),
        "ari": adjusted_rand(table),
        "b3_p": precision,
        "b3_r": recall,
        "b3_f1": f1,
        "best_match_macro": macro,
        "best_match_micro": micro,
        "pair_p": pair_precision,
        "pair_r": pair_recall,
        "pair_f1": pair_f1,
    }


def nmi(table: Contingency) -> float:
    """Mutual information over the geometric mean of the two entropies, as MStream and OSDM report it."""
    scale = math.sqrt(_entropy(table.true, table.n) * _entropy(table.found, table.n))
    return _information(table) / scale if scale else float(len(table.true) == len(table.found))


def v_measure(table: Contingency) -> float:
    """Harmonic mean of homogeneity and completeness: mutual information over the arithmetic mean."""
    scale = (_entropy(table.true, table.n) + _entropy(table.found, table.n)) / 2
    return _information(table) / scale if scale else 1.0


def adjusted_rand(table: Contingency) -> float:
    """Hubert and Arabie's index: 0 for chance, 1 for the same grouping."""
    both, true, found = (sum(map(_pairs, sizes.values())) for sizes in (table.both, table.true, table.found))
    every = _pairs(table.n)
    expected = true * found / every if every else 0.0
    ceiling = (true + found) / 2
    return (both - expected) / (ceiling - expected) if ceiling != expected else 1.0


def b_cubed(table: Contingency) -> tuple[float, float, float]:
    """B³ precision, recall and F1: the mean over posts of how pure, and how whole, each one's group is."""
    precision = recall = 0.0
    for (true, found), size in table.both.items():
        precision += size * size / table.found[found]
        recall += size * size / table.true[true]
    precision, recall = precision / table.n, recall / table.n
    return precision, recall, _harmonic(precision, recall)


def pairwise(table: Contingency) -> tuple[float, float, float]:
    """Precision, recall and F1 over pairs of posts that stand together."""
    both, true, found = (sum(map(_pairs, sizes.values())) for sizes in (table.both, table.true, table.found))
    precision, recall = both / found if found else 0.0, both / true if true else 0.0
    return precision, recall, _harmonic(precision, recall)


def best_match(table: Contingency) -> tuple[float, float]:
    """(macro, micro): each true group's F1 with the found group that suits it best, plain and weighed by size."""
    best: dict[Hashable, float] = {}
    for (true, found), size in table.both.items():
        f1 = 2 * size / (table.true[true] + table.found[found])
        best[true] = max(best.get(true, 0.0), f1)
    micro = sum(f1 * table.true[true] for true, f1 in best.items()) / table.n
    return sum(best.values()) / len(best), micro


def _entropy(sizes: Counter[Hashable], n: int) -> float:
    return -math.fsum(size / n * math.log(size / n) for size in sizes.values())


def _information(table: Contingency) -> float:
    return math.fsum(
        size / table.n * math.log(size * table.n / (table.true[true] * table.found[found]))
        for (true, found), size in table.both.items()
    )


def _pairs(size: int) -> int:
    return size * (size - 1) // 2


def _harmonic(left: float, right: float) -> float:
    return 2 * left * right / (left + right) if left + right else 0.0
