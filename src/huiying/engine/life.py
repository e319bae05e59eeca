"""Signals of danger to life: looked for first of all, before masks, gates, negative words and bands.

On the bureau's own channels they need no business word. This is a path of its own beside the level (§4.2 F5):
a false call costs five minutes, a missed one may cost a life, so where a guard is not sure it stays silent.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources

import daachorse

from huiying.engine.normalise import FILLERS, Normalised, aliases, fold_char, normalise


@dataclass(frozen=True, slots=True)
class LifeSignal:
    """What was read: the term, where it stands in the original text, and the words really written there."""

    term: str
    start: int
    end: int
    quote: str


def life_signal(normalised: Normalised, *, own_channel: bool, local: bool, business: bool) -> LifeSignal | None:
    """The first signal in an unmasked text, or None.

    `local` means that the post names or comes from the place, `business` that it speaks of the bureau's work;
    off the own channels one of them is needed, and a weak word alone is not enough.
    """
    if not (own_channel or local or business):
        return None
    automaton, terms, ranks = _lexicon()
    for start, end, pattern in automaton.find(normalised.text):
        if ranks[pattern] == "strong" or (ranks[pattern] == "weak" and own_channel):
            return LifeSignal(terms[pattern], *normalised.span(start, end), normalised.quote(start, end))
    return None


def may_hold_signal(text: str) -> bool:
    """A quick look that never says no where `life_signal` would find something, whatever its circumstances.

    Every filler is taken out, not only those of a disguise, and an alias counts as found: both can only find more.
    """
    automaton = _hints()
    return bool(automaton.find(text.translate(_BARE)))


class _Bare(dict[int, str]):
    """Each character's normal form without fillers, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        bare = "".join(char for char in fold_char(chr(code)) if char not in FILLERS)
        self[code] = bare
        return bare


_BARE = _Bare()


@cache
def _hints() -> daachorse.CharwiseDoubleArrayAhoCorasick:
    """The terms and every alias, bare. A guard is none: what it guards still has to be looked at."""
    _automaton, terms, ranks = _lexicon()
    words = [term for term, rank in zip(terms, ranks, strict=True) if rank != "guards"]
    bare = {word.translate(_BARE) for word in [*words, *aliases()]}
    return daachorse.CharwiseDoubleArrayAhoCorasick(sorted(bare - {""}))


@cache
def _lexicon() -> tuple[daachorse.CharwiseDoubleArrayAhoCorasick, list[str], list[str]]:
    """One automaton over signals and guards: the longest match wins, so a guard swallows the word in it."""
    raw = (resources.files("huiying.engine") / "data" / "life.json").read_text("utf-8")
    table: dict[str, list[str]] = json.loads(raw)
    ranked: dict[str, str] = {}
    for rank in ("weak", "strong", "guards"):
        ranked.update((normalise(term).text, rank) for term in table[rank])
    terms = list(ranked)
    automaton = daachorse.CharwiseDoubleArrayAhoCorasick(terms, daachorse.MATCH_KIND_LEFTMOST_LONGEST)
    return automaton, terms, [ranked[term] for term in terms]
