"""The same event or not? A small logistic model over the words, names and numbers that two texts share or contradict.

For `eval events` on labelled pairs without a stream around them. Words and their kinds are rjieba's; how rare a word is
was counted when the model was made.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Final

import rjieba

from huiying.engine.clusters import spoken
from huiying.engine.duplicates import Scratch, read
from huiying.engine.texts import conflict, entities, fold, text_of

#: rjieba's part of speech begins with one of these.
KINDS: Final = {
    "person": ("nr",), "place": ("ns",), "organisation": ("nt", "nz"), "noun": ("n",), "verb": ("v",), "count": ("m",),
}  # fmt: skip
_RAREST: Final = 3
_EDGE: Final = 20


@dataclass(frozen=True)
class Words:
    """The words of a text of two characters and more, each with its rarity, and those of each kind."""

    rarity: Mapping[str, float]
    weight: Mapping[str, float]
    kinds: Mapping[str, frozenset[str]]


def weighed(text: str) -> dict[int, float]:
    """The stream's grams of a text with their rarity in Chinese posts at large."""
    from huiying.engine.kernels import step

    scratch = _scratch()
    seen, texts = spoken()
    read(text_of("", text), scratch, seen)
    rows = scratch.arrays[0][: scratch.facts[step.ROWS]].tolist()
    return {row: math.log(1.0 + texts / (float(seen[row, 0]) + 0.5)) for row in rows}


@cache
def _scratch() -> Scratch:
    return Scratch()


@lru_cache(maxsize=20_000)
def _rarity(word: str) -> float:
    return max(weighed(word).values(), default=0.0)


@lru_cache(maxsize=2_000)
def words_of(folded: str) -> Words:
    """The words of a folded text."""
    tagged = [(word, tag) for word, tag in rjieba.tag(folded) if len(word) >= 2 and any(map(str.isalnum, word))]
    counts, tags = Counter(word for word, _ in tagged), dict(tagged)
    rarity = {word: _rarity(word) for word in counts}
    return Words(
        rarity=rarity,
        weight={word: (1.0 + math.log(count)) * rarity[word] for word, count in counts.items()},
        kinds={
            kind: frozenset(word for word, tag in tags.items() if tag.startswith(starts))
            for kind, starts in KINDS.items()
        },
    )


def word_features(one: str, other: str) -> dict[str, float]:
    """Agreement and conflict of two folded texts in words, by name; the order of the two does not matter."""
    left, right = words_of(one), words_of(other)
    shared = left.weight.keys() & right.weight.keys()
    rare = sorted((left.rarity[word] for word in shared), reverse=True)
    both = math.fsum(min(left.weight[word], right.weight[word]) for word in shared)
    sums = sorted((math.fsum(left.weight.values()), math.fsum(right.weight.values())))
    alone = sorted(_rarest(words.rarity, words.rarity.keys() - shared) for words in (left, right))
    found = {
        "word_cosine": cosine(left.weight, right.weight),
        "word_contained": both / sums[0] if sums[0] else 0.0,
        "word_joint": both / sums[1] if sums[1] else 0.0,
        "word_shared": math.log1p(math.fsum(rare)),
        "word_alone_less": alone[0],
        "word_alone_more": alone[1],
    }
    for place in range(_RAREST):
        found[f"word_rare_{place + 1}"] = rare[place] if place < len(rare) else 0.0
    for kind in KINDS:
        mine, theirs = left.kinds[kind], right.kinds[kind]
        common = len(mine & theirs)
        found[f"same_{kind}"] = float(common)
        found[f"other_{kind}"] = float(bool(mine and theirs and not common))
        found[f"part_{kind}"] = common / max(1, min(len(mine), len(theirs)))
    return found | _edges(one, other)


def _rarest(rarity: Mapping[str, float], words: Collection[str]) -> float:
    """How rare the three rarest words are that the other text does not have."""
    return math.fsum(sorted((rarity[word] for word in words), reverse=True)[:_RAREST]) / _RAREST


def _edges(one: str, other: str) -> dict[str, float]:
    """What a text is about mostly stands at its beginning."""
    heads, tails = (_pairs(one[:_EDGE]), _pairs(other[:_EDGE])), (_pairs(one[-_EDGE:]), _pairs(other[-_EDGE:]))
    inside = sorted((len(heads[0] & _pairs(other)), len(heads[1] & _pairs(one))))
    return {
        "heads": len(heads[0] & heads[1]) / _EDGE,
        "head_inside_less": inside[0] / _EDGE,
        "head_inside_more": inside[1] / _EDGE,
        "tails": len(tails[0] & tails[1]) / _EDGE,
    }


