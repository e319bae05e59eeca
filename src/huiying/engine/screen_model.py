"""The learned part of screening: a linear model over character n-grams, concepts, rule hits and the source.

Weights are trained by `tools/train_screening.py` on texts written for this project only, and are shipped as
`data/screening.npz`. Inference is numpy alone, the same on every machine: integers are summed, and only the last
step is floating point. The model knows the department codes it was trained for; a rule file of another trade is
screened by its rules alone.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from importlib import resources
from typing import Any, Final

import daachorse
import numpy as np
from numpy.typing import NDArray

from huiying.engine.normalise import ascii_bounded, needs_bounds, normalise

#: Hash buckets of the n-grams, a power of two: 2¹⁵ buckets keep the file under 2 MB.
BITS: Final = 15
BUCKETS: Final = 1 << BITS
LONGEST: Final = 3
# A long text says what it is about at its beginning; the rest costs time and says little more.
_READ_HEAD: Final = 1_200
_READ_TAIL: Final = 300
# The sum over a long text strays further from nought by chance alone: from this length on the odds are taken back.
# Chosen so that letters about other people's business stay aside while the project's own posts do not move.
_LONG_FROM: Final = 120
_BACK: Final = 3.0
_PLACE: Final = "\ue000"
_ELSEWHERE: Final = "\ue001"
_STEPS: Final = tuple(map(np.uint64, (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9)))
_LENGTHS: Final = np.arange(1, LONGEST + 1, dtype=np.uint64)[:, None]
_FOLD: Final = np.uint64(29)
_TOP: Final = np.uint64(64 - BITS)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the model is told beside the text: yes/no facts by name, each a column of its own."""

    names: frozenset[str]


@dataclass(frozen=True)
class Judgement:
    """`relevance` is a calibrated probability; `leads` and `concerns` are probabilities by name, likeliest first.

    `odds` are the shipped model's own log-odds of relevance, before anything that a bureau's clearances add. All but
    the relevance is worked out when it is asked for: most posts are put aside, and then nobody asks.
    """

    odds: float
    relevance: float
    model: ScreenModel = field(repr=False)
    buckets: NDArray[np.int64] = field(repr=False, compare=False)
    facts: tuple[int, ...] = field(repr=False)

    @cached_property
    def leads(self) -> tuple[tuple[str, float], ...]:
        """Whose matter it is."""
        return _ranked(self.model.leads, self._totals[1 : 1 + len(self.model.leads)])

    @cached_property
    def concerns(self) -> tuple[tuple[str, float], ...]:
        """What kind of speech it is."""
        last = 1 + len(self.model.leads)
        return _ranked(self.model.concerns, self._totals[last : last + len(self.model.concerns)])

    @cached_property
    def grave(self) -> float:
        """The probability that the matter is grave."""
        return _logistic(self._totals[-1])

    @cached_property
    def _totals(self) -> NDArray[np.float64]:
        return self.model.totals(self.buckets, self.facts)


@dataclass(frozen=True, slots=True)
class Concept:
    """A class of the lexicon that was found, with the first word of it as it stands in the text."""

    name: str
    word: str


def grams(text: str) -> NDArray[np.int64]:
    """The distinct hash buckets of a text's 1- to 3-grams, ascending."""
    codes = np.frombuffer(text.encode("utf-32-le", "replace"), dtype="<u4")
    count = len(codes)
    if not count:
        return np.zeros(0, dtype=np.int64)
    # One row for each length: what they have in common is done for all of them at once.
    padded = np.zeros(count + LONGEST - 1, dtype=np.uint64)
    padded[:count] = codes
    mixed = _LENGTHS ^ padded[:count]
    for offset, multiplier in enumerate(_STEPS):
        rows = mixed[offset:]
        if offset:
            rows ^= padded[offset : offset + count]
        rows *= multiplier
        rows ^= rows >> _FOLD
    mixed *= _STEPS[0]
    mixed >>= _TOP
    # The last signs of a text begin no longer gram.
    found = np.concatenate([mixed[length, : max(count - length, 0)] for length in range(LONGEST)]).astype(np.uint16)
    found.sort()
    is_new = np.empty(len(found), dtype=np.bool_)
    is_new[0] = True
    np.not_equal(found[1:], found[:-1], out=is_new[1:])
    return found[is_new].astype(np.int64)


def readable(masked: str, places: Sequence[str], elsewhere: Sequence[str]) -> str:
    """The part of a masked text that the model reads: places are one sign each, digits one digit."""
    text = masked if len(masked) <= _READ_HEAD + _READ_TAIL else f"{masked[:_READ_HEAD]}\n{masked[-_READ_TAIL:]}"
    for place in places:
        text = text.replace(place, _PLACE)
    for place in elsewhere:
        text = text.replace(place, _ELSEWHERE)
    return text.translate(_DIGITS)


