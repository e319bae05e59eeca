"""All rules in one pass: an automaton over the words, rules looked at only where a word they need was found (C5.11).

Every rule has groups of words of which one must be there. It is hung on the rarest such group, so that a post which
touches nothing of it costs it nothing. The rest of the rule is a few set operations, and a walk of its tree only where
it has NEAR or brackets inside brackets. Nothing is multiplied out, so a rule costs what it is long.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import daachorse

from huiying.engine.expression import (
    BODY,
    CLASS,
    COMMENT,
    OWN,
    REGION,
    TITLE,
    ExpressionError,
    Many,
    Near,
    Node,
    Not,
    Source,
    Term,
    leaves,
)
from huiying.engine.normalise import Normalised, ascii_bounded, needs_bounds, normalise
from huiying.engine.post import Post

Place = tuple[int, int]
Pair = tuple[tuple[Term, Place], tuple[Term, Place]]
_MAX_SPELLINGS: Final = 64
#: Where a condition of the source holds there is no place in the text to show.
_NOWHERE: Final[Place] = (-1, -1)


@dataclass(frozen=True, slots=True)
class Context:
    """What a rule may ask of a post beside its words. `title_end` counts characters of `Post.full_text`."""

    title_end: int = 0
    zone: str = BODY
    channel_class: str = ""
    region: str = ""
    own_channel: bool = False


def context_of(post: Post) -> Context:
    """The context of a post: its title's length, and where it came from."""
    return Context(
        title_end=len(post.title),
        zone=COMMENT if post.kind == "comment" else BODY,
        channel_class=post.channel_class,
        region=normalise(post.region or "").text,
        own_channel=post.own_channel,
    )


@dataclass(slots=True)
class Seen:
    """What a text holds: each atom with its first place, all places of those that a NEAR asks about, and what was
    answered about each NEAR.
    """

    first: dict[int, Place] = field(default_factory=dict)
    every: dict[int, list[Place]] = field(default_factory=dict)
    pairs: dict[Near, Pair | None] = field(default_factory=dict)


class Plan(NamedTuple):
    """One branch of a rule, without the group it hangs on and without its gate."""

    rule: int
    required: tuple[frozenset[int], ...]
    absent: frozenset[int]
    rest: tuple[Node, ...]


#: The gate is the rarest of a branch's other groups. Most branches fail there, and in a large rule set the cost is in
#: the memory touched: a plan whose gate is shut is not looked into.
Gated = tuple[frozenset[int], Plan]


