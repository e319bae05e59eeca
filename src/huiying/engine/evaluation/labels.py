"""`eval labels`: how well labels are learned from examples (C5.14, C7.1).

Without a training file: five folds that keep copies together. What is chosen (variant, calibration) is chosen inside
each training part alone, so no figure has seen its own test.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from huiying.engine import labels as learning
from huiying.engine.evaluation import UsageError
from huiying.engine.labels import VARIANTS, Confidences, Corpus, Indices, count
from huiying.engine.lines import Rejected, read_objects

FOLDS: Final = 5
COVERAGES: Final = (95, 90, 85, 80, 70)
CORRECTIONS: Final = (50, 200, 1000)
DRAWS: Final = 3  # of each size of the learning curve; the mean is given
_BINS: Final = 10
_SEED: Final = 5
_TITLES: Final = ("topic", "title")
_BODIES: Final = ("detail", "text", "textCleaned")


@dataclass(frozen=True)
class _Labelled:
    texts: list[tuple[str, str]]
    labels: list[str]


def evaluate(path: Path, train: Path | None = None) -> dict[str, float]:
    """Flat figures; F1 and accuracy 0–1, `coverage_N` at the N per cent of texts with the highest confidence.

    `macro_f1_85` is over the 85 % that are not abstained from; `learning_50` … are macro-F1 after so many corrections;
    `ece` is the mean gap between confidence and accuracy over ten bins.
    """
    test = _read(path)
    if train is None:
        names = sorted(set(test.labels))
        everything, groups = _numbers(test.labels, names), learning.duplicate_groups(test.texts)
        _require(test, path, names)
        corpus = count(test.texts)
        folds = learning.split(everything, groups, FOLDS, _SEED)
        guess, confidence = np.zeros(len(everything), dtype=np.int64), np.zeros(len(everything))
        powers = []
        for taught, asked in folds:
            guess[asked], confidence[asked], power = _taught(corpus, everything, groups, taught, asked, len(names))
            powers.append(power)
        curve = _learning_curve(corpus, everything, groups, folds, len(names))
    else:
        known = _read(train)
        names = sorted(set(known.labels))
        _require(known, train, names)
        everything = _numbers([*known.labels, *test.labels], [*names, *sorted(set(test.labels) - set(names))])
        texts = known.texts + test.texts
        corpus, groups = count(texts), learning.duplicate_groups(texts)
        taught, asked = np.arange(len(known.labels)), np.arange(len(known.labels), len(texts))
        guess, confidence, power = _taught(corpus, everything, groups, taught, asked, len(names))
        powers = [power]
        curve = _learning_curve(corpus, everything, groups, [(taught, asked)], len(names))
        everything = everything[asked]
    return {
        "n": len(test.labels),
        "classes": len(names),
        "trained_on": len(test.labels) * (FOLDS - 1) // FOLDS if train is None else len(taught),
        **_figures(guess, confidence, everything, len(names)),
        **_baseline(everything, len(names)),
        **curve,
        "variant_power": float(np.mean(powers)),
        **{f"f1_{name}": score for name, score in zip(names, _f1(guess, everything, len(names)), strict=True)},
    }


def _taught(
    corpus: Corpus, labels: Indices, groups: Indices, taught: Indices, asked: Indices, classes: int
) -> tuple[Indices, Confidences, float]:
    """Labels of `asked` with confidence, by the variant that inner folds of `taught` prefer; and its `power`."""
    own, own_groups, own_corpus = labels[taught], groups[taught], corpus.rows(taught)
    tried = [learning.out_of_fold(own_corpus, own, classes, own_groups, variant) for variant in VARIANTS]
    best = int(np.argmax([_macro(margins.argmax(1), own, classes) for margins in tried]))
    fitted = learning.fit(own_corpus, own, classes, VARIANTS[best])
    margins = fitted.margins(corpus.rows(asked).blocks)
    return margins.argmax(1), learning.calibrate(tried[best], own).confidence(margins), VARIANTS[best].power


def _learning_curve(
    corpus: Corpus, labels: Indices, groups: Indices, folds: Sequence[tuple[Indices, Indices]], classes: int
) -> dict[str, float]:
    """Macro-F1 after so many corrections, drawn at random from the training part, tested on the first fold's rest."""
    taught, asked = folds[0]
    blocks, figures = corpus.rows(asked).blocks, {}
    for size in CORRECTIONS:
        scores = []
        for draw in range(DRAWS):
            some = np.random.default_rng(draw).permutation(taught)[:size]
            if len(some) < size or len(set(labels[some])) < 2:
                continue
            fitted = learning.fit(corpus.rows(some), labels[some], classes)
            scores.append(_macro(fitted.margins(blocks).argmax(1), labels[asked], classes))
        if scores:
            figures[f"learning_{size}"] = round(float(np.mean(scores)), 4)
    return figures