class _Digits(dict[int, int]):
    """Code point → what stands for it; one that is no digit stands for itself and is kept, which is faster."""

    def __missing__(self, code: int) -> int:
        self[code] = code
        return code


_DIGITS: Final = _Digits(str.maketrans("123456789一二三四五六七八九两", "000000000" + "〇" * 10))


def concepts_in(masked: str) -> dict[str, Concept]:
    """The lexicon classes found in a masked text, by name, each with its first word."""
    automaton, words, classes = _lexicon()
    found: dict[str, Concept] = {}
    text = masked if len(masked) <= _READ_HEAD + _READ_TAIL else f"{masked[:_READ_HEAD]}\n{masked[-_READ_TAIL:]}"
    for start, end, number in automaton.find_overlapping(text):
        word = words[number]
        if needs_bounds(word) and not ascii_bounded(text, start, end):
            continue
        for name in classes[number]:
            found.setdefault(name, Concept(name, word))
    return found


@cache
def _lexicon() -> tuple[daachorse.CharwiseDoubleArrayAhoCorasick, list[str], list[tuple[str, ...]]]:
    raw = (resources.files("huiying.engine") / "data" / "lexicon.json").read_text("utf-8")
    table: dict[str, list[str]] = json.loads(raw)["classes"]
    by_word: dict[str, list[str]] = {}
    for name, words in table.items():
        for word in words:
            by_word.setdefault(normalise(word).text, []).append(name)
    words = sorted(by_word)
    return (
        daachorse.CharwiseDoubleArrayAhoCorasick(words),
        words,
        [tuple(dict.fromkeys(by_word[word])) for word in words],
    )


class ScreenModel:
    """Weights for one screening: relevance, lead, concern and gravity from one pass over the features."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]], meta: Mapping[str, Any]) -> None:
        self._grams = arrays["grams"]
        self._facts = arrays["facts"]
        self._scale = arrays["scale"]
        self._bias = arrays["bias"]
        # The column of the relevance by itself: for most posts no other is looked at.
        self._relevance = (self._grams[:, 0].copy(), self._facts[:, 0].tolist())
        self._of_relevance = (*map(float, self._scale[:, 0]), float(self._bias[0]))
        self._columns = {name: number for number, name in enumerate(meta["facts"])}
        self.leads: tuple[str, ...] = tuple(meta["leads"])
        self.concerns: tuple[str, ...] = tuple(meta["concerns"])
        self.version = str(meta["version"])
        self.hit_from = float(meta["hit_from"])
        self.suspect_from = float(meta["suspect_from"])

    def judge(self, text: str, evidence: Evidence, added: float = 0.0) -> Judgement:
        """What the model makes of a `readable` text with its evidence; `added` is what the bureau's clearances add."""
        buckets = grams(text)
        facts = tuple(sorted(self._columns[name] for name in evidence.names if name in self._columns))
        weights, of_facts = self._relevance
        by_text, by_facts, bias = self._of_relevance
        total = int(weights[buckets].sum(dtype=np.int64)) / math.sqrt(max(len(buckets), 1)) * by_text
        total = total + sum(of_facts[fact] for fact in facts) * by_facts + bias
        odds = total - _BACK * math.log(max(len(text), _LONG_FROM) / _LONG_FROM)
        return Judgement(odds, _logistic(odds + added), self, buckets, facts)

    def totals(self, buckets: NDArray[np.int64], facts: Sequence[int]) -> NDArray[np.float64]:
        """The sum of each column: relevance, leads, concerns, gravity."""
        total = self._grams[buckets].sum(axis=0, dtype=np.int64) / math.sqrt(max(len(buckets), 1)) * self._scale[0]
        of_facts = self._facts[list(facts)].sum(axis=0, dtype=np.int64)
        summed: NDArray[np.float64] = total + of_facts * self._scale[1] + self._bias
        return summed


@lru_cache(maxsize=1)
def shipped() -> ScreenModel:
    """The model that comes with the package."""
    with (resources.files("huiying.engine") / "data" / "screening.npz").open("rb") as file:
        arrays = dict(np.load(file, allow_pickle=False))
    meta = json.loads(bytes(arrays.pop("meta")).decode("utf-8"))
    return ScreenModel(arrays, meta)


def _logistic(value: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(min(float(value), 30.0), -30.0)))


def _ranked(names: Sequence[str], values: NDArray[np.float64]) -> tuple[tuple[str, float], ...]:
    weights = np.exp(values - values.max())
    shares = weights / weights.sum()
    order = sorted(range(len(names)), key=lambda index: (-shares[index], index))
    return tuple((names[index], float(shares[index])) for index in order)
