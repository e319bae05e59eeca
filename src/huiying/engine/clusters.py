"""The events of the stream: the arrays which `kernels.events` works on, and what persons may do to them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

import numpy as np
import numpy.typing as npt

_LIVE: Final = 1 << 16
# How much texts at large count beside the stream's own: enough for a start, soon outweighed.
_SPOKEN_COUNTS: Final = 0.3
#: What the kernels lay down for a moment and nobody's state is.
_SCRATCH: Final = ("met", "dots")
_FIRST_NUMBERS: Final = 1 << 12


@dataclass(frozen=True, slots=True)
class Judgement:
    """When a post joins an event and when two events are one: the figures of the accept decision.

    A post joins where its cosine with the event's centre, halved every `half_life` days of silence and changed by the
    names they share (`same`, added above `least`) or have in conflict (`conflict`, a factor), reaches
    `join + short / √features − rate · ln(1 + posts of late) − big · ln(posts)`. Events merge at
    `merge + merge_big · ln(posts of the smaller)`. A reply of at most `reply` letters with no name of its own goes to
    the event which most posts of its platform within `gap` days are about. `share` is how much of a post that joins
    counts towards what words are common; `rate_life` is the half-life in days of "of late".
    """

    join: float = 0.1148
    short: float = 0.2667
    big: float = 0.0111
    merge: float = 0.2068
    merge_big: float = 0.0097
    half_life: float = 2.63
    rate: float = 0.0227
    rate_life: float = 0.316
    same: float = 0.0725
    same_merge: float = 0.0721
    conflict: float = 0.2
    least: float = 0.01
    reply: float = 21.0
    gap: float = 0.06
    share: float = 0.125


class Clusters:
    """Live events and what became of the others. Deterministic; ties go to the older event."""

    def __init__(self, judgement: Judgement | None = None, live: int = _LIVE) -> None:
        from huiying.engine.kernels import events, features

        self.settings = np.array(astuple(judgement or Judgement()), np.float64)
        counts = np.zeros(16, np.int64)
        counts[events.NEXT] = 1
        counts[events.FREE] = live
        rarity = np.zeros((features.ROWS, 2), np.int32)
        seen, texts = _spoken()
        rarity[seen[0], 0] = seen[1] * events.UNIT * _SPOKEN_COUNTS
        counts[events.POSTS] = int(texts * events.UNIT * _SPOKEN_COUNTS)
        slots = np.zeros((live, 8), np.int32)
        slots[:, events.FREED] = np.arange(live - 1, -1, -1)
        self._arrays: dict[str, npt.NDArray[Any]] = {
            "rarity": rarity,
            "posted": np.zeros((features.ROWS, events.POSTINGS), np.int32),
            "posted_weight": np.zeros((features.ROWS, events.POSTINGS), np.float32),
            "centre": np.zeros((live, events.CENTRE), np.int32),
            "centre_weight": np.zeros((live, events.CENTRE), np.float32),
            "figures": np.zeros((live, 4), np.float64),
            "slots": slots,
            "names": np.zeros((live, features.MAX_NAMES), np.uint32),
            "recent": np.zeros((events.PLATFORMS, 2 * events.RECENT + 1), np.float64),
            "numbers": np.zeros((_FIRST_NUMBERS, 2), np.int32),
            "pins": np.zeros((events.MAX_PINS, 2), np.int32),
            "counts": counts,
            "name_seen": np.zeros(events.NAME_ROWS, np.int32),
            "met": np.zeros(live, np.int64),
            "dots": np.zeros(live, np.float64),
        }
        self.arrays: tuple[Any, ...] = ()
        self._tie()

    def _tie(self) -> None:
        from huiying.engine.kernels import events

        self.arrays = tuple(self._arrays[name] for name in events.LAYOUT)

    @property
    def rarity(self) -> npt.NDArray[np.int32]:
        """How often each row of grams was seen; its second column is the kernels' scratch."""
        return self._arrays["rarity"]

    @property
    def next_number(self) -> int:
        """The number of the next new event."""
        return int(self._arrays["counts"][1])

    def room_for(self, number: int) -> None:
        """Make sure that events up to `number`, and the next one, can be written down."""
        had = len(self._arrays["numbers"])
        if number + 2 < had:
            return
        more = np.zeros((max(had, number + 3 - had), 2), np.int32)
        self._arrays["numbers"] = np.concatenate((self._arrays["numbers"], more))
        self._tie()

    def final(self, number: int) -> int:
        """Follow merges to the event that is left."""
        numbers = self._arrays["numbers"]
        while number < len(numbers) and numbers[number, 0]:
            number = int(numbers[number, 0])
        return number

    def together(self, left: int, right: int) -> tuple[int, int] | None:
        """A person says that two events are one. Returns (from, into), None where they were one before."""
        from huiying.engine.kernels import events

        self.room_for(max(left, right))
        one, other = self.final(left), self.final(right)
        if one == other:
            return None
        source, target = max(one, other), min(one, other)
        self._unpin(one, other)
        events.fuse(source, target, self.arrays, self.settings)
        return source, target

    def apart(self, left: int, right: int) -> None:
        """A person says that two events are two: no merge by the machine from now on."""
        from huiying.engine.kernels import events

        self.room_for(max(left, right))
        one, other = self.final(left), self.final(right)
        if one == other or events.parted(one, other, self.arrays):
            return
        counts, pins = self._arrays["counts"], self._arrays["pins"]
        if counts[events.PINS] == events.MAX_PINS:
            # The oldest word gives way: its events are long silent.
            pins[:-1] = pins[1:]
            counts[events.PINS] -= 1
        pins[counts[events.PINS]] = (left, right)
        counts[events.PINS] += 1

    def release(self, number: int, holder: int) -> int | None:
        """Take an event out of the one it was merged into; its posts follow one by one (`EventStream.split`).

        The older number goes on for both, whichever way the merge was meant. So where `number` itself goes on for
        `holder`, that is turned round first: returns who has all of `number`'s now, None where nothing was turned.
        """
        from huiying.engine.kernels import events

        self.room_for(max(number, holder))
        numbers, slots, recent = (self._arrays[name] for name in ("numbers", "slots", "recent"))
        above, numbers[number, events.INTO] = int(numbers[number, events.INTO]), 0
        heir = holder
        while numbers[heir, events.INTO] not in (0, number):
            heir = int(numbers[heir, events.INTO])
        if numbers[heir, events.INTO] != number:
            return None
        numbers[heir, events.INTO] = above
        numbers[heir, events.SLOT], numbers[number, events.SLOT] = numbers[number, events.SLOT], 0
        if numbers[heir, events.SLOT]:
            slots[numbers[heir, events.SLOT] - 1, events.NUMBER] = heir
        told = recent[:, : events.RECENT]
        told[told == number] = heir
        return heir

    def hand(self, sources: Iterable[int], number: int, heir: int) -> None:
        """Those of `sources` that were merged into `number` go with `heir` from now on."""
        numbers = self._arrays["numbers"]
        for source in sources:
            if numbers[source, 0] == number:
                numbers[source, 0] = heir

    def _unpin(self, one: int, other: int) -> None:
        from huiying.engine.kernels import events

        counts, pins = self._arrays["counts"], self._arrays["pins"]
        kept = [
            pair
            for pair in pins[: counts[events.PINS]].tolist()
            if {self.final(pair[0]), self.final(pair[1])} != {one, other}
        ]
        pins[: len(kept)] = np.array(kept, np.int32).reshape(-1, 2)
        counts[events.PINS] = len(kept)

    def dump(self) -> dict[str, npt.NDArray[Any]]:
        """Everything that the next post's place depends on."""
        held = {name: array for name, array in self._arrays.items() if name not in _SCRATCH}
        # The second column is scratch: what stands in it is nobody's state.
        held["rarity"] = held["rarity"] * np.array([1, 0], np.int32)
        return held

    def load(self, arrays: dict[str, npt.NDArray[Any]]) -> None:
        """The state that `dump` gave."""
        self._arrays.update(arrays)
        self._tie()