class Matcher:
    """Trees of rules, compiled. Immutable, so that any number of threads may use it while another one is made.

    `counts` says how often words stand in the bureau's posts (a higher number = less rare); without it, short words
    and words of many rules are taken to be common. It never changes what is found, only how fast.
    """

    def __init__(
        self,
        names: Sequence[str],
        trees: Sequence[Node],
        *,
        aliases: Mapping[str, Sequence[str]] | None = None,
        counts: Mapping[str, int] | None = None,
    ) -> None:
        self._numbers: dict[tuple[str, str], int] = {}
        self._number_words(trees)
        self.terms = tuple(word for word, _ in self._numbers)
        self._uses = [0] * len(self.terms)
        self._counts = dict(counts or {})
        self._zoned: dict[int, list[tuple[str, int]]] = {}
        self._sources: dict[tuple[str, str], int] = {}
        self._every: set[int] = set()
        for leaf in (leaf for tree in trees for leaf in leaves(tree)):
            self._number_leaf(leaf)
        for near in (near for tree in trees for near in _nears(tree)):
            # A zoned word's places are filtered from those of the word itself: both are kept.
            self._every.update(self._numbers[key] for word in (*near.left, *near.right) for key in _keys(word))
        self._spell(aliases or {})
        self._common = [self._commonness_of(word) for word, _ in self._numbers]
        self._anchored: list[tuple[Gated, ...]] = [() for _ in range(self._atoms)]
        for rule, tree in enumerate(trees):
            for branch in _branches(tree):
                self._hang(rule, names[rule], branch)
        # All gates of a word in one piece of memory: where none of them is open, its plans are not looked for at all.
        self._gates = [
            array("i", sorted({number for gate, _plan in hung for number in gate})) if hung else None
            for hung in self._anchored
        ]

    @property
    def anchors(self) -> set[str]:
        """Words on which rules hang, in every spelling: where none of them stands in a text, no rule fires."""
        hung = {word for (word, _zone), number in self._numbers.items() if self._anchored[number]}
        spelled = zip(self._spellings, self._means, strict=True)
        return {spelling for spelling, words in spelled if any(self.terms[word] in hung for word in words)}

    @property
    def _atoms(self) -> int:
        return len(self._numbers) + len(self._sources)

    # --- compiling

    def _number_words(self, trees: Sequence[Node]) -> None:
        """Words get the numbers from 0 on: those are also the automaton's."""
        for leaf in (leaf for tree in trees for leaf in leaves(tree)):
            if isinstance(leaf, Term):
                self._numbers.setdefault((leaf.word, ""), len(self._numbers))

    def _number_leaf(self, leaf: Term | Source) -> None:
        if isinstance(leaf, Source):
            # Counted from the end: they share one list with the words, and the words are not all numbered yet.
            self._sources.setdefault((leaf.kind, leaf.value), -1 - len(self._sources))
            return
        word = self._numbers[leaf.word, ""]
        self._uses[word] += 1
        if leaf.zone and (leaf.word, leaf.zone) not in self._numbers:
            number = self._numbers.setdefault((leaf.word, leaf.zone), len(self._numbers))
            self._zoned.setdefault(word, []).append((leaf.zone, number))

    def _spell(self, aliases: Mapping[str, Sequence[str]]) -> None:
        """The automaton's patterns: every word, and its other spellings, each meaning one or more words."""
        means: dict[str, dict[int, None]] = {}
        for number, word in enumerate(self.terms):
            for spelling in spellings(word, aliases):
                means.setdefault(spelling, {})[number] = None
        patterns = list(means)
        self._spellings = patterns
        self._means = [tuple(words) for words in means.values()]
        self._bounded = frozenset(number for number, word in enumerate(patterns) if needs_bounds(word))
        self._automaton = daachorse.CharwiseDoubleArrayAhoCorasick(patterns) if patterns else None
        # Without other spellings and NEAR a pattern is its word, and its first place is all that is asked.
        plain = all(words == (number,) for number, words in enumerate(self._means))
        self._plain = plain and not self._every and not self._zoned

    def _hang(self, rule: int, name: str, branch: Node) -> None:
        parts = branch.children if isinstance(branch, Many) and branch.both else (branch,)
        required: list[frozenset[int]] = []
        absent: set[int] = set()
        rest: list[Node] = []
        needed: list[frozenset[int]] = []
        for part in parts:
            group = self._group(part)
            if group is not None:
                required.append(group)
            elif isinstance(part, Not) and isinstance(part.child, Term | Source):
                absent.add(self._atom(part.child))
            else:
                rest.append(part)
            if (need := self._needed(part)) is not None:
                needed.append(need)
        if not needed:
            raise ExpressionError(name, 1, "至少一个必须出现的词（不能只有 NOT，也不能只有来源）")
        anchor = min(needed, key=self._order)
        others = sorted({group for group in required if group != anchor}, key=self._order)
        gate = others[0] if others else anchor
        plan = Plan(rule, tuple(others[1:]), frozenset(absent), tuple(rest))
        for number in sorted(anchor):
            self._anchored[number] = (*self._anchored[number], (gate, plan))

    def _atom(self, leaf: Term | Source) -> int:
        if isinstance(leaf, Term):
            return self._numbers[leaf.word, leaf.zone]
        return self._sources[leaf.kind, leaf.value]

    def _group(self, part: Node) -> frozenset[int] | None:
        """A word, or words joined by OR, as one set; None for anything else."""
        if isinstance(part, Term | Source):
            return frozenset({self._atom(part)})
        if isinstance(part, Many) and not part.both and all(isinstance(one, Term | Source) for one in part.children):
            return frozenset(self._atom(one) for one in part.children if isinstance(one, Term | Source))
        return None

    def _needed(self, node: Node) -> frozenset[int] | None:
        """The rarest set of words of which one must stand in any text that meets `node`; None where there is none."""
        if isinstance(node, Term):
            return frozenset({self._atom(node)})
        if isinstance(node, Near):
            sides = [frozenset(map(self._atom, side)) for side in (node.left, node.right)]
            return min(sides, key=self._commonness)
        if isinstance(node, Source | Not):
            return None
        found = [self._needed(child) for child in node.children]
        if node.both:
            return min((one for one in found if one is not None), key=self._commonness, default=None)
        groups = [one for one in found if one is not None]
        return frozenset().union(*groups) if len(groups) == len(found) else None

    def _commonness(self, group: Collection[int]) -> float:
        """How often a group will be touched: by counts where they are given, else by length and use of its words."""
        # A source is no word: how often it holds is not known, so a group with one is looked at last.
        return sum(self._common[number] if number >= 0 else math.inf for number in group)

    def _order(self, group: Collection[int]) -> tuple[float, int]:
        return self._commonness(group), min(group)

    def _commonness_of(self, word: str) -> float:
        guess: float = self._uses[self._numbers[word, ""]] * 8.0 ** -len(word)
        return self._counts.get(word, 0) + guess

    # --- matching

    def found(self, text: str) -> set[int]:
        """Numbers of the words in a normalised text, wherever they stand."""
        if self._automaton is None:
            return set()
        bounded, means = self._bounded, self._means
        hits = self._automaton.find_overlapping(text)
        if self._plain and not bounded:
            return {number for _start, _end, number in hits}
        if self._plain:
            return {number for start, end, number in hits if number not in bounded or ascii_bounded(text, start, end)}
        return {
            word
            for start, end, number in hits
            if number not in bounded or ascii_bounded(text, start, end)
            for word in means[number]
        }

    def seen(self, text: str, normalised: Normalised | None = None, context: Context | None = None) -> Seen:
        """What a normalised, masked text holds. Without `context` all of it is body and the source is unknown."""
        seen = Seen()
        if self._automaton is None:
            return seen
        first, every = seen.first, seen.every
        hits = self._automaton.find_overlapping(text)
        if self._plain and not self._sources:
            bounded = self._bounded
            for start, end, number in hits:
                if number not in first and (number not in bounded or ascii_bounded(text, start, end)):
                    first[number] = (start, end)
            return seen
        for start, end, number in hits:
            if number in self._bounded and not ascii_bounded(text, start, end):
                continue
            for word in self._means[number]:
                first.setdefault(word, (start, end))
                if word in self._every:
                    every.setdefault(word, []).append((start, end))
                for zone, zoned in self._zoned.get(word, ()):
                    if zone == _zone(start, normalised, context):
                        first.setdefault(zoned, (start, end))
                        every.setdefault(zoned, []).append((start, end))
        if first:
            said = context or Context()
            first.update((number, _NOWHERE) for key, number in self._sources.items() if _came_from(key, said))
        return seen

    def fired(self, text: str) -> list[int]:
        """Numbers of the rules which fire on a normalised, masked text of an unknown source, in order."""
        if self._plain and not self._sources:
            found = self.found(text)
            return self.verified(found) if found else []
        return self.verified_in(self.seen(text))

    def verified_in(self, seen: Seen) -> list[int]:
        """Numbers of the rules which fire on what was seen, in order."""
        return self.verified(set(seen.first), seen) if seen.first else []

    def verified(self, present: set[int], seen: Seen | None = None) -> list[int]:
        """As `verified_in`, for a set of word numbers; `seen` is needed where rules have NEAR or inner brackets."""
        fired: set[int] = set()
        anchored = self._anchored
        gates = self._gates
        for number in present:
            row = gates[number]
            if row is None or present.isdisjoint(row):
                continue
            for gate, plan in anchored[number]:
                if gate.isdisjoint(present):
                    continue
                rule, required, absent, rest = plan
                if rule in fired or not absent.isdisjoint(present):
                    continue
                for group in required:
                    if group.isdisjoint(present):
                        break
                else:
                    if not rest or self._all(rest, seen or Seen(dict.fromkeys(present, _NOWHERE))):
                        fired.add(rule)
        return sorted(fired)

    def _all(self, nodes: Iterable[Node], seen: Seen) -> bool:
        return all(self.holds(node, seen) for node in nodes)

    def holds(self, node: Node, seen: Seen) -> bool:
        """Whether a tree of one of these rules is met."""
        if isinstance(node, Term | Source):
            return self._atom(node) in seen.first
        if isinstance(node, Near):
            return self.beside(node, seen) is not None
        if isinstance(node, Not):
            return not self.holds(node.child, seen)
        # Loops, not all() and any(): every hit on the desk comes by here, and a generator costs more than its words.
        for child in node.children:
            if self.holds(child, seen) != node.both:
                return not node.both
        return node.both

    def beside(self, near: Near, seen: Seen) -> Pair | None:
        """Two words that stand near enough, with their places; the first such pair by place."""
        if near not in seen.pairs:
            left, right = (self._places(side, seen) for side in (near.left, near.right))
            after, before = _next_within(left, right, near.within), _next_within(right, left, near.within)
            pairs = [pair for pair in (after, before and (before[1], before[0])) if pair]
            seen.pairs[near] = min(pairs, key=lambda pair: min(pair[0][1], pair[1][1]), default=None)
        return seen.pairs[near]

    def _places(self, side: Iterable[Term], seen: Seen) -> list[tuple[Term, Place]]:
        words = {self._atom(word): word for word in side}
        found = [(word, place) for number, word in words.items() for place in seen.every.get(number, ())]
        return found if len(words) == 1 else sorted(found, key=lambda one: (one[1], one[0].word))

    def touched(self, node: Node, seen: Seen) -> Iterator[tuple[Term, Place]]:
        """The words that make `node` hold, with their places; for a NOT which does not hold, those that break it."""
        if isinstance(node, Term):
            if (place := seen.first.get(self._atom(node))) is not None:
                yield node, place
        elif isinstance(node, Near):
            yield from self.beside(node, seen) or ()
        elif isinstance(node, Not):
            yield from self.touched(node.child, seen)
        elif isinstance(node, Many):
            for child in node.children:
                if isinstance(child, Term):
                    if (place := seen.first.get(self._numbers[child.word, child.zone])) is not None:
                        yield child, place
                elif isinstance(child, Not) != self.holds(child, seen):
                    yield from self.touched(child, seen)