def _pairs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}


def cosine(left: Mapping[Any, float], right: Mapping[Any, float]) -> float:
    """The cosine of two bags of weights; 0 where one is empty."""
    dot = math.fsum(weight * right[key] for key, weight in left.items() if key in right)
    lengths = math.fsum(w * w for w in left.values()) * math.fsum(w * w for w in right.values())
    return dot / math.sqrt(lengths) if lengths else 0.0


_RARE: Final = 8.0
_SIZES: Final = (1, 2, 3)


def same_event(left: str, right: str) -> float:
    """How probable it is that two texts are about one event, 0 to 1."""
    model = _model()
    total = float(model["bias"])
    for name, value in features(left, right).items():
        held = model["features"][name]
        total += held["weight"] * (value - held["mean"]) / held["scale"]
    return 1.0 / (1.0 + math.exp(-max(min(total, 50.0), -50.0)))


def threshold() -> float:
    """The probability from which two texts count as one event."""
    return float(_model()["threshold"])


@cache
def _model() -> dict[str, Any]:
    raw = (resources.files("huiying.engine") / "data" / "pairs.json").read_text("utf-8")
    model: dict[str, Any] = json.loads(raw)
    return model


def features(left: str, right: str) -> dict[str, float]:
    """Lexical agreement and conflict of two texts, by name; the order of the two does not matter."""
    one, other = fold(left), fold(right)
    found: dict[str, float] = {}
    bags = {size: (_bag(one, size), _bag(other, size)) for size in _SIZES}
    for size, (first, second) in bags.items():
        found[f"cosine_{size}"] = cosine(first, second)
    rare = weighed(left), weighed(right)
    found["cosine_rare"] = cosine(*rare)
    shared = rare[0].keys() & rare[1].keys()
    sums = sorted((math.fsum(rare[0].values()), math.fsum(rare[1].values())))
    both = sorted((min(rare[0][row], rare[1][row]) for row in shared), reverse=True)
    found["contained"] = math.fsum(both) / sums[0] if sums[0] else 0.0
    found["joint"] = math.fsum(both) / sums[1] if sums[1] else 0.0
    found["rarest"] = both[0] if both else 0.0
    found["rare_shared"] = math.log1p(sum(weight >= _RARE for weight in both))
    found["common_run"] = math.log1p(_longest_run(one, other))
    lengths = sorted((len(one), len(other)))
    found["length"] = math.log1p(lengths[0])
    found["length_ratio"] = lengths[0] / lengths[1] if lengths[1] else 0.0
    names = entities(left), entities(right)
    found["same_name"] = float(len(names[0] & names[1]))
    found["other_name"] = float(conflict(*names))
    digits = _numbers(one), _numbers(other)
    found["same_number"] = float(len(digits[0] & digits[1]))
    found["other_number"] = float(bool(digits[0] and digits[1] and not digits[0] & digits[1]))
    latin = _latin(one), _latin(other)
    found["same_latin"] = float(len(latin[0] & latin[1]))
    first, second = bags[2]
    found["overlap"] = len(first.keys() & second.keys()) / max(min(len(first), len(second)), 1)
    found["jaccard"] = len(first.keys() & second.keys()) / max(len(first.keys() | second.keys()), 1)
    return found | word_features(one, other)


def _bag(text: str, size: int) -> dict[str, float]:
    """Grams of a size with damped counts, weighed by how rare their rows are."""
    plain = [char for char in text if char.isalnum()]
    counts = Counter("".join(plain[at : at + size]) for at in range(len(plain) - size + 1))
    return {gram: 1.0 + math.log(count) for gram, count in counts.items()}


def _longest_run(left: str, right: str) -> int:
    """The length of the longest common run of characters, of texts cut to 200."""
    left, right = left[:200], right[:200]
    best, row = 0, [0] * (len(right) + 1)
    for char in left:
        previous = 0
        for at, other in enumerate(right, start=1):
            kept = row[at]
            row[at] = previous + 1 if char == other else 0
            best = max(best, row[at])
            previous = kept
    return best


def _numbers(text: str) -> frozenset[str]:
    return frozenset("".join(char if char.isascii() and char.isdigit() else " " for char in text).split())


def _latin(text: str) -> frozenset[str]:
    words = "".join(char if char.isascii() and char.isalpha() else " " for char in text).split()
    return frozenset(word for word in words if len(word) > 1)
