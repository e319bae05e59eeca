"""Fits how sure an edge to a cascade's root is: prints weights for `engine/spread.py` and what cross-validation says.

python tools/fit_spread.py TREES.jsonl: a repost tree a line, as `huiying eval spread` reads it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold

from huiying.engine.evaluation.spread import calibration_error, examples, tree_of
from huiying.engine.spread import FEATURES


def main(path: Path) -> None:
    rows, labels, groups = [], [], []
    for line, text in enumerate(path.read_text("utf-8").splitlines(), 1):
        for features, is_root in examples(tree_of(json.loads(text), path, line)):
            rows.append(features)
            labels.append(is_root)
            groups.append(line)
    x, y, trees = np.array(rows), np.array(labels), np.array(groups)
    held_back = np.zeros(len(y))
    for train, test in GroupKFold(5).split(x, y, trees):
        held_back[test] = LogisticRegression(max_iter=1000).fit(x[train], y[train]).predict_proba(x[test])[:, 1]
    model = LogisticRegression(max_iter=1000).fit(x, y)
    print("weights", dict(zip(FEATURES, model.coef_[0].round(3).tolist(), strict=True)))
    print("intercept", model.intercept_.round(3).tolist())
    error = calibration_error(list(zip(y.tolist(), held_back.tolist(), strict=True)))
    print(f"held-back trees: ece {error:.4f}, auc {roc_auc_score(y, held_back):.4f}, n {len(y)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