def _figures(guess: Indices, confidence: Confidences, labels: Indices, classes: int) -> dict[str, float]:
    right = guess == labels
    order = np.argsort(-confidence, kind="stable")
    figures: dict[str, float] = {
        "accuracy": round(float(right.mean()), 4),
        "macro_f1": round(_macro(guess, labels, classes), 4),
        "ece": round(_gap(confidence, right), 4),
    }
    for coverage in COVERAGES:
        kept = order[: max(1, round(len(order) * coverage / 100))]
        figures[f"accuracy_{coverage}"] = round(float(right[kept].mean()), 4)
        figures[f"macro_f1_{coverage}"] = round(_macro(guess[kept], labels[kept], classes), 4)
    return figures


def _baseline(labels: Indices, classes: int) -> dict[str, float]:
    """What always saying the most frequent label would reach."""
    most = np.full(len(labels), np.bincount(labels).argmax())
    return {
        "baseline_accuracy": round(float((most == labels).mean()), 4),
        "baseline_macro_f1": round(_macro(most, labels, classes), 4),
    }


def _gap(confidence: Confidences, right: npt.NDArray[np.bool_]) -> float:
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    gaps = [
        (bins == one).sum() * abs(confidence[bins == one].mean() - right[bins == one].mean())
        for one in range(_BINS)
        if (bins == one).any()
    ]
    return float(sum(gaps) / len(confidence))


def _macro(guess: Indices, labels: Indices, classes: int) -> float:
    """Mean F1 over the labels that occur."""
    scores = _f1(guess, labels, max(classes, int(labels.max()) + 1))
    return float(np.mean([scores[one] for one in set(labels.tolist())]))


def _f1(guess: Indices, labels: Indices, classes: int) -> list[float]:
    found = []
    for one in range(classes):
        hit = int(((guess == one) & (labels == one)).sum())
        said = int((guess == one).sum() + (labels == one).sum())
        found.append(round(2 * hit / said, 4) if said else 0.0)
    return found


def _numbers(labels: Sequence[str], names: Sequence[str]) -> Indices:
    place = {name: number for number, name in enumerate(names)}
    return np.array([place[label] for label in labels], dtype=np.int64)


def _require(read: _Labelled, path: Path, names: Sequence[str]) -> None:
    least = min(Counter(read.labels).values())
    if len(names) < 2 or least < FOLDS:
        raise UsageError(
            f"{path}：有 {len(names)} 种标注，最少的一种只有 {least} 条；至少要 2 种，每种 {FOLDS} 条，才能分组验证。"
        )


def _read(path: Path) -> _Labelled:
    texts, labels = [], []
    for row in read_objects(path):
        if isinstance(row, Rejected):
            raise UsageError(f"{row.file} 第 {row.line} 行：{row.reason}。请改正后再试。")
        line, one = row
        label = one.get("label")
        if not isinstance(label, str) or not label:
            raise UsageError(f"{path} 第 {line} 行：缺少 label（一个词，如“环境保护”）。请给每一行写上标注。")
        text = _first(one, _TITLES), _first(one, _BODIES)
        if not any(text):
            raise UsageError(f"{path} 第 {line} 行：没有文字；应有 title 或 topic、text 或 detail 之一。")
        texts.append(text)
        labels.append(label)
    if not texts:
        raise UsageError(f"{path} 里一行也没有；应为带 label 的 JSON lines 文件。")
    return _Labelled(texts, labels)


def _first(row: dict[str, Any], names: Sequence[str]) -> str:
    return next((str(row[name]) for name in names if row.get(name)), "")
