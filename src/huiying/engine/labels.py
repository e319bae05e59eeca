"""Labels that learn: a linear model over words and character runs, calibrated, which abstains rather than guesses.

A suggestion, never a decision (C5.14, C7.1). A text is read as its words and its runs of one to three characters, the
title counting twice; the model is trained on the bureau's own corrections.
"""

from __future__ import annotations

import json
import re
import struct
import unicodedata
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import rjieba
from scipy import sparse

from huiying.engine.duplicates import DuplicateIndex, fingerprint
from huiying.engine.said import ModelUnreadable, TooFew

Vector = npt.NDArray[np.float32]
Matrix = Any  # scipy's csr_matrix carries no types

TITLE_COUNTS: Final = 2
MOST_CHARS: Final = 20_000  # nobody needs more of a text to know what it is about, and a megabyte must not stop a night
_LONGEST_RUN: Final = 3
_WORD: Final = re.compile(r"\w")
_BREAK: Final = re.compile(r"[\W_]+")
_DIGIT: Final = re.compile(r"\d")
# A label that uses a feature in one text more than another must not look as if it owned it.
_PRIOR: Final = 1.0


def words_and_runs(title: str, body: str) -> tuple[Counter[str], Counter[str]]:
    """Counts of the words and of the character runs of one text; every digit reads as 0."""
    words: Counter[str] = Counter()
    runs: Counter[str] = Counter()
    for text, times in ((title, TITLE_COUNTS), (body, 1)):
        plain = _DIGIT.sub("0", unicodedata.normalize("NFKC", text[:MOST_CHARS]).lower())
        for word in rjieba.cut(plain, True):
            if _WORD.search(word):
                words[word] += times
        for part in _BREAK.split(plain):
            for length in range(1, _LONGEST_RUN + 1):
                for start in range(len(part) - length + 1):
                    runs[part[start : start + length]] += times
    return words, runs


@dataclass(frozen=True)
class Corpus:
    """Counted texts over one vocabulary: a row a text, a column a feature; `blocks` are words and runs."""

    blocks: tuple[Matrix, Matrix]
    names: tuple[tuple[str, ...], tuple[str, ...]]

    def __len__(self) -> int:
        return int(self.blocks[0].shape[0])

    def rows(self, chosen: Sequence[int] | npt.NDArray[np.int64]) -> Corpus:
        """The same vocabulary, only these texts."""
        words, runs = self.blocks
        return Corpus((words[chosen], runs[chosen]), self.names)


def count(texts: Sequence[tuple[str, str]]) -> Corpus:
    """Count (title, body) pairs. The vocabulary is sorted, so the same texts always give the same columns."""
    counted = [words_and_runs(title, body) for title, body in texts]
    blocks, names = [], []
    for kind in (0, 1):
        vocabulary = sorted({name for row in counted for name in row[kind]})
        blocks.append(matrix_of([row[kind] for row in counted], {name: at for at, name in enumerate(vocabulary)}))
        names.append(tuple(vocabulary))
    return Corpus((blocks[0], blocks[1]), (names[0], names[1]))


def matrix_of(counted: Sequence[Mapping[str, int]], vocabulary: Mapping[str, int]) -> Matrix:
    """Counts as a sparse matrix; what the vocabulary does not have is left out."""
    starts: list[int] = [0]
    columns: list[int] = []
    values: list[int] = []
    for row in counted:
        known = sorted((vocabulary[name], times) for name, times in row.items() if name in vocabulary)
        columns.extend(column for column, _times in known)
        values.extend(times for _column, times in known)
        starts.append(len(columns))
    shape = (len(counted), len(vocabulary))
    data = (np.array(values, dtype=np.float32), np.array(columns, dtype=np.int32), np.array(starts, dtype=np.int32))
    return sparse.csr_matrix(data, shape=shape)


