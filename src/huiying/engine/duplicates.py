"""Near-duplicates: exact digest, then MinHash bands to find candidates, then a verified overlap (C5.16).

Deterministic: fixed hash constants, no random numbers. Copies are linked and never deleted. Empty, very short
and boilerplate texts never merge, and neither do two notices that differ in a number or a lot.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from huiying.engine.texts import (
    MAX_CHARS,
    Text,
    ends,
    fillers,
    numbers_in as numbers_in,
    text_of,
    without_boilerplate as without_boilerplate,
)

Grams = npt.NDArray[np.uint32]

MIN_CHARS: Final = 8
MIN_CONTAINED: Final = 14
#: Letters beside hashtags below which a post is one more voice under a hashtag, and no copy of another one.
MIN_BARE: Final = 12
SAME_JACCARD: Final = 0.5
SAME_CONTAINED: Final = 0.8
_TITLE_WEIGHT: Final = 3.0
_PROBES: Final = 16
_ROOMY: Final = 4
# Sketch hashes that a post keeps on average; where posts are longer, the oldest can no longer be verified.
_KEPT: Final = 64
_LEAST_ARENA: Final = 1 << 16
_MOST_HEADS: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What is kept of a text: digest (0: no letters), sorted 3-gram hashes, band keys, numbers, may it merge at all."""

    digest: int
    grams: Grams
    bands: tuple[int, ...]
    numbers: Grams
    mergeable: bool


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The earliest known copy and how alike it is (Jaccard or containment, 0 to 1)."""

    key: str
    similarity: float
    exact: bool


@dataclass(frozen=True, slots=True)
class Scratch:
    """Room for what the kernels read of one text; `facts` are at the places which `kernels.step` names."""

    arrays: tuple[Any, ...] = field(default_factory=lambda: _scratch())

    @property
    def facts(self) -> npt.NDArray[np.int64]:
        """Counts and flags of the text read last."""
        facts: npt.NDArray[np.int64] = self.arrays[8]
        return facts


def _scratch() -> tuple[Any, ...]:
    from huiying.engine.kernels import features, step

    longest = MAX_CHARS + 2_048
    return (
        np.zeros(features.MAX_GRAMS, np.int64),
        np.zeros(features.MAX_GRAMS, np.float64),
        np.zeros((3, features.MAX_NAMES), np.int64),
        np.zeros(features.MAX_NAMES, np.uint32),
        np.zeros(longest, np.uint32),
        np.zeros(longest, np.uint32),
        np.zeros(step.MAX_NUMBERS, np.uint32),
        np.zeros(features.BANDS + 3, np.uint64),
        np.zeros(8, np.int64),
    )


def read(text: Text, scratch: Scratch, rarity: npt.NDArray[np.int32], title_weight: float = _TITLE_WEIGHT) -> None:
    """Read a text into `scratch`. `rarity` is the stream's table of grams."""
    from huiying.engine.kernels import step

    scratch.arrays[7][step.REST] = text.rest
    step.read(text.codes, text.classes, text.title, text.own, title_weight, ends(), fillers(), scratch.arrays, rarity)
    if text.bare < MIN_BARE:
        scratch.facts[step.MERGEABLE] = 0


def fingerprint(text: str) -> Fingerprint:
    """The fingerprint of a text as posted."""
    from huiying.engine.kernels import features, step

    scratch = Scratch()
    read(text_of("", text), scratch, _no_rarity())
    facts = scratch.facts
    return Fingerprint(
        digest=int(scratch.arrays[7][step.DIGEST]),
        grams=scratch.arrays[5][: facts[step.TOTAL]].copy(),
        bands=tuple(map(int, scratch.arrays[7][: features.BANDS])),
        numbers=scratch.arrays[6][: facts[step.NUMBERED]].copy(),
        mergeable=bool(facts[step.MERGEABLE]),
    )


def overlap(left: Grams, right: Grams) -> tuple[float, float]:
    """(Jaccard, share of the shorter one which the longer one contains) of two sorted gram sets."""
    if not len(left) or not len(right):
        return 0.0, 0.0
    shared = len(np.intersect1d(left, right, assume_unique=True))
    return shared / (len(left) + len(right) - shared), shared / min(len(left), len(right))


