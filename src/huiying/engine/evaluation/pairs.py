"""Pairs with `source`, `target`, `label`: is it the same event? (`eval events` comes here for such files.)"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from huiying.engine.evaluation import UsageError
from huiying.engine.pairs import same_event, threshold


def evaluate_pairs(rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Precision, recall, F1 at the shipped threshold; the area under the ROC curve; the baseline "always the same"."""
    true: list[bool] = []
    sure: list[float] = []
    for number, row in enumerate(rows, start=1):
        label = str(row.get("label"))
        if label not in ("0", "1", "True", "False") or not all(
            isinstance(row.get(n), str) for n in ("source", "target")
        ):
            raise UsageError(f"第 {number} 行：应有 source、target（文字）和 label（0 或 1）。")
        true.append(label in ("1", "True"))
        sure.append(same_event(row["source"], row["target"]))
    said = [value >= threshold() for value in sure]
    right = sum(one and two for one, two in zip(true, said, strict=True))
    precision = right / sum(said) if any(said) else 0.0
    recall = right / sum(true) if any(true) else 0.0
    share = sum(true) / len(true)
    return {
        "n": len(rows),
        "positive": sum(true),
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / (precision + recall) if precision + recall else 0.0,
        "auc": _area(true, sure),
        "always_f1": 2 * share / (1 + share),
    }


def _area(true: Sequence[bool], sure: Sequence[float]) -> float:
    """The probability that a pair of one event stands above one of two; ties count half."""
    order = sorted(range(len(sure)), key=sure.__getitem__)
    ranks, at = [0.0] * len(sure), 0
    while at < len(order):
        end = at
        while end + 1 < len(order) and sure[order[end + 1]] == sure[order[at]]:
            end += 1
        for place in range(at, end + 1):
            ranks[order[place]] = (at + end) / 2 + 1
        at = end + 1
    positive = sum(true)
    if not 0 < positive < len(true):
        return 0.0
    total = sum(rank for rank, one in zip(ranks, true, strict=True) if one)
    return (total - positive * (positive + 1) / 2) / (positive * (len(true) - positive))
