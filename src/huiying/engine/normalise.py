"""One spelling for matching, with a way back to the original text, and lists of words found in one pass (C5.10, C5.11).

NFKC, lower case, traditional to simplified, invisible and filler characters gone, disguised spellings
(`wei标`, `围*标`) undone. Each normalised character keeps where it came from, so that a hit is shown in the
words that were really written.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Final

import daachorse
import opencc

# Between two letters of which one is Chinese these are a disguise, never a word.
_HARD_FILLERS: Final = frozenset("*·•・‧∙⋅⋆★☆※●○■□◆◇丶＊^`\u3030")
# These have honest uses next to ASCII (3.5, a-b), so they go only between two Chinese characters.
_SOFT_FILLERS: Final = frozenset(" .-_~|+=\t\n")
FILLERS: Final = _HARD_FILLERS | _SOFT_FILLERS

_FILLER_RUN: Final = re.compile(f"[{re.escape(''.join(sorted(FILLERS)))}]+")
# Stands for a character whose normal form is not one character. No text can hold it: it is a surrogate, and those go.
_ODD: Final = "\udfff"

_REMEMBERED_CHARS: Final = 2_000


@dataclass(frozen=True, slots=True)
class Normalised:
    """`text` is the normalised form; `starts[i]` and `ends[i]` bound its i-th character in `original`."""

    original: str
    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The offsets in the original text of normalised characters `start` to `end` (exclusive)."""
        if start >= end:
            return (0, 0)
        return self.starts[start], self.ends[end - 1]

    def quote(self, start: int, end: int) -> str:
        """The original words of a normalised span."""
        first, last = self.span(start, end)
        return self.original[first:last]


def is_chinese(char: str) -> bool:
    """Whether `char` is a Han character."""
    return "\u3400" <= char <= "\u9fff" or "\U00020000" <= char <= "\U0003134f"


def normalise(original: str) -> Normalised:
    """Normalise `original`; the work is linear in its length, whatever it holds."""
    return _remembered(original) if len(original) <= _REMEMBERED_CHARS else _normalised(original)


@lru_cache(maxsize=1024)
def _remembered(original: str) -> Normalised:
    """The door, the screen, the grading and the stream all read the same text within one batch."""
    return _normalised(original)


def _normalised(original: str) -> Normalised:
    folded = original.translate(_FOLDS)
    if _ODD not in folded:
        return _undisguised(original, *_without_fillers(folded, range(len(original))))
    chars: list[str] = []
    origins: list[int] = []
    for position, char in enumerate(folded):
        if char != _ODD:
            chars.append(char)
            origins.append(position)
            continue
        parts = fold_char(original[position])
        chars.append(parts)
        origins.extend([position] * len(parts))
    return _undisguised(original, *_without_fillers("".join(chars), origins))


def ascii_bounded(text: str, start: int, end: int) -> bool:
    """Whether an ASCII word at this place stands on its own: `ca` is in `ca锁`, not in `cafe` or `ca178`."""
    if start > 0 and _ascii_word(text[start]) and _ascii_word(text[start - 1]):
        return False
    return not (end < len(text) and _ascii_word(text[end - 1]) and _ascii_word(text[end]))


def needs_bounds(term: str) -> bool:
    """Whether a normalised term begins or ends with an ASCII letter or digit."""
    return _ascii_word(term[0]) or _ascii_word(term[-1])


def _ascii_word(char: str) -> bool:
    return char.isascii() and char.isalnum()


@cache
def fold_char(char: str) -> str:
    """One character's normal form; folding twice changes nothing (a fixpoint is looked for)."""
    if char in "\n\t":
        return char
    folded = char
    for _ in range(4):
        step = "".join(_fold_once(part) for part in folded)
        if step == folded:
            break
        folded = step
    return folded


def _fold_once(char: str) -> str:
    if unicodedata.category(char) in ("Cf", "Cc", "Mn", "Me", "Cs"):
        return char if char in "\n\t" else ""
    plain = unicodedata.normalize("NFKC", char).lower()
    return "".join(_simplified(part) if is_chinese(part) else part for part in plain)


def _simplified(char: str) -> str:
    """Alone among its neighbours: whole words would be turned more exactly, but each character keeps its place."""
    converter, variants = _characters()
    simplified: str = variants.get(char) or converter.convert(char)
    return simplified


@cache
def _characters() -> tuple[opencc.OpenCC, dict[str, str]]:
    data = json.loads((resources.files("huiying.engine") / "data" / "variants.json").read_text("utf-8"))
    return opencc.OpenCC("t2s"), {char: plain for plain, chars in data["variants"].items() for char in chars}


class _Folds(dict[int, str]):
    """Code point → its normal form where that is one character, else `_ODD`; filled as characters turn up."""

    def __missing__(self, code: int) -> str:
        folded = fold_char(chr(code))
        value = self[code] = folded if len(folded) == 1 else _ODD
        return value


_FOLDS: Final = _Folds()


def _without_fillers(text: str, origins: Sequence[int]) -> tuple[str, Sequence[int]]:
    pieces: list[str] = []
    kept: list[int] = []
    done = 0
    for run in _FILLER_RUN.finditer(text):
        start, stop = run.span()
        if _is_disguise(run.group(), text[start - 1 : start], text[stop : stop + 1]):
            pieces.append(text[done:start])
            kept.extend(origins[done:start])
            done = stop
    if not done:
        return text, origins
    kept.extend(origins[done:])
    return "".join([*pieces, text[done:]]), kept


