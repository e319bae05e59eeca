"""Make `engine/data/pairs.json`: the logistic model of `engine/pairs.py`, from labelled pairs.

    python tools/train_pairs.py FILE — JSON lines with source, target, label.

Prints the cross-validated figures (five folds, pairs that share a text kept together, the threshold chosen on inner
folds) and then trains on all of the file.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict

from huiying.engine.pairs import features

OUTPUT = Path(__file__).resolve().parents[1] / "src" / "huiying" / "engine" / "data" / "pairs.json"
FOLDS = 5
C = 0.3


def main(file: str) -> None:
    rows = [json.loads(line) for line in Path(file).read_text("utf-8").split("\n") if line.strip()]
    found = [features(row["source"], row["target"]) for row in rows]
    names = list(found[0])
    x = np.array([[one[name] for name in names] for one in found])
    y = np.array([int(row["label"]) for row in rows])
    groups = components(rows)
    mean, scale = x.mean(axis=0), np.maximum(x.std(axis=0), 1e-9)
    z = (x - mean) / scale
    said = np.zeros(len(y), bool)
    sure = np.zeros(len(y))
    for train, test in GroupKFold(FOLDS).split(z, y, groups):
        inner = cross_val_predict(
            model(), z[train], y[train], groups=groups[train], cv=GroupKFold(FOLDS), method="predict_proba"
        )[:, 1]
        cut = best_cut(inner, y[train])
        sure[test] = model().fit(z[train], y[train]).predict_proba(z[test])[:, 1]
        said[test] = sure[test] >= cut
    print(f"{len(y)} pairs, {y.sum()} positive; cross-validated F1 {f1(said, y):.4f}, AUC {roc_auc_score(y, sure):.4f}")
    out = cross_val_predict(model(), z, y, groups=groups, cv=GroupKFold(FOLDS), method="predict_proba")[:, 1]
    fitted = model().fit(z, y)
    held = {
        name: {"weight": round(float(w), 5), "mean": round(float(m), 5), "scale": round(float(s), 5)}
        for name, w, m, s in zip(names, fitted.coef_[0], mean, scale, strict=True)
    }
    made = {
        "bias": round(float(fitted.intercept_[0]), 5),
        "threshold": round(float(best_cut(out, y)), 4),
        "features": held,
    }
    OUTPUT.write_text(json.dumps(made, indent=1) + "\n", "utf-8")


def model() -> LogisticRegression:
    return LogisticRegression(C=C, max_iter=2_000)


def f1(said: np.ndarray, true: np.ndarray) -> float:
    right = float((said & (true == 1)).sum())
    return 2 * right / max(float(said.sum() + true.sum()), 1.0)


def best_cut(sure: np.ndarray, true: np.ndarray) -> float:
    return max(np.arange(0.05, 0.7, 0.005), key=lambda cut: f1(sure >= cut, true))


def components(rows: list[dict[str, str]]) -> np.ndarray:
    """A number for each pair, the same for pairs that are connected by shared texts."""
    parent: dict[str, str] = {}

    def root(text: str) -> str:
        parent.setdefault(text, text)
        while parent[text] != text:
            parent[text] = parent[parent[text]]
            text = parent[text]
        return text

    for row in rows:
        parent[root(row["source"])] = root(row["target"])
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(root(row["source"]), len(numbers)) for row in rows])


main(sys.argv[1])