@cache
def _spoken() -> tuple[npt.NDArray[np.int64], int]:
    """((rows, counts), texts): how common grams are in Chinese posts at large, so that a new stream knows 的 from 围标.

    Made by `tools/train_rarity.py`: hashed rows and rounded counts only, no text can be read back from them.
    """
    with (resources.files("huiying.engine") / "data" / "rarity.npz").open("rb") as file:
        held = np.load(file, allow_pickle=False)
        rows = np.cumsum(held["steps"].astype(np.int64))
        return np.stack((rows, held["counts"].astype(np.int64))), int(held["texts"])


@cache
def spoken() -> tuple[npt.NDArray[np.int32], int]:
    """(counts by row in the first column, texts counted): the table of common words as the kernels read one."""
    from huiying.engine.kernels import features

    seen, texts = _spoken()
    table = np.zeros((features.ROWS, 2), np.int32)
    table[seen[0], 0] = seen[1]
    return table, texts


def words_version() -> str:
    """A digest of the table of common words."""
    rows, texts = _spoken()
    return hashlib.blake2b(rows.tobytes() + str(texts).encode(), digest_size=8).hexdigest()


def merges_of(pairs: Sequence[Sequence[int]], scores: Sequence[float]) -> list[tuple[int, int, float]]:
    """(from, into, similarity) of merges which a kernel wrote down."""
    return [(int(pair[0]), int(pair[1]), round(float(score), 4)) for pair, score in zip(pairs, scores, strict=True)]
