"""The event stream: one pass over posts in order, each joins an event or opens one (C5.10, C6.2, C6.5, INV-12).

The only clock is the posts' own times. State is a pure function of the sequence of posts, their assignments and what
persons said (`together`, `apart`, `split`): `remember` replays the log, and a restarted stream goes on exactly like an
uninterrupted one. A snapshot (`dump`, `load`) spares the replay and changes nothing.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from huiying.engine.clusters import Clusters, Judgement, merges_of, words_version
from huiying.engine.duplicates import Duplicate, DuplicateIndex, Scratch, read, table_size
from huiying.engine.post import Post
from huiying.engine.spread import Cascade, Parent, find_parent, own_references
from huiying.engine.texts import Text, post_text, text_of

_DAY_MINUTES: Final = 24 * 60


class Links:
    """At which of the last `window` posts a link, BV or mid points. State is a pure function of the `add` calls."""

    def __init__(self, window: int) -> None:
        self._window = window
        self._places: dict[int, int] = {}

    def add(self, post: Post, position: int) -> None:
        """Remember what others may point at `post` by; the earliest post of an address keeps it."""
        for reference in own_references(post):
            known = self._places.setdefault(_digest(reference), position)
            if known <= position - self._window:
                self._places[_digest(reference)] = position
        if len(self._places) > 2 * self._window:
            self._places = {key: at for key, at in self._places.items() if at > position - self._window}

    def find(self, reference: str, count: int) -> int:
        """The position of the post among `count` so far, -1 where none of the window is known."""
        at = self._places.get(_digest(reference), -1)
        return at if at >= count - self._window else -1

    def dump(self) -> npt.NDArray[np.int64]:
        """The state, in the order in which it was learned."""
        return np.array(list(self._places.items()), np.int64).reshape(-1, 2)

    def load(self, held: npt.NDArray[Any]) -> None:
        """The state that `dump` gave."""
        self._places = dict(held.tolist())


@dataclass(frozen=True, slots=True)
class Known:
    """A `spread.Lookup` for one post; times in days of the stream. `copy_of` is its earlier copy, if there is one."""

    same_text: Callable[[str], str | None]
    pointed_at: Callable[[str], str | None]
    moment_of: Callable[[str], float | None]
    now: float
    copy_of: Duplicate | None

    def said(self, words: str) -> tuple[str, bool] | None:
        found = self.same_text(words)
        return (found, True) if found is not None else None

    def linked(self, reference: str) -> str | None:
        return self.pointed_at(reference)

    def cascade(self, post: Post) -> Cascade | None:
        if not post.root_id:
            return None
        return Cascade(post.root_id, self._days_since(post.root_id) * _DAY_MINUTES, 0)

    def copy(self, _post: Post) -> tuple[Duplicate, float] | None:
        return (self.copy_of, self._days_since(self.copy_of.key)) if self.copy_of is not None else None

    def path(self, _key: str) -> tuple[str, ...]:
        return ()

    def _days_since(self, key: str) -> float:
        begun = self.moment_of(key)
        return max(self.now - begun, 0.0) if begun is not None else 0.0


def without_ids(post: Post) -> Post:
    """`post` as if its source had named neither parent nor root."""
    return replace(post, parent_id="", root_id="") if post.parent_id or post.root_id else post


def _digest(reference: str) -> int:
    digest = blake2b(reference.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_NEWS: Final = frozenset({"传统媒体", "新闻跟帖"})
_PLATFORMS: Final = 255


@dataclass(frozen=True, slots=True)
class StreamSettings:
    """`window`: posts that are kept; `title_weight`: how often a title counts; `live`: events that stay fresh."""

    judgement: Judgement = field(default_factory=Judgement)
    window: int = 200_000
    live: int = 1 << 16
    title_weight: float = 3.0
    ignore_parents: bool = False
    own_names: tuple[str, ...] = ()  # the bureau's own, which make no matter: `RuleSet.own_names`


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


class EventStream:
    """Assigns posts to events in one pass. Not thread-safe: one writer, as the log has one writer."""

    def __init__(self, settings: StreamSettings | None = None) -> None:
        self._settings = settings or StreamSettings()
        self._scratch, self._quoted = Scratch(), Scratch()
        self._asked = np.zeros(1, np.uint64)
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        from huiying.engine.kernels import events

        self._clusters = Clusters(self._settings.judgement, self._settings.live)
        self._copies = DuplicateIndex(self._settings.window)
        slots = table_size(self._settings.window)
        self._places: tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]] = (
            np.zeros(slots, np.uint64),
            np.zeros(slots, np.int64),
            np.zeros(self._settings.window, np.int32),
        )
        self._moments = np.zeros(self._settings.window, np.float64)
        self._links = Links(self._settings.window)
        self._made = np.zeros((events.MERGES, 2), np.int64)
        self._scores = np.zeros(events.MERGES, np.float64)
        self._merges: list[tuple[int, int, float]] = []
        self._now = 0.0

    @property
    def version(self) -> str:
        """What the state depends on beside the log: code of the kernels, settings, the table of common words."""
        from huiying.engine.kernels import version

        parts = (version(), repr(self._settings), words_version())
        return hashlib.blake2b("\0".join(parts).encode(), digest_size=8).hexdigest()

    def __len__(self) -> int:
        return len(self._copies)

    def observe(self, post: Post, screened: object = None) -> Assigned:
        """Assign the next post. A post seen before gets the same event again and changes nothing.

        `screened` is accepted so that callers hand over what they have; the assignment looks at words and
        times only, so that a changed rule file never moves an event.
        """
        return self.observe_text(post, post_text(post, self._settings.own_names))

    def observe_text(self, post: Post, text: Text) -> Assigned:
        """As `observe`, of a post whose text was prepared before: `text` is its `post_text`."""
        from huiying.engine.kernels import step

        known = self._event_of(post.native_id)
        if known is not None:
            return Assigned(post.native_id, self.final(known), None, None, None, None, new=False, similarity=1.0)
        read(text, self._scratch, self._clusters.rarity, self._settings.title_weight)
        position, likeness = step.copy_of(self._settings.window, self._scratch.arrays, self._copies.arrays)
        copy = self._copies.key(position) if position >= 0 else None
        parent = self._parent(post, Duplicate(copy, likeness, likeness >= 1.0) if copy is not None else None)
        event = self._event_of(parent.id) if parent else None
        if event is None and position >= 0:
            event = int(self._places[2][position % self._settings.window])
        number, similarity, new = self._place(post, event or 0, position)
        return Assigned(
            id=post.native_id,
            event=number,
            duplicate_of=copy,
            parent=parent.id if parent else None,
            parent_confidence=parent.confidence if parent else None,
            parent_evidence=parent.evidence if parent else None,
            new=new,
            similarity=round(min(likeness if copy else similarity, 1.0), 4),
        )

    def remember(self, post: Post, event: int, duplicate_of: str | None) -> None:
        """Replay one assignment from the log: the state is then what `observe` left behind."""
        if self._position(post.native_id) >= 0:
            return
        self._read(post)
        self._place(post, event, -1 if duplicate_of is None else self._position(duplicate_of))

    def together(self, left: int, right: int) -> tuple[int, int] | None:
        """A person says that two events are one matter; for ever after. Returns (from, into), None if they were one."""
        merge = self._clusters.together(left, right)
        if merge is not None:
            self._merges.append((*merge, 1.0))
        return merge

    def apart(self, left: int, right: int) -> None:
        """A person says that two events are two matters: the machine never merges them."""
        self._clusters.apart(left, right)

    def split(self, event: int, into: int, posts: Sequence[Post]) -> None:
        """A person takes `posts` out of `event` into the event numbered `into`, and the two stay apart.

        `into` is a new number, or one that was merged into `event` before.
        """
        from huiying.engine.kernels import events

        self._clusters.room_for(max(event, into))
        if self.final(into) == self.final(event):
            self._release(into, event)
        state, settings = self._clusters.arrays, self._clusters.settings
        source = self.final(event)
        rows, tallies, named = (self._scratch.arrays[place] for place in (0, 1, 3))
        for post in posts:
            self._read(post)
            features, weights = np.zeros(events.FEATURES, np.int64), np.zeros(events.FEATURES, np.float64)
            facts = self._scratch.facts
            taken = events.vector(rows, tallies, facts[0], state, features, weights)
            slot = int(state[9][source, events.SLOT]) - 1
            if slot >= 0:
                events.mixed(slot, features, weights, taken, -1.0, state)
            moment = self._moment(post)
            events.add(into, features, weights, taken, named, facts[1], moment, 0, state, settings)
            position = self._position(post.native_id)
            if position >= 0:
                self._places[2][position % self._settings.window] = into
        self.apart(event, into)

    def _release(self, number: int, holder: int) -> None:
        """Take `number` out of the event it shares with `holder`; what came after they were one stays with `holder`."""
        heir = self._clusters.release(number, holder)
        if heir is None:
            return
        self._places[2][self._places[2] == number] = heir
        came = max((at for at, merge in enumerate(self._merges) if merge[:2] == (heir, number)), default=0)
        self._clusters.hand((merge[0] for merge in self._merges[came + 1 :]), number, heir)

    def final(self, event: int) -> int:
        """The event which `event` is part of by now, after merges."""
        return self._clusters.final(event)

    @property
    def next_number(self) -> int:
        """The number of the next new event."""
        return self._clusters.next_number

    @property
    def merges(self) -> tuple[tuple[int, int, float], ...]:
        """(from, into, similarity) of every merge so far, in order."""
        return tuple(self._merges)

    def dump(self) -> dict[str, npt.NDArray[Any]]:
        """The whole state as named arrays; keys of posts as one array of bytes."""
        held = {f"event_{name}": array for name, array in self._clusters.dump().items()}
        held |= {f"copy_{at}": array for at, array in enumerate(self._copies.arrays)}
        for at, array in enumerate((self._places[0], self._places[1], self._places[2])):
            held[f"place_{at}"] = array
        keys = [key or "" for key in self._copies.keys[: len(self._copies)]]
        held["keys"] = np.frombuffer("\0".join(keys).encode("utf-8", "surrogatepass"), np.uint8)
        held["merges"] = np.array([merge[:2] for merge in self._merges], np.int64).reshape(-1, 2)
        held["scores"] = np.array([merge[2] for merge in self._merges], np.float64)
        held["now"] = np.array([self._now])
        held["moments"], held["links"] = self._moments, self._links.dump()
        return held

    def load(self, held: dict[str, npt.NDArray[Any]]) -> None:
        """The state that `dump` gave, of a stream with the same settings."""
        self._clusters.load({name[6:]: array for name, array in held.items() if name.startswith("event_")})
        self._copies.arrays = tuple(held[f"copy_{at}"] for at in range(len(self._copies.arrays)))
        self._places = (held["place_0"], held["place_1"], held["place_2"])
        keys = held["keys"].tobytes().decode("utf-8", "surrogatepass").split("\0") if len(self._copies) else []
        self._copies.keys[: len(keys)] = keys
        self._merges = merges_of(held["merges"].tolist(), held["scores"].tolist())
        self._now = float(held["now"][0])
        self._moments = held["moments"]
        self._links.load(held["links"])

    def _read(self, post: Post) -> None:
        read(
            post_text(post, self._settings.own_names), self._scratch, self._clusters.rarity, self._settings.title_weight
        )

    def _place(self, post: Post, event: int, copy: int) -> tuple[int, float, bool]:
        """The one place where state changes; `observe` and `remember` both end here."""
        from huiying.engine.kernels import step

        self._clusters.room_for(max(event, self._clusters.next_number))
        moment = self._moment(post)
        self._now = max(self._now, moment)
        position = self._copies.count
        self._copies.keys[position % self._settings.window] = post.native_id
        self._moments[position % self._settings.window] = moment
        self._links.add(post, position)
        self._scratch.arrays[7][step.KEY] = _hash(post.native_id)
        number, similarity, new, made = step.place(
            event, copy, moment, self._now, _platform(post), self._settings.window,
            self._scratch.arrays, self._copies.arrays, self._places, self._clusters.arrays, self._clusters.settings,
            self._made, self._scores,
        )  # fmt: skip
        if made:
            self._merges += merges_of(self._made[:made].tolist(), self._scores[:made].tolist())
        return number, similarity, new

    def _moment(self, post: Post) -> float:
        """In days. A post without a time, or from a clock that runs ahead, stands where the stream stands."""
        moment = post.published_at or post.seen_at
        if moment is None or post.time_confidence == "future":
            return self._now
        return (moment - _EPOCH).total_seconds() / 86_400

    def _parent(self, post: Post, copy: Duplicate | None) -> Parent | None:
        """What `post` goes back to, by the best evidence there is."""
        asked = without_ids(post) if self._settings.ignore_parents else post
        return find_parent(asked, Known(self._same_text, self._linked, self._moment_of, self._moment(post), copy))

    def _linked(self, reference: str) -> str | None:
        position = self._links.find(reference, self._copies.count)
        return self._copies.key(position) if position >= 0 else None

    def _moment_of(self, key: str) -> float | None:
        position = self._position(key)
        return float(self._moments[position % self._settings.window]) if position >= 0 else None

    def _same_text(self, text: str) -> str | None:
        from huiying.engine.kernels import step

        read(text_of("", text, self._settings.own_names), self._quoted, self._clusters.rarity)
        return self._copies.same_digest(int(self._quoted.arrays[7][step.DIGEST]))

    def _position(self, key: str) -> int:
        from huiying.engine.kernels import step

        oldest = self._copies.count - self._settings.window
        self._asked[0] = _hash(key)
        return int(step.lookup(self._places[0], self._places[1], self._asked, 0, oldest))

    def _event_of(self, key: str) -> int | None:
        position = self._position(key)
        return int(self._places[2][position % self._settings.window]) if position >= 0 else None


def _hash(key: str) -> int:
    """64 bits of a post's id, never 0."""
    digest = hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little") or 1


def _platform(post: Post) -> int:
    """A small number for where a post stands, 0 for nowhere. News and the comments under it are one place."""
    place = "新闻" if post.channel_class in _NEWS else post.platform
    return 1 + zlib.crc32(place.encode("utf-8", "surrogatepass")) % _PLATFORMS if place else 0