def weights_of(block: Matrix, labels: npt.NDArray[np.int64], classes: int, power: float) -> Vector:
    """What each feature weighs: rarity × (1 - entropy of its use over the labels)^power; 0 where one text has it alone.

    With `power` 0 this is plain idf.
    """
    present = block.copy()
    present.data = np.ones_like(present.data)
    used = np.asarray(present.sum(axis=0), dtype=np.float64).ravel()
    rarity = np.log((1 + len(labels)) / (1 + used)) + 1
    sizes = np.bincount(labels, minlength=classes).astype(np.float64)
    share = np.vstack([np.asarray(present[labels == one].sum(axis=0)).ravel() for one in range(classes)])
    share = share / np.maximum(sizes, 1)[:, None] + _PRIOR / len(labels)
    share /= share.sum(axis=0)
    told = np.clip(1 + (share * np.log(share)).sum(axis=0) / np.log(classes), 0, 1)
    weights: Vector = np.where(used >= 2, rarity * told**power, 0.0).astype(np.float32)
    return weights


def features(blocks: Sequence[Matrix], weights: Sequence[Vector]) -> Matrix:
    """Damped counts × weights, each block of length one, side by side."""
    return sparse.hstack([_unit(block, weight) for block, weight in zip(blocks, weights, strict=True)], format="csr")


def _unit(block: Matrix, weight: Vector) -> Matrix:
    scaled = block.copy()
    scaled.data = (1 + np.log(scaled.data)) * weight[scaled.indices]
    # A row's length is added up in its own order: one summation order, one result, on every machine.
    lengths = np.sqrt(np.asarray(scaled.multiply(scaled).sum(axis=1)).ravel())
    return sparse.diags((1 / np.maximum(lengths, 1e-12)).astype(np.float32)) @ scaled


Margins = npt.NDArray[np.float64]
Confidences = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

LEAST_EXAMPLES: Final = 20
LEAST_OF_A_LABEL: Final = 3  # a label seen less often is not learned: the model would only guess it
SURE_ENOUGH: Final = 0.85  # how often what is suggested should be right, out of fold
_NEVER: Final = 2.0  # a threshold no confidence reaches
_MAGIC: Final = b"HYLABEL1"
_SHOWN_WORDS: Final = 3
_SEED: Final = 20160908


@dataclass(frozen=True, slots=True)
class Settings:
    """`power` of the labels' say in a feature's weight, `cost` of a wrong example, `blocks` used (words, runs)."""

    power: float = 0.5
    cost: float = 1.0
    blocks: tuple[float, float] = (1.0, 1.0)


#: What a nested choice may choose from: few, and apart.
VARIANTS: Final = (Settings(), Settings(power=0.0), Settings(power=0.75), Settings(cost=0.5))


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The likeliest label; `sure` is whether the model would say it aloud. `words` are what spoke for it most."""

    label: str
    confidence: float
    sure: bool
    words: tuple[str, ...]


@dataclass(frozen=True)
class Fitted:
    """Weights over a corpus's columns, not yet calibrated."""

    settings: Settings
    weights: tuple[Vector, Vector]
    coefficients: npt.NDArray[np.float32]  # a row a feature, a column a label
    bias: npt.NDArray[np.float32]

    def margins(self, blocks: Sequence[Matrix]) -> Margins:
        """How far each text lies on each label's side; a row a text."""
        told = features(blocks, self.weights) @ self.coefficients + self.bias
        return np.asarray(told, dtype=np.float64)


