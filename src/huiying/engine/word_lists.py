"""Several lists of words found in one pass over a text, in place of a search for each word of each list."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import daachorse

from huiying.engine.normalise import ascii_bounded, needs_bounds

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
