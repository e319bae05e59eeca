"""Near-duplicates: exact hash, then MinHash bands to find candidates, then a verified overlap (C5.16).

Deterministic: fixed hash constants, no random numbers. Copies are linked and never deleted. Empty, very short
and boilerplate texts never merge, and neither do two notices that differ in a number or a lot.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from huiying.engine.normalise import is_chinese, normalise

Grams = npt.NDArray[np.uint64]

_BINS: Final = 32
_BANDS: Final = 16
_ROWS: Final = _BINS // _BANDS
MIN_CHARS: Final = 8
MIN_CONTAINED: Final = 14
SAME_JACCARD: Final = 0.5
SAME_CONTAINED: Final = 0.8
_CANDIDATES: Final = 64
# Words that platforms put there themselves: two posts which share only these share nothing.
_BOILERPLATE: Final = tuple(
    normalise(words).text
    for words in (
        "转发微博",
        "轉發微博",
        "转发了",
        "快转微博",
        "分享图片",
        "图片评论",
        "repost",
        "转发理由",
        "网页链接",
        "分享视频",
        "全文",
    )
)
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
_PRIME: Final = np.uint64(0x100000001B3)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What is kept of a text: digest, 3-gram hashes, band keys, numbers, and whether it may merge at all."""

    digest: bytes
    grams: Grams
    bands: tuple[int, ...]
    numbers: frozenset[str]
    mergeable: bool


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The earliest known copy and how alike it is (Jaccard or containment, 0 to 1)."""

    key: str
    similarity: float
    exact: bool


def fingerprint(text: str) -> Fingerprint:
    """The fingerprint of a text as posted."""
    plain = _letters(normalise(text).text)
    grams = _grams(plain)
    return Fingerprint(
        digest=hashlib.blake2b(plain.encode(), digest_size=16).digest(),
        grams=grams,
        bands=_band_keys(grams),
        numbers=numbers_in(plain),
        mergeable=len(plain) >= MIN_CHARS and len(grams) >= MIN_CHARS - 2,
    )


def overlap(left: Grams, right: Grams) -> tuple[float, float]:
    """(Jaccard, share of the shorter one which the longer one contains) of two sorted gram sets."""
    if not len(left) or not len(right):
        return 0.0, 0.0
    shared = len(np.intersect1d(left, right, assume_unique=True))
    return shared / (len(left) + len(right) - shared), shared / min(len(left), len(right))


def without_boilerplate(text: str) -> str:
    """A normalised text without the words that platforms put there themselves."""
    for words in _BOILERPLATE:
        text = text.replace(words, "")
    return text


def numbers_in(text: str) -> frozenset[str]:
    """Numbers of three digits or more, and lot names (一标段, 2包): what tells two like notices apart."""
    found: set[str] = set()
    start = -1
    for index, char in enumerate(f"{text} "):
        if char.isdigit() and char.isascii():
            start = index if start < 0 else start
            continue
        if start >= 0:
            lot = text[index : index + 2] in ("标段", "标包") or text[index : index + 1] == "包"
            if index - start >= 3 or lot:
                found.add(text[start:index])
            start = -1
        if char in "一二三四五六七八九十" and text[index + 1 : index + 3] == "标段":
            found.add(text[index : index + 3])
    return frozenset(found)


class DuplicateIndex:
    """Fingerprints of the last `window` texts. State is a pure function of the sequence of `add` calls."""

    def __init__(self, window: int = 200_000) -> None:
        self._window = window
        self._prints: OrderedDict[str, Fingerprint] = OrderedDict()
        self._exact: dict[bytes, str] = {}
        self._bands: list[dict[int, list[str]]] = [{} for _ in range(_BANDS)]

    def __len__(self) -> int:
        return len(self._prints)

    def find(self, one: Fingerprint) -> Duplicate | None:
        """The earliest copy of `one` among what was added, or None."""
        if not one.mergeable:
            return None
        exact = self._exact.get(one.digest)
        if exact is not None:
            return Duplicate(exact, 1.0, exact=True)
        best: Duplicate | None = None
        for key in self._candidates(one):
            other = self._prints[key]
            if one.numbers and other.numbers and one.numbers - other.numbers and other.numbers - one.numbers:
                continue
            jaccard, contained = overlap(one.grams, other.grams)
            long_enough = min(len(one.grams), len(other.grams)) >= MIN_CONTAINED
            if jaccard >= SAME_JACCARD or (contained >= SAME_CONTAINED and long_enough):
                similarity = max(jaccard, contained if long_enough else 0.0)
                if best is None or similarity > best.similarity:
                    best = Duplicate(key, similarity, exact=False)
        return best

    def same_text(self, one: Fingerprint) -> str | None:
        """The first text with exactly the same letters, even a short one: evidence for a quoted parent."""
        return self._exact.get(one.digest)

    def add(self, key: str, one: Fingerprint) -> None:
        """Remember `one`; the oldest goes when the window is full."""
        if key in self._prints:
            return
        self._prints[key] = one
        if len(one.grams):
            self._exact.setdefault(one.digest, key)
        if one.mergeable:
            for band, value in zip(self._bands, one.bands, strict=True):
                band.setdefault(value, []).append(key)
        if len(self._prints) > self._window:
            self._forget(*self._prints.popitem(last=False))

    def _candidates(self, one: Fingerprint) -> Iterable[str]:
        """Texts which share a band, most shared bands first; bounded, so that a template costs no more."""
        votes: dict[str, int] = {}
        for band, value in zip(self._bands, one.bands, strict=True):
            for key in band.get(value, ())[:_CANDIDATES]:
                votes[key] = votes.get(key, 0) + 1
        return sorted(votes, key=lambda key: -votes[key])[:_CANDIDATES]

    def _forget(self, key: str, one: Fingerprint) -> None:
        if self._exact.get(one.digest) == key:
            del self._exact[one.digest]
        if not one.mergeable:
            return
        for band, value in zip(self._bands, one.bands, strict=True):
            keys = band[value]
            keys.remove(key)
            if not keys:
                del band[value]


def _letters(text: str) -> str:
    """Letters and digits only, boilerplate gone."""
    text = without_boilerplate(text)
    kept = [char for char in text if is_chinese(char) or char.isalnum()]
    return "".join(kept)


def _grams(text: str) -> Grams:
    if len(text) < 3:
        return np.zeros(0, dtype=np.uint64)
    codes = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    with np.errstate(over="ignore"):
        mixed = ((codes[:-2] * _PRIME + codes[1:-1]) * _PRIME + codes[2:]) * _MIX
        mixed ^= mixed >> np.uint64(29)
        mixed *= _MIX
        mixed ^= mixed >> np.uint64(32)
    return np.unique(mixed)


def _band_keys(grams: Grams) -> tuple[int, ...]:
    """One-permutation MinHash: the least hash in each of 32 bins, empty bins filled from their neighbour."""
    if not len(grams):
        return (0,) * _BANDS
    bins = (grams >> np.uint64(59)).astype(np.int64)
    least = np.full(_BINS, np.iinfo(np.uint64).max, dtype=np.uint64)
    np.minimum.at(least, bins, grams)
    filled = np.flatnonzero(least != np.iinfo(np.uint64).max)
    for empty in np.flatnonzero(least == np.iinfo(np.uint64).max):
        # Rotation densification: the next filled bin stands in, so that short texts still have all bands.
        after = filled[np.searchsorted(filled, empty) % len(filled)]
        least[empty] = least[after]
    return tuple(hash((int(least[band * _ROWS]), int(least[band * _ROWS + 1]))) for band in range(_BANDS))
