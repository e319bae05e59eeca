"""Past events that were about the like: likeness of their titles, rarest words first. Pure: the caller reads them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from huiying.engine.normalise import normalise

SCANNED: Final = 400  # events that are compared: the last ones that are over or have a case
SHOWN: Final = 3
LEAST: Final = 0.18
_SAME: Final = 0.05  # the same department or concern: only beside words in common


@dataclass(frozen=True, slots=True)
class About:
    """What is compared of an event."""

    key: int
    title: str
    lead: str = ""
    concern: str = ""


@dataclass(frozen=True, slots=True)
class Alike:
    """`likeness` 0 to 1, and which runs of characters both titles share, longest first."""

    key: int
    likeness: float
    shared: tuple[str, ...]


def alike(one: About, others: Sequence[About], *, most: int = SHOWN, least: float = LEAST) -> list[Alike]:
    """The likest of `others`, best first; ties go to the one named first."""
    grams = [_grams(other.title) for other in others]
    seen = Counter(gram for found in grams for gram in found)
    mine = _weighed(_grams(one.title), seen, len(others))
    found: list[tuple[float, Alike]] = []
    for other, theirs in zip(others, grams, strict=True):
        likeness = _cosine(mine, _weighed(theirs, seen, len(others)))
        if likeness <= 0 or other.key == one.key:
            continue
        likeness += _SAME * (bool(one.lead) and one.lead == other.lead)
        likeness += _SAME * (bool(one.concern) and one.concern == other.concern)
        if likeness >= least:
            found.append((likeness, Alike(other.key, min(likeness, 1.0), _shared(one.title, other.title))))
    return [same for _likeness, same in sorted(found, key=lambda item: -round(item[0], 9))[:most]]


def _grams(title: str) -> frozenset[str]:
    runs = "".join(char if char.isalnum() else " " for char in normalise(title).text).split()
    return frozenset(run[start : start + 2] for run in runs for start in range(len(run) - 1))


def _weighed(grams: frozenset[str], seen: Counter[str], count: int) -> dict[str, float]:
    """A word that no past event has tells nothing about which of them is the likest: it weighs one, not most."""
    return {gram: math.log1p(count / (1 + seen[gram])) if gram in seen else 1.0 for gram in grams}


def _cosine(one: dict[str, float], other: dict[str, float]) -> float:
    shared = math.fsum(weight * other[gram] for gram, weight in sorted(one.items()) if gram in other)
    size = math.sqrt(math.fsum(w * w for w in one.values()) * math.fsum(w * w for w in other.values()))
    return shared / size if size else 0.0


def _shared(one: str, other: str, most: int = 3) -> tuple[str, ...]:
    """Runs of at least two characters that stand in both, each counted where it first stands."""
    left, right = normalise(one).text, normalise(other).text
    found: list[str] = []
    start = 0
    while start < len(left) - 1:
        stop = start + 2
        if left[start:stop] not in right or not left[start:stop].isalnum():
            start += 1
            continue
        while stop < len(left) and left[stop].isalnum() and left[start : stop + 1] in right:
            stop += 1
        if left[start:stop] not in found:
            found.append(left[start:stop])
        start = stop
    return tuple(sorted(found, key=lambda run: -len(run))[:most])
