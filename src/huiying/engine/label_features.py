"""What a label is read from: the words of a text and its runs of one to three characters, the title counting twice.

A feature weighs what it says about the labels: its frequency, its rarity, and how unevenly the labels use it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import rjieba
from scipy import sparse

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