def fit(corpus: Corpus, labels: Indices, classes: int, settings: Settings | None = None) -> Fitted:
    """Fit one model. `labels` are class numbers below `classes`, of which at least two occur."""
    # Only learning needs it, and it takes longer to load than all of ours: other commands start without.
    from sklearn.svm import LinearSVC

    chosen = settings or Settings()
    weights = [
        weights_of(block, labels, classes, chosen.power) * np.float32(share)
        for block, share in zip(corpus.blocks, chosen.blocks, strict=True)
    ]
    model = LinearSVC(C=chosen.cost, class_weight="balanced", random_state=_SEED)
    model.fit(features(corpus.blocks, weights), labels)
    rows, bias = model.coef_, model.intercept_
    if len(model.classes_) == 2:
        rows, bias = np.vstack([-rows, rows]), np.concatenate([-bias, bias])
    coefficients = np.zeros((rows.shape[1], classes), dtype=np.float32)
    coefficients[:, model.classes_] = rows.T
    all_bias = np.full(classes, -4.0, dtype=np.float32)  # a label that no example has is far away
    all_bias[model.classes_] = bias
    return Fitted(chosen, (weights[0], weights[1]), coefficients, all_bias)


@dataclass(frozen=True, slots=True)
class Calibration:
    """How often an answer is right, by how far its label lies ahead of the second: a logistic curve over that gap."""

    slope: float
    offset: float

    def confidence(self, margins: Margins) -> Confidences:
        """P(the likeliest label is right), a number a row."""
        told: Confidences = 1 / (1 + np.exp(-(self.slope * gaps(margins) + self.offset)))
        return told


def gaps(margins: Margins) -> Confidences:
    """How far the likeliest label lies ahead of the second likeliest."""
    ordered = np.sort(margins, axis=1)
    ahead: Confidences = ordered[:, -1] - ordered[:, -2]
    return ahead


def calibrate(margins: Margins, labels: Indices) -> Calibration:
    """Fit the curve to out-of-fold margins; two numbers, so that few corrections are enough."""
    from scipy import optimize  # as in `fit`

    ahead, right = gaps(margins), margins.argmax(axis=1) == labels

    def loss(curve: npt.NDArray[np.float64]) -> float:
        told = curve[0] * ahead + curve[1]
        return float((np.logaddexp(0, told) - right * told).mean() + 1e-3 * (curve**2).sum())

    slope, offset = optimize.minimize(loss, np.array([2.0, 0.0]), method="L-BFGS-B", bounds=((0, 50), (-9, 9))).x
    return Calibration(round(float(slope), 6), round(float(offset), 6))


def out_of_fold(
    corpus: Corpus, labels: Indices, classes: int, groups: Indices, settings: Settings | None = None, folds: int = 3
) -> Margins:
    """Margins of each text from a model that saw neither it nor a copy of it."""
    margins = np.zeros((len(labels), classes))
    for train, test in split(labels, groups, folds):
        fitted = fit(corpus.rows(train), labels[train], classes, settings)
        margins[test] = fitted.margins(corpus.rows(test).blocks)
    return margins


def split(labels: Indices, groups: Indices, folds: int, seed: int = _SEED) -> list[tuple[Indices, Indices]]:
    """Folds that keep groups together and labels in proportion; each trains on at least two labels."""
    from sklearn.model_selection import StratifiedGroupKFold  # as in `fit`

    splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    found = [(train, test) for train, test in splitter.split(labels, labels, groups) if len(test)]
    return [(train, test) for train, test in found if len(set(labels[train])) > 1]


def threshold_for(confidence: npt.NDArray[np.float64], right: npt.NDArray[np.bool_], wanted: float) -> float:
    """The lowest confidence from which on answers are right at the `wanted` rate; one that nothing reaches if none is.

    At least ten answers must stand behind it.
    """
    order = np.argsort(-confidence, kind="stable")
    rate = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    good = [place for place in range(9, len(order)) if rate[place] >= wanted]
    return float(confidence[order[good[-1]]]) if good else _NEVER


def duplicate_groups(texts: Sequence[tuple[str, str]]) -> Indices:
    """A group number a text: copies and near-copies share one, so that no fold learns from a copy of its test."""
    index, groups, titles = DuplicateIndex(), list[int](), dict[str, int]()
    for number, (title, body) in enumerate(texts):
        one = fingerprint(f"{title}\n{body}")
        copy, name = index.find(one), "".join(title.split())
        group = groups[int(copy.key)] if copy else titles.get(name, number) if len(name) > 6 else number
        groups.append(group)
        titles.setdefault(name, group)
        index.add(str(number), one)
    return np.array(groups, dtype=np.int64)


