"""What the two indexes share: how far one has come, and what is put into it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from huiying.kernel.tokenise import Wanted


@dataclass(frozen=True)
class Cursor:
    """The last post that stands in the index, and its hash: another post under that id means another store."""

    post: int = 0
    sha256: str = ""


@dataclass(frozen=True)
class Indexed:
    """A post's id and the tokens of its title and masked text."""

    post: int
    tokens: Sequence[str]


@dataclass(frozen=True)
class Lag:
    """Posts that do not stand in the index yet, and when the oldest of them came in; (0, None) for none."""

    posts: int = 0
    since: dt.datetime | None = None


class Index(Protocol):
    """What an index can do, wherever it lies."""

    def reached(self) -> Cursor: ...
    def standing(self) -> tuple[Cursor, Lag]: ...
    def add(self, rows: Sequence[Indexed], seen: Cursor, reached: Cursor) -> bool: ...
    def clear(self) -> None: ...
    def find(self, wanted: Sequence[Wanted], below: int, limit: int) -> list[int]: ...