def spellings(word: str, aliases: Mapping[str, Sequence[str]]) -> list[str]:
    """The word and its other spellings: each aliased piece in it may be written in any of its ways. Bounded."""
    found = {word: None}
    for plain, others in aliases.items():
        if plain in word:
            for one in list(found):
                for other in others:
                    if len(found) < _MAX_SPELLINGS:
                        found[one.replace(plain, other)] = None
    return list(found)


def _branches(tree: Node) -> list[Node]:
    """The operands of an outermost OR, its words as one."""
    if not isinstance(tree, Many) or tree.both:
        return [tree]
    words = tuple(child for child in tree.children if isinstance(child, Term))
    others = [child for child in tree.children if not isinstance(child, Term)]
    return [*([Many(False, words, tree.start, tree.end)] if words else []), *others]


def _nears(node: Node) -> Iterator[Near]:
    if isinstance(node, Near):
        yield node
    elif isinstance(node, Not):
        yield from _nears(node.child)
    elif isinstance(node, Many):
        for child in node.children:
            yield from _nears(child)


def _keys(word: Term) -> set[tuple[str, str]]:
    return {(word.word, ""), (word.word, word.zone)}


def _zone(start: int, normalised: Normalised | None, context: Context | None) -> str:
    if context is None:
        return BODY
    origin = normalised.starts[start] if normalised is not None else start
    return TITLE if origin < context.title_end else context.zone


def _came_from(key: tuple[str, str], context: Context) -> bool:
    kind, value = key
    if kind == CLASS:
        return context.channel_class == value
    if kind == REGION:
        return bool(value) and value in context.region
    assert kind == OWN
    return context.own_channel is (value == "yes")


def _next_within(earlier: list[tuple[Term, Place]], later: list[tuple[Term, Place]], within: int) -> Pair | None:
    """The first of `earlier` after whose end one of `later` begins within so many characters; both are sorted."""
    starts = [place[0] for _, place in later]
    for word, place in earlier:
        at = bisect_left(starts, place[1])
        if at < len(starts) and starts[at] - place[1] <= within:
            return (word, place), later[at]
    return None