@dataclass(frozen=True)
class LabelModel:
    """A trained, calibrated model with its own vocabulary. `examples` is how many it was trained on."""

    labels: tuple[str, ...]
    names: tuple[tuple[str, ...], tuple[str, ...]]
    fitted: Fitted
    calibration: Calibration
    threshold: float
    examples: int

    def suggestions(self, texts: Sequence[tuple[str, str]]) -> list[tuple[str, float]]:
        """The likeliest label of each (title, body), and how often such an answer is right."""
        margins = self.fitted.margins(self._blocks(texts))
        told = zip(margins.argmax(axis=1), self.calibration.confidence(margins), strict=True)
        return [(self.labels[int(best)], float(confidence)) for best, confidence in told]

    def suggest(self, title: str, body: str) -> Suggestion:
        """The likeliest label of one text, how sure, and by which words."""
        blocks = self._blocks([(title, body)])
        margins = self.fitted.margins(blocks)
        best, confidence = int(margins[0].argmax()), float(self.calibration.confidence(margins)[0])
        return Suggestion(self.labels[best], confidence, confidence >= self.threshold, self._words_for(blocks, best))

    def _blocks(self, texts: Sequence[tuple[str, str]]) -> list[Matrix]:
        counted = [words_and_runs(title, body) for title, body in texts]
        vocabularies = self._vocabularies()
        return [matrix_of([row[kind] for row in counted], vocabularies[kind]) for kind in (0, 1)]

    def _vocabularies(self) -> tuple[dict[str, int], dict[str, int]]:
        kept: tuple[dict[str, int], dict[str, int]] | None = self.__dict__.get("_kept")
        if kept is None:
            words, runs = ({name: at for at, name in enumerate(names)} for names in self.names)
            kept = self.__dict__["_kept"] = (words, runs)
        return kept

    def _words_for(self, blocks: Sequence[Matrix], label: int) -> tuple[str, ...]:
        """Whole words only: a run of characters is no reason that a person could check."""
        row = features(blocks, self.fitted.weights)[0].tocoo()
        said = [
            (float(value * self.fitted.coefficients[column, label]), self.names[0][column])
            for column, value in zip(row.col, row.data, strict=True)
            if column < len(self.names[0]) and len(self.names[0][column]) > 1 and self.names[0][column] != "00"
        ]
        best = sorted(said, key=lambda one: (-one[0], one[1]))[:_SHOWN_WORDS]
        return tuple(word for value, word in best if value > 0)

    def to_bytes(self) -> bytes:
        """The same model gives the same bytes, on every machine of one byte order."""
        fitted = self.fitted
        head = {
            "labels": self.labels,
            "settings": [fitted.settings.power, fitted.settings.cost, *fitted.settings.blocks],
            "calibration": [self.calibration.slope, self.calibration.offset],
            "threshold": self.threshold,
            "examples": self.examples,
            "sizes": [len(names) for names in self.names],
        }
        parts = [
            json.dumps(head, ensure_ascii=False, sort_keys=True).encode(),
            *("\n".join(names).encode() for names in self.names),
            *(
                np.asarray(array, dtype="<f4").tobytes()
                for array in (*fitted.weights, fitted.coefficients, fitted.bias)
            ),
        ]
        body = b"".join(struct.pack("<Q", len(part)) + part for part in parts)
        return _MAGIC + zlib.compress(body, 6)

    @classmethod
    def from_bytes(cls, content: bytes) -> LabelModel:
        """Read what `to_bytes` wrote. Raises ModelUnreadable for anything else."""
        if not content.startswith(_MAGIC):
            raise ModelUnreadable("这不是标签模型文件")
        try:
            return cls._read(zlib.decompress(content[len(_MAGIC) :]))
        except (zlib.error, struct.error, ValueError, KeyError, TypeError, IndexError) as error:
            raise ModelUnreadable(f"标签模型文件已损坏：{error}") from error

    @classmethod
    def _read(cls, body: bytes) -> LabelModel:
        parts, at = [], 0
        while at < len(body):
            (size,) = struct.unpack_from("<Q", body, at)
            parts.append(body[at + 8 : at + 8 + size])
            at += 8 + size
        head: dict[str, Any] = json.loads(parts[0])
        words, runs = (tuple(part.decode().split("\n")) if part else () for part in parts[1:3])
        arrays = [np.frombuffer(part, dtype="<f4") for part in parts[3:7]]
        labels = tuple(str(label) for label in head["labels"])
        if [len(words), len(runs)] != head["sizes"] or len(arrays[0]) != len(words) or len(arrays[1]) != len(runs):
            raise ModelUnreadable("标签模型文件不完整")
        coefficients = arrays[2].reshape(len(words) + len(runs), len(labels))
        power, cost, *blocks = head["settings"]
        fitted = Fitted(Settings(power, cost, (blocks[0], blocks[1])), (arrays[0], arrays[1]), coefficients, arrays[3])
        if arrays[3].shape != (len(labels),) or not np.isfinite(coefficients).all():
            raise ModelUnreadable("标签模型文件里的数字不对")
        return cls(
            labels, (words, runs), fitted, Calibration(*head["calibration"]), float(head["threshold"]), head["examples"]
        )


