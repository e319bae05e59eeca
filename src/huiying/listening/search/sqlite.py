"""The index of an embedded database: FTS5 in a file of its own, `search.sqlite3` beside the store.

A file of its own, because SQLite has one writer a file: whoever indexes never holds up whoever receives (size table).
The file holds tokens and row ids only; deleting it costs nothing but the time to build it again. The `ascii` tokeniser
takes every character beyond ASCII as a letter, so that our tokens stay as they are.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from django.db.models import Count, Min

from huiying.kernel.tokenise import Wanted
from huiying.listening.models import Post
from huiying.listening.search.cursor import Cursor, Indexed, Lag

_SCHEMA: Final = """
CREATE VIRTUAL TABLE IF NOT EXISTS words
    USING fts5(tokens, content='', columnsize=0, detail=none, tokenize='ascii');
CREATE TABLE IF NOT EXISTS reached (id INTEGER PRIMARY KEY CHECK (id = 1), post INTEGER, sha256 TEXT);
INSERT OR IGNORE INTO reached VALUES (1, 0, '');
"""


class SqliteIndex:
    """The index in the file at `path`. Several processes may write; the later one finds the cursor moved."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def reached(self) -> Cursor:
        """How far the index has come."""
        with self._opened() as file:
            return Cursor(*file.execute("SELECT post, sha256 FROM reached").fetchone())

    def standing(self) -> tuple[Cursor, Lag]:
        """How far the index has come, and how far behind the newest post that is."""
        reached = self.reached()
        waiting = Post.objects.filter(pk__gt=reached.post)
        found = waiting.aggregate(posts=Count("id"), since=Min("received_at"))
        return reached, Lag(found["posts"], found["since"])

    def add(self, rows: Sequence[Indexed], seen: Cursor, reached: Cursor) -> bool:
        """Add rows and move the cursor from `seen`, both or neither; False where another process was quicker."""
        with self._opened() as file:
            file.execute("BEGIN IMMEDIATE")
            if Cursor(*file.execute("SELECT post, sha256 FROM reached").fetchone()) != seen:
                file.execute("ROLLBACK")
                return False
            file.executemany(
                "INSERT INTO words (rowid, tokens) VALUES (?, ?)", ((row.post, " ".join(row.tokens)) for row in rows)
            )
            file.execute("UPDATE reached SET post = ?, sha256 = ?", (reached.post, reached.sha256))
            file.execute("COMMIT")
        return True

    def clear(self) -> None:
        """Forget everything: the posts below it are not those that were indexed (a restored store)."""
        with self._opened() as file:
            file.execute("BEGIN IMMEDIATE")
            file.execute("DROP TABLE words")
            file.execute("DROP TABLE reached")
            file.execute("COMMIT")
            file.executescript(_SCHEMA)

    def find(self, wanted: Sequence[Wanted], below: int, limit: int) -> list[int]:
        """Posts that hold every token, newest first, with an id under `below`."""
        asked = " AND ".join(f'"{one.token}"{" *" if one.is_prefix else ""}' for one in wanted)
        with self._opened() as file:
            rows = file.execute(
                "SELECT rowid FROM words WHERE words MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ?",
                (asked, below, limit),
            )
            return [number for (number,) in rows]

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        is_new = not self._path.exists()
        with closing(sqlite3.connect(self._path, timeout=20, isolation_level=None)) as file:
            if is_new:
                file.executescript(f"PRAGMA journal_mode=WAL;{_SCHEMA}")
            # The index can always be built again: what the power takes from it is only time.
            file.execute("PRAGMA synchronous=NORMAL")
            yield file
