"""Many bureaus' rules in one pass: which of them a post may concern (DESIGN, outgrowing one machine).

One automaton holds every word by which any bureau's screening can keep a post. A bureau of which none stands in the
text puts the post aside for certain and costs nothing; the others are asked, each by its own rules, weights and model.
The answer is exactly that of each bureau's own screening: here a post is only sent or not sent, and what it is to the
bureau is worked out by the bureau itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import daachorse

from huiying.engine.cues import may_hold_signal
from huiying.engine.normalise import normalise
from huiying.engine.post import Post
from huiying.engine.screening import Screener

#: Lists of which a word, or a rule, is needed before a bureau without a model keeps a post (`Screener._band_by_rules`):
#: of its trade anywhere, of its place before any other word counts.
_NEEDED: Final = ("places", "concept:core")


@dataclass(frozen=True)
class Watcher:
    """One bureau's part: its screener, None where its rules are not known yet, and words that an emergency added."""

    screener: Screener | None
    wider: tuple[str, ...] = ()


@dataclass(frozen=True)
class Union:
    """The bureaus by code. Immutable: when the rules of one change, a new one is made beside the old."""

    watchers: Mapping[str, Watcher]
    _words: list[frozenset[str]] = field(init=False, repr=False)
    _always: frozenset[str] = field(init=False, repr=False)
    _automaton: daachorse.CharwiseDoubleArrayAhoCorasick | None = field(init=False, repr=False)

    def __post_init__(self) -> None:
        means: dict[str, set[str]] = {}
        always: set[str] = set()
        for code, watcher in self.watchers.items():
            screener = watcher.screener
            if screener is None or screener.model_version is not None:
                always.add(code)  # a learned model reads the whole text, not words alone
                continue
            for word in _words_of(screener, watcher.wider):
                if word:
                    means.setdefault(word, set()).add(code)
                else:
                    always.add(code)
        patterns = list(means)
        object.__setattr__(self, "_words", [frozenset(means[word]) for word in patterns])
        object.__setattr__(self, "_always", frozenset(always))
        automaton = daachorse.CharwiseDoubleArrayAhoCorasick(patterns) if patterns else None
        object.__setattr__(self, "_automaton", automaton)

    def touched(self, post: Post) -> set[str]:
        """Bureaus that have to be asked about the post."""
        if post.own_channel or may_hold_signal(normalise(post.full_text)):
            return set(self.watchers)
        found = set(self._always)
        if self._automaton is not None:
            # A bureau's place may stand in the text, or be where the post comes from.
            for text in (post.full_text, post.region or ""):
                for _start, _end, number in self._automaton.find_overlapping(normalise(text).text):
                    found |= self._words[number]
        return found

    def concerned(self, post: Post) -> list[str]:
        """Codes of the bureaus which would not put the post aside; those whose rules are unknown among them."""
        touched = self.touched(post)
        return [code for code, watcher in self.watchers.items() if code in touched and _keeps(watcher, post)]


def _keeps(watcher: Watcher, post: Post) -> bool:
    if watcher.screener is None or watcher.screener.keeps(post):
        return True
    return _holds(normalise(post.full_text).text, watcher.wider)


def _holds(text: str, words: Sequence[str]) -> bool:
    return any(normalise(word).text in text for word in words)


def _words_of(screener: Screener, wider: Sequence[str]) -> set[str]:
    rules = screener.ruleset
    words = {word for name in _NEEDED for word in rules.lists.lists.get(name, ())}
    # A source writes 台安 where the rule file says 台安县.
    words |= {place.rstrip("市县区") for place in rules.places}
    return words | rules.anchors | {normalise(one).text for one in wider}
