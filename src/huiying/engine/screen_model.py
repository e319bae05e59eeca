"""The learned part of screening: a linear model over character n-grams, concepts, rule hits and the source.

Weights are trained by `tools/train_screening.py` on texts written for this project only, shipped as
`data/screening.npz`. Inference is numpy alone, the same on every machine: integers are summed, and only the last
step is floating point. The model knows the department codes it was trained for; a rule file of another trade is
screened by its rules alone. A bureau's own clearances add few, bounded weights of single facts, fitted on most of them
and taken only if they help on the rest.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from importlib import resources
from typing import Any, Final

import daachorse
import numpy as np
from numpy.typing import NDArray

from huiying.engine.normalise import Standing, ascii_bounded, needs_bounds, normalise
from huiying.engine.post import Post
from huiying.engine.rules import RuleHit

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
STEPS: Final = tuple(map(np.uint64, (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9)))
_LENGTHS: Final = np.arange(1, LONGEST + 1, dtype=np.uint64)[:, None]
FOLD: Final = np.uint64(29)
TOP: Final = np.uint64(64 - BITS)


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
    text: str = field(repr=False, compare=False)
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
        return self.model.totals(grams(self.text), self.facts)


@dataclass(frozen=True, slots=True)
class Concept:
    """A class of the lexicon that was found, with the first word of it as it stands in the text."""

    name: str
    word: str


def grams(text: str) -> NDArray[np.int64]:
    """The distinct hash buckets of a text's 1- to 3-grams, ascending."""
    codes = _codes(text)
    count = len(codes)
    if not count:
        return np.zeros(0, dtype=np.int64)
    # One row for each length: what they have in common is done for all of them at once.
    padded = np.zeros(count + LONGEST - 1, dtype=np.uint64)
    padded[:count] = codes
    mixed = _LENGTHS ^ padded[:count]
    for offset, multiplier in enumerate(STEPS):
        rows = mixed[offset:]
        if offset:
            rows ^= padded[offset : offset + count]
        rows *= multiplier
        rows ^= rows >> FOLD
    mixed *= STEPS[0]
    mixed >>= TOP
    # The last signs of a text begin no longer gram.
    found = np.concatenate([mixed[length, : max(count - length, 0)] for length in range(LONGEST)]).astype(np.uint16)
    found.sort()
    is_new = np.empty(len(found), dtype=np.bool_)
    is_new[0] = True
    np.not_equal(found[1:], found[:-1], out=is_new[1:])
    return found[is_new].astype(np.int64)


Summed = Callable[[str, NDArray[Any]], tuple[int, int]]


def summed(text: str, weights: NDArray[Any]) -> tuple[int, int]:
    """The weights of a text's distinct buckets, in sum, and how many buckets they are."""
    buckets = grams(text)
    return int(weights[buckets].sum(dtype=np.int64)), len(buckets)


_summed: Summed = summed


def compile_sums() -> None:
    """From now on sum by compiled code: the same figures, four times as fast. For processes that have numba loaded."""
    from huiying.engine.kernels import sums

    global _summed
    _summed = lambda text, weights: sums.summed(_codes(text), weights)  # noqa: E731


def _codes(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "replace"), dtype="<u4")


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
        facts = tuple(sorted(self._columns[name] for name in evidence.names if name in self._columns))
        weights, of_facts = self._relevance
        by_text, by_facts, bias = self._of_relevance
        of_text, count = _summed(text, weights)
        total = of_text / math.sqrt(max(count, 1)) * by_text
        total = total + sum(of_facts[fact] for fact in facts) * by_facts + bias
        odds = total - _BACK * math.log(max(len(text), _LONG_FROM) / _LONG_FROM)
        return Judgement(odds, _logistic(odds + added), self, text, facts)

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


# What a matter is about, what is wrong with it, and where it happens: the model also weighs that they stand together.
TRADE: Final = frozenset(
    {
        "bid", "procure", "land", "asset", "envrights", "rural", "platform", "ca", "entry", "deposit", "experts",
        "agency", "witness", "auction", "session", "org", "medical", "collusion", "fraud", "hall",
    }
)  # fmt: skip
WRONG: Final = frozenset({"collusion", "graft", "fraud", "manners", "rumour", "fake", "offline", "implicit"})
OTHER_PREFIX: Final = "x-"
_MANY: Final = 3
_SPECIFIC: Final = 45
_SHORT: Final = 16
_LONG: Final = 80


def evidence_of(
    post: Post,
    masked: str,
    *,
    standing: Standing,
    hits: Sequence[RuleHit],
    concepts: Mapping[str, Concept],
    topics: Mapping[str, int],
    scope: str,
    negative: bool,
) -> Evidence:
    """The facts of one post. `masked` is the normalised, masked text, `standing` which of the rule file's words stand
    in it, `topics` each department's weight.
    """
    names = {f"concept:{name}" for name in concepts}
    trade, wrong = len(TRADE & concepts.keys()), len(WRONG & concepts.keys())
    others = sum(name.startswith(OTHER_PREFIX) for name in concepts)
    names.update((f"trade:{min(trade, _MANY)}", f"wrong:{min(wrong, _MANY)}", f"others:{min(others, 2)}"))
    if trade and wrong:
        names.add("trade×wrong")
    if others and not trade:
        names.add("others only")
    names.update(_topic_names(topics))
    names.update(_rule_names(hits))
    names.add(f"core:{min(standing.count('concept:core'), 2)}")
    names.add(f"channel:{post.channel_class}")
    names.add(f"scope:{scope}")
    names.update(
        name
        for name, holds in {
            "own": post.own_channel,
            "negative": negative,
            "mask": "\0" in masked,
            "named": standing.any("places"),
            "away": standing.any("elsewhere"),
            "foreign": standing.any("concept:foreign"),
            "asks": masked.rstrip().endswith(("?", "吗", "呢")),
            "short": len(masked) < _SHORT,
            "long": len(masked) > _LONG,
        }.items()
        if holds
    )
    return Evidence(frozenset(names))


def _topic_names(topics: Mapping[str, int]) -> set[str]:
    best = max(topics, key=lambda code: topics[code], default=None)
    names = {f"topic:{code}" for code, weight in topics.items() if weight > 1}
    if best is not None and topics[best] > 1:
        names.add(f"foremost:{best}")
    return names


def _rule_names(hits: Sequence[RuleHit]) -> set[str]:
    names = {f"group:{hit.rule.group}" for hit in hits}
    if hits:
        first = max(hits, key=lambda hit: hit.rule.priority)
        names.update(("rule", f"lead:{first.rule.lead}"))
        if first.rule.priority >= _SPECIFIC:
            names.add("specific rule")
    return names


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
