"""Train the screening model on the texts of `tools/screening`, and write `engine/data/screening.npz`.

    .venv/bin/python tools/train_screening.py            # writes the file
    .venv/bin/python tools/train_screening.py --check    # says whether the file is what this script makes

Only texts written for this project are read. Seeded and single-threaded; the same libraries give the same bytes.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # sums in another order are other bytes; read when numpy is imported

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tools" / "screening")]

from generate import corpus  # noqa: E402

from huiying.engine.post import parse_post  # noqa: E402
from huiying.engine.rules import load_rules  # noqa: E402
from huiying.engine.screen_model import BUCKETS, grams  # noqa: E402
from huiying.engine.screening import Screener  # noqa: E402

TARGET = ROOT / "src/huiying/engine/data/screening.npz"
VERSION = "3"
#: Per question: the inverse of the regularisation, and how much a fact counts beside one text of length one.
RELEVANCE, LEAD, CONCERN, GRAVE = (6.0, 0.35), (20.0, 0.1), (10.0, 0.1), (6.0, 0.2)
#: Of eighteen departments each has few texts. There the discriminating weights and the plain log-ratios of naive Bayes
#: err in different places, and their sum is better than either (Wang and Manning 2012); for two classes it is not.
SMOOTHED = 0.1
#: Training posts are plainer than life, so the raw model is too sure of itself: the log-odds are shifted and scaled
#: so that, on the half of the project's own posts set apart for it, a probability is about a share.
SHIFT, SLOPE = -1.5, 0.8
HIT_FROM, SUSPECT_FROM = 0.5, 0.15


def features(rows: list[dict[str, Any]], columns: dict[str, int] | None = None) -> tuple[Any, dict[str, int]]:
    """The matrix of n-grams (each row of length one) beside the facts, and the facts' columns."""
    screener = Screener(load_rules(), learned=None)
    seen = [screener.seen(parse_post(row)) for row in rows]
    if columns is None:
        names = sorted({name for one in seen for name in one.evidence.names})
        columns = {name: number for number, name in enumerate(names)}
    data: list[float] = []
    indices: list[int] = []
    starts = [0]
    for one in seen:
        buckets = grams(one.readable)
        data.extend([len(buckets) ** -0.5] * len(buckets))
        indices.extend(int(bucket) for bucket in buckets)
        known = sorted(columns[name] for name in one.evidence.names if name in columns)
        data.extend([1.0] * len(known))
        indices.extend(BUCKETS + number for number in known)
        starts.append(len(indices))
    return sparse.csr_matrix((data, indices, starts), shape=(len(rows), BUCKETS + len(columns))), columns


def weights(matrix: Any, labels: list[Any], how: tuple[float, float]) -> tuple[Any, Any, list[Any]]:
    """A regularised linear model: weights by column of the matrix, biases, class names."""
    strength, fact = how
    scale = np.ones(matrix.shape[1])
    scale[BUCKETS:] = fact
    model = LogisticRegression(C=strength, max_iter=300, class_weight="balanced")
    model.fit(matrix @ sparse.diags(scale), labels)
    return model.coef_.T * scale[:, None], model.intercept_, list(model.classes_)


def log_ratios(matrix: Any, labels: list[Any]) -> Any:
    """Of each n-gram and class: how much more often it stands in that class than in the others, as a logarithm."""
    classes, named = sorted(set(labels)), np.array(labels)
    total = np.asarray(matrix[:, :BUCKETS].sum(axis=0)).ravel()
    ratios = np.zeros((matrix.shape[1], len(classes)))
    for place, one in enumerate(classes):
        inside = np.asarray(matrix[named == one][:, :BUCKETS].sum(axis=0)).ravel()
        shares = [(part + SMOOTHED) / (part + SMOOTHED).sum() for part in (inside, total - inside)]
        ratios[:BUCKETS, place] = np.log(shares[0] / shares[1])
    return ratios


def trained(rows: list[dict[str, Any]]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The arrays and the description of a model."""
    matrix, columns = features(rows)
    mine = [number for number, row in enumerate(rows) if row["relevant"]]
    own = matrix[mine]
    relevance, bias0, _ = weights(matrix, [row["relevant"] for row in rows], RELEVANCE)
    given = [rows[number]["lead"] for number in mine]
    lead, bias1, leads = weights(own, given, LEAD)
    lead += log_ratios(own, given)
    concern, bias2, concerns = weights(own, [rows[number]["kind"] for number in mine], CONCERN)
    grave, bias3, _ = weights(own, [rows[number]["severity"] > 1 for number in mine], GRAVE)
    whole = np.hstack([relevance * SLOPE, lead, concern, grave])
    upper, lower = whole[:BUCKETS], whole[BUCKETS:]
    scale = np.vstack([np.abs(upper).max(axis=0) / 127, np.abs(lower).max(axis=0) / 32767]).astype(np.float32)
    arrays = {
        "grams": np.rint(upper / scale[0]).astype(np.int8),
        "facts": np.rint(lower / scale[1]).astype(np.int16),
        "scale": scale,
        "bias": np.concatenate([bias0 * SLOPE + SHIFT, bias1, bias2, bias3]).astype(np.float32),
    }
    meta = {
        "version": VERSION,
        "facts": list(columns),
        "leads": leads,
        "concerns": concerns,
        "hit_from": HIT_FROM,
        "suspect_from": SUSPECT_FROM,
        "posts": len(rows),
    }
    return arrays, meta


def packed(arrays: dict[str, Any], meta: dict[str, Any]) -> bytes:
    """The file's bytes; numpy dates every member 1980, so equal arrays give equal bytes."""
    text = json.dumps(meta, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")
    buffer = io.BytesIO()
    np.savez_compressed(buffer, meta=np.frombuffer(text, dtype=np.uint8), **arrays)
    return buffer.getvalue()


def main() -> int:
    """Write the model, or check it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, do not write")
    options = parser.parse_args()
    made = packed(*trained(corpus()))
    if options.check:
        same = TARGET.is_file() and TARGET.read_bytes() == made
        print("the model is what the script makes" if same else f"{TARGET} differs from what the script makes")
        return 0 if same else 1
    TARGET.write_bytes(made)
    print(f"{TARGET}: {len(made):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