def train(
    texts: Sequence[tuple[str, str]],
    labels: Sequence[str],
    settings: Settings | None = None,
    wanted: float = SURE_ENOUGH,
) -> LabelModel:
    """Train and calibrate on (title, body) pairs. Raises TooFew where that would be guessing.

    Labels seen fewer than LEAST_OF_A_LABEL times are left out: such a text is then unlike anything known.
    """
    seen = {label: sum(one == label for one in labels) for label in set(labels)}
    known = tuple(sorted(label for label, times in seen.items() if times >= LEAST_OF_A_LABEL))
    kept = [place for place, label in enumerate(labels) if label in known]
    if len(kept) < LEAST_EXAMPLES or len(known) < 2:
        raise TooFew(f"可学的更正只有 {len(kept)} 条、{len(known)} 类；至少要 {LEAST_EXAMPLES} 条、2 类，每类 3 条")
    chosen = [texts[place] for place in kept]
    numbers = np.array([known.index(labels[place]) for place in kept], dtype=np.int64)
    corpus = count(chosen)
    margins = out_of_fold(corpus, numbers, len(known), duplicate_groups(chosen), settings)
    curve = calibrate(margins, numbers)
    least = threshold_for(curve.confidence(margins), margins.argmax(axis=1) == numbers, wanted)
    # Where nearly all was right the least sure of them sets no bar: a confidence of `wanted` is enough by itself.
    threshold = min(least, wanted) if least <= 1 else least
    fitted = fit(corpus, numbers, len(known), settings)
    return _compact(LabelModel(known, corpus.names, fitted, curve, threshold, len(kept)))


def _compact(model: LabelModel) -> LabelModel:
    """Without the features that weigh nothing."""
    kept = [np.flatnonzero(weights) for weights in model.fitted.weights]
    words, runs = (tuple(names[place] for place in places) for names, places in zip(model.names, kept, strict=True))
    rows = np.concatenate([kept[0], kept[1] + len(model.names[0])])
    fitted = replace(
        model.fitted,
        weights=(model.fitted.weights[0][kept[0]], model.fitted.weights[1][kept[1]]),
        coefficients=model.fitted.coefficients[rows],
    )
    return replace(model, names=(words, runs), fitted=fitted)