class DuplicateIndex:
    """Fingerprints of the last `window` texts. State is a pure function of the sequence of `add` calls.

    `arrays` is what the kernels of `kernels.copies` work on, in their order.
    """

    def __init__(self, window: int = 200_000) -> None:
        from huiying.engine.kernels import features

        slots = table_size(window)
        heads = min(_MOST_HEADS, 1 << max(window - 1, 1).bit_length())
        self.window = window
        self.keys: list[str | None] = [None] * window
        self.arrays: tuple[Any, ...] = (
            np.zeros(slots, np.uint64),
            np.zeros(slots, np.int64),
            np.zeros((features.BANDS, heads), np.int32),
            np.zeros((window, features.BANDS), np.int32),
            np.zeros((window, features.BANDS), np.uint8),
            np.zeros((window, 3), np.int32),
            np.zeros((window, 2), np.int64),
            np.zeros(max(_LEAST_ARENA, window * _KEPT), np.uint32),
            np.zeros(2, np.int64),
        )

    @property
    def count(self) -> int:
        """How many texts were ever added."""
        return int(self.arrays[8][0])

    def __len__(self) -> int:
        return min(self.count, self.window)

    def find(self, one: Fingerprint) -> Duplicate | None:
        """The earliest copy of `one` among what was added, or None."""
        from huiying.engine.kernels import features, step

        if not one.mergeable:
            return None
        exact = self.same_digest(one.digest)
        if exact is not None:
            return Duplicate(exact, 1.0, exact=True)
        sketched = min(len(one.grams), features.SKETCH)
        bands = np.array(one.bands, np.uint64)
        position, likeness = step.find(
            self.arrays, self.window, one.grams, sketched, len(one.grams), bands, one.numbers, len(one.numbers)
        )
        return Duplicate(self.key(position), likeness, exact=False) if position >= 0 else None

    def same_text(self, one: Fingerprint) -> str | None:
        """The first text with exactly the same letters, even a short one: evidence for a quoted parent."""
        return self.same_digest(one.digest)

    def same_digest(self, digest: int) -> str | None:
        """The first text whose letters have this digest."""
        from huiying.engine.kernels import step

        if not digest:
            return None
        oldest = self.count - self.window
        position = step.lookup(self.arrays[0], self.arrays[1], np.array([digest], np.uint64), 0, oldest)
        return self.key(position) if position >= 0 else None

    def key(self, position: int) -> str:
        """The key of the text at a position of the last `window`."""
        key = self.keys[position % self.window]
        assert key is not None
        return key

    def add(self, key: str, one: Fingerprint, copy: Duplicate | None = None) -> None:
        """Remember `one`; the oldest goes when the window is full. `copy` is what `find` said of it."""
        from huiying.engine.kernels import features, step

        position = self.position(copy.key) if copy else -1
        sketched = min(len(one.grams), features.SKETCH)
        self.keys[self.count % self.window] = key
        step.add(
            self.arrays, self.window, np.array([one.digest], np.uint64), 0, one.grams, sketched, len(one.grams),
            np.array(one.bands, np.uint64), one.numbers, len(one.numbers), one.mergeable, position,
        )  # fmt: skip

    def position(self, key: str) -> int:
        """Where a key of the window stands, -1 where it does not. Looks through all: for tests and evaluation."""
        for back in range(1, len(self) + 1):
            if self.keys[(self.count - back) % self.window] == key:
                return self.count - back
        return -1


def table_size(window: int) -> int:
    """Rows of an open table for `window` entries: a power of two, a quarter full, whole rows of probes."""
    return max(_PROBES, 1 << (window * _ROOMY - 1).bit_length())


_ROWS: list[npt.NDArray[np.int32]] = []


def _no_rarity() -> npt.NDArray[np.int32]:
    """A table of grams for those who only want fingerprints."""
    from huiying.engine.kernels import features

    if not _ROWS:
        _ROWS.append(np.zeros((features.ROWS, 2), np.int32))
    return _ROWS[0]
