"""The event stream: one pass over posts in order, each joins an event or opens one (C5.10, C6.2, INV-12).

The only clock is the posts' own times. State is a pure function of the sequence of posts and their
assignments: `remember` replays the log, and a restarted stream goes on exactly like an uninterrupted one.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from huiying.engine.chains import own_words, parents
from huiying.engine.clusters import Clusters, Vector
from huiying.engine.duplicates import DuplicateIndex, Fingerprint, fingerprint, without_boilerplate
from huiying.engine.entities import conflict, entities
from huiying.engine.normalise import normalise
from huiying.engine.post import Post

_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_CHAIN_CONFIDENCE: Final = 0.95
_QUOTED_CONFIDENCE: Final = 0.8
_COPY_CONFIDENCE: Final = 0.6


@dataclass(frozen=True, slots=True)
class StreamSettings:
    """`join`, `merge`: least similarities; `apart`: the one needed where names or numbers conflict.

    `half_life` is in days; `window` is how many posts are kept.
    """

    join: float = 0.12
    merge: float = 0.3
    half_life: float = 3.0
    apart: float = 0.6
    window: int = 200_000
    title_weight: int = 2
    ignore_parents: bool = False


@dataclass(frozen=True, slots=True)
class Assigned:
    """Where a post went, on arrival. `parent_evidence` says in words what the parent rests on."""

    id: str
    event: int
    duplicate_of: str | None
    parent: str | None
    parent_confidence: float | None
    parent_evidence: str | None
    new: bool
    similarity: float

    def to_dict(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "id": self.id,
            "event": self.event,
            "duplicate_of": self.duplicate_of,
            "parent": self.parent,
            "parent_confidence": self.parent_confidence,
            "parent_evidence": self.parent_evidence,
            "new": self.new,
            "similarity": self.similarity,
        }


@dataclass(frozen=True, slots=True)
class _Parent:
    id: str
    confidence: float
    evidence: str


@dataclass(frozen=True, slots=True)
class _Prepared:
    """All that is computed from a post alone."""

    moment: float
    grams: Mapping[str, int]
    names: frozenset[str]
    print: Fingerprint


class EventStream:
    """Assigns posts to events in one pass. Not thread-safe: one writer, as the log has one writer."""

    def __init__(self, settings: StreamSettings | None = None) -> None:
        self._settings = settings or StreamSettings()
        self._clusters = Clusters(self._settings.half_life, self._settings.merge)
        self._copies = DuplicateIndex(self._settings.window)
        self._events: OrderedDict[str, int] = OrderedDict()
        self._now = 0.0

    def __len__(self) -> int:
        return len(self._events)

    def observe(self, post: Post, screened: object = None) -> Assigned:
        """Assign the next post. A post seen before gets the same event again and changes nothing.

        `screened` is accepted so that callers hand over what they have; the assignment looks at words and
        times only, so that a changed rule file never moves an event.
        """
        known = self._events.get(post.native_id)
        if known is not None:
            return Assigned(post.native_id, self.final(known), None, None, None, None, new=False, similarity=1.0)
        prepared = self._prepare(post)
        copy = self._copies.find(prepared.print)
        parent = None if self._settings.ignore_parents else self._named_parent(post)
        parent = parent or self._quoted_parent(post)
        if parent is None and copy is not None:
            parent = _Parent(copy.key, _COPY_CONFIDENCE, "推断：与较早的一条文字相同或相近")
        vector = self._clusters.vector(prepared.grams)
        event, similarity = self._choose(prepared, vector, parent, copy.key if copy else None)
        duplicate_of = copy.key if copy else None
        if copy is not None:
            similarity = max(similarity, copy.similarity)
        new = event is None
        number = self._clusters.next_number if event is None else event
        self._apply(post.native_id, prepared, vector, number, duplicate_of)
        return Assigned(
            id=post.native_id,
            event=number,
            duplicate_of=duplicate_of,
            parent=parent.id if parent else None,
            parent_confidence=parent.confidence if parent else None,
            parent_evidence=parent.evidence if parent else None,
            new=new,
            similarity=round(similarity, 4),
        )

    def remember(self, post: Post, event: int, duplicate_of: str | None) -> None:
        """Replay one assignment from the log: the state is then what `observe` left behind."""
        if post.native_id in self._events:
            return
        prepared = self._prepare(post)
        self._apply(post.native_id, prepared, self._clusters.vector(prepared.grams), event, duplicate_of)

    def final(self, event: int) -> int:
        """The event which `event` is part of by now, after merges."""
        return self._clusters.final(event)

    @property
    def merges(self) -> tuple[tuple[int, int, float], ...]:
        """(from, into, similarity) of every merge so far, in order."""
        return tuple(self._clusters.merges)

    def _prepare(self, post: Post) -> _Prepared:
        moment = post.published_at or post.seen_at
        # A post without a time, or from a clock that runs ahead, stands where the stream stands.
        days = self._now if moment is None or post.time_confidence == "future" else _days(moment)
        body = without_boilerplate(normalise(post.text).text)
        title = normalise(post.title).text
        grams: dict[str, int] = {}
        _count(body, 1, grams)
        _count(title, self._settings.title_weight, grams)
        return _Prepared(days, grams, entities(f"{title}\n{body}"), fingerprint(post.full_text))

    def _named_parent(self, post: Post) -> _Parent | None:
        if post.parent_id:
            return _Parent(post.parent_id, 1.0, "明示：来源给出了上一条的编号")
        if post.root_id and post.root_id != post.native_id:
            return _Parent(post.root_id, _QUOTED_CONFIDENCE, "明示：来源只给出了首发的编号")
        return None

    def _quoted_parent(self, post: Post) -> _Parent | None:
        """The nearest post of a `//@` chain which was seen before."""
        for step, quoted in enumerate(parents(post.text)):
            whole = self._copies.same_text(fingerprint(quoted.whole))
            found = whole or self._copies.same_text(fingerprint(quoted.own))
            if found is not None:
                sure = _CHAIN_CONFIDENCE if step == 0 else _QUOTED_CONFIDENCE
                where = "上一条" if step == 0 else f"往上第 {step + 1} 条"
                return _Parent(found, sure, f"明示：转发链中{where}（{quoted.who}）的文字已收到过")
        return None

    def _choose(
        self, prepared: _Prepared, vector: Vector, parent: _Parent | None, copy: str | None
    ) -> tuple[int | None, float]:
        for key in (parent.id if parent else None, copy):
            event = self._events.get(key) if key is not None else None
            if event is not None:
                return self.final(event), 1.0
        found = self._clusters.nearest(vector, prepared.moment)
        for number, similarity in found:
            names = self._clusters.names(number)
            if similarity >= self._settings.join and not (
                similarity < self._settings.apart and conflict(prepared.names, names)
            ):
                return number, similarity
        return None, found[0][1] if found else 0.0

    def _apply(self, key: str, prepared: _Prepared, vector: Vector, event: int, duplicate_of: str | None) -> None:
        """The one place where state changes; `observe` and `remember` both end here."""
        self._now = max(self._now, prepared.moment)
        self._clusters.count(prepared.grams)
        # A copy adds no words: a storm of copies must not pull its event's centre onto one wording.
        self._clusters.add(self.final(event), {} if duplicate_of else vector, prepared.names, prepared.moment)
        self._copies.add(key, prepared.print)
        self._events[key] = event
        if len(self._events) > self._settings.window:
            self._events.popitem(last=False)
        self._clusters.tidy(self._now)


def _days(moment: datetime) -> float:
    return (moment - _EPOCH).total_seconds() / 86_400


def _count(text: str, weight: int, grams: dict[str, int]) -> None:
    """Add the character 2- and 3-grams of each run of letters in `text`, chain names aside."""
    for run in _runs(own_words(text) or text):
        for size in (2, 3):
            for start in range(len(run) - size + 1):
                gram = run[start : start + size]
                grams[gram] = grams.get(gram, 0) + weight


def _runs(text: str) -> list[str]:
    return "".join(char if char.isalnum() else " " for char in text).split()