def _is_disguise(run: str, before: str, after: str) -> bool:
    if not before or not after or run.count("\n") > 1:
        return False
    chinese = is_chinese(before) + is_chinese(after)
    if chinese == 2:
        return True
    letters = before.isalpha() and after.isalpha()
    return chinese == 1 and letters and all(char in _HARD_FILLERS for char in run)


def _undisguised(original: str, text: str, origins: Sequence[int]) -> Normalised:
    automaton, canonical = _aliases()
    found = [(start, end, pattern) for start, end, pattern in automaton.find(text) if ascii_bounded(text, start, end)]
    if not found:
        return Normalised(original, text, origins, _ends(origins))
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    done = 0
    for start, end, pattern in found:
        _copy(text, origins, done, start, pieces, starts, ends)
        plain = canonical[pattern]
        pieces.append(plain)
        starts.extend([origins[start]] * len(plain))
        ends.extend([origins[end - 1] + 1] * len(plain))
        done = end
    _copy(text, origins, done, len(text), pieces, starts, ends)
    return Normalised(original, "".join(pieces), starts, ends)


def _ends(origins: Sequence[int]) -> Sequence[int]:
    """Where each character ends in the original. A range stands for the common text of which nothing was taken."""
    return range(1, len(origins) + 1) if isinstance(origins, range) else [origin + 1 for origin in origins]


def _copy(
    text: str,
    origins: Sequence[int],
    start: int,
    stop: int,
    pieces: list[str],
    starts: list[int],
    ends: list[int],
) -> None:
    pieces.append(text[start:stop])
    starts.extend(origins[start:stop])
    ends.extend(origin + 1 for origin in origins[start:stop])


def aliases() -> list[str]:
    """Every disguised spelling that is undone, in its normal form."""
    raw = (resources.files("huiying.engine") / "data" / "aliases.json").read_text("utf-8")
    table: dict[str, list[str]] = json.loads(raw)["aliases"]
    return sorted({alias.lower() for spellings in table.values() for alias in spellings})


@cache
def _aliases() -> tuple[daachorse.CharwiseDoubleArrayAhoCorasick, list[str]]:
    raw = (resources.files("huiying.engine") / "data" / "aliases.json").read_text("utf-8")
    table: dict[str, list[str]] = json.loads(raw)["aliases"]
    pairs = sorted({(alias.lower(), plain) for plain, aliases in table.items() for alias in aliases})
    automaton = daachorse.CharwiseDoubleArrayAhoCorasick(
        [alias for alias, _ in pairs], daachorse.MATCH_KIND_LEFTMOST_LONGEST
    )
    return automaton, [plain for _, plain in pairs]


_NONE: Final[tuple[int, ...]] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """Which words of which lists stand in one text: by list, their places in it, ascending."""

    lists: Mapping[str, Sequence[str]]
    places: Mapping[str, Sequence[int]]

    def any(self, name: str) -> bool:
        """Whether a word of this list stands in the text."""
        return name in self.places

    def count(self, name: str) -> int:
        """How many words of this list stand in the text, each once however often it is said."""
        return len(self.places.get(name, _NONE))

    def first(self, name: str) -> str | None:
        """The word that stands first in the list, not in the text; None where none of them is in the text."""
        found = self.places.get(name)
        return self.lists[name][found[0]] if found else None

    def words(self, name: str) -> tuple[str, ...]:
        """The words of this list that stand in the text, in the list's order."""
        words = self.lists.get(name, ())
        return tuple(words[place] for place in self.places.get(name, _NONE))


class WordLists:
    """Lists of normalised words by name, compiled. Immutable.

    In the lists named by `alone` an ASCII word counts only where it is a word of its own at its first place.
    """

    def __init__(self, lists: Mapping[str, Sequence[str]], alone: Collection[str] = ()) -> None:
        self.lists: Mapping[str, Sequence[str]] = {name: tuple(words) for name, words in lists.items()}
        anywhere: dict[str, list[tuple[str, int]]] = {}
        bounded: dict[str, list[tuple[str, int]]] = {}
        for name, words in self.lists.items():
            for place, word in enumerate(words):
                strict = name in alone and word and needs_bounds(word)
                (bounded if strict else anywhere).setdefault(word, []).append((name, place))
        # An empty word (one of nothing but signs that normalising takes away) stands in every text.
        self._everywhere = tuple(anywhere.pop("", ()))
        patterns = list(anywhere | bounded)
        self._anywhere = [tuple(anywhere.get(word, ())) for word in patterns]
        self._bounded = [tuple(bounded.get(word, ())) for word in patterns]
        self._automaton = daachorse.CharwiseDoubleArrayAhoCorasick(patterns) if patterns else None

    def standing(self, text: str) -> Standing:
        """Which words stand in a normalised text; linear in its length."""
        places: dict[str, list[int]] = {}
        for name, place in self._everywhere:
            places.setdefault(name, []).append(place)
        met: set[int] = set()
        for start, end, number in self._automaton.find_overlapping(text) if self._automaton else ():
            if number in met:
                continue
            met.add(number)
            for name, place in self._anywhere[number]:
                places.setdefault(name, []).append(place)
            if self._bounded[number] and ascii_bounded(text, start, end):
                for name, place in self._bounded[number]:
                    places.setdefault(name, []).append(place)
        for found in places.values():
            found.sort()
        return Standing(self.lists, places)
