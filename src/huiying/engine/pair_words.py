"""What two texts share in words, and where they contradict each other: rare words, persons, places, organisations.

Words and their kinds are rjieba's. How rare a word is, is told by its rarest gram in Chinese posts at large.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

import rjieba

from huiying.engine.clusters import spoken
from huiying.engine.duplicates import Scratch, read
from huiying.engine.texts import text_of

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
