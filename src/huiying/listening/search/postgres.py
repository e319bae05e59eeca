"""The index on PostgreSQL: a table of `tsvector` with GIN, made by the room's migration.

The tokens go in as lexemes, past PostgreSQL's own parser, so that both databases find the same.

GIN gives no order: for the newest thirty posts with a word that stands in every tenth, it would fetch and sort all of
them (0.58 s of a million posts). So each post also bears the number of the stretches of ids it lies in, as lexemes, and
a search asks in the two newest stretches of a thousand first, then in wider ones, and everywhere only for what is rare.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from django.db import connection, transaction

from huiying.kernel.tokenise import Wanted
from huiying.listening.search.cursor import Cursor, Indexed

#: How many low bits of a post's id a stretch leaves out: stretches of 1 024, 8 192 and 65 536 posts.
WIDTHS: Final = (10, 13, 16)


def stretches(post: int) -> list[str]:
    """The lexemes that say where a post lies. No token begins with this sign (`kernel.tokenise`)."""
    return [_stretch(width, post >> width) for width in WIDTHS]


def _stretch(width: int, number: int) -> str:
    return f"#{width}:{number}"


def _within(below: int) -> Iterator[str]:
    """Narrowings of a search to the newest posts with an id under `below`, each wider; the last one is none."""
    last = max(below - 1, 0)
    for width in WIDTHS:
        number = last >> width
        yield " & (" + " | ".join(f"'{_stretch(width, one)}'" for one in (number, number - 1) if one >= 0) + ")"
        if number <= 1:
            return  # it begins at the first post
    yield ""


class PostgresIndex:
    """The index in the house's database. Several processes may write; the cursor's row is locked."""

    def reached(self) -> Cursor:
        """How far the index has come."""
        with connection.cursor() as rows:
            rows.execute("SELECT post, sha256 FROM listening_search_reached")
            return Cursor(*(rows.fetchone() or (0, "")))

    def add(self, rows: Sequence[Indexed], seen: Cursor, reached: Cursor) -> bool:
        """Add rows and move the cursor from `seen`, both or neither; False where another process was quicker."""
        with transaction.atomic(), connection.cursor() as table:
            table.execute("SELECT post, sha256 FROM listening_search_reached FOR UPDATE")
            if Cursor(*(table.fetchone() or (0, ""))) != seen:
                return False
            table.executemany(
                "INSERT INTO listening_search_words (post, words) VALUES (%s, array_to_tsvector(%s))"
                " ON CONFLICT (post) DO UPDATE SET words = EXCLUDED.words",
                [(row.post, sorted({*row.tokens, *stretches(row.post)})) for row in rows],
            )
            table.execute("UPDATE listening_search_reached SET post = %s, sha256 = %s", [reached.post, reached.sha256])
        return True

    def clear(self) -> None:
        """Forget everything: the posts below it are not those that were indexed (a restored store)."""
        with transaction.atomic(), connection.cursor() as table:
            table.execute("DELETE FROM listening_search_words")
            table.execute("UPDATE listening_search_reached SET post = 0, sha256 = ''")

    def find(self, wanted: Sequence[Wanted], below: int, limit: int) -> list[int]:
        """Posts that hold every token, newest first, with an id under `below`."""
        asked = " & ".join(f"'{one.token}'{':*' if one.is_prefix else ''}" for one in wanted)
        found: list[int] = []
        with connection.cursor() as rows:
            for within in _within(below):
                # Sorted apart from what the index is asked for: else the planner may walk all posts in their order.
                rows.execute(
                    "WITH held AS MATERIALIZED"
                    " (SELECT post FROM listening_search_words WHERE words @@ %s::tsquery AND post < %s)"
                    " SELECT post FROM held ORDER BY post DESC LIMIT %s",
                    [asked + within, below, limit],
                )
                found = [number for (number,) in rows.fetchall()]
                if len(found) == limit:
                    break
        return found
