"""What the stream knows of earlier posts, as `spread.find_parent` asks for it (C6.5, C10.5 传播路径)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from huiying.engine.duplicates import Duplicate
from huiying.engine.post import Post
from huiying.engine.references import own_references
from huiying.engine.spread import Cascade

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
