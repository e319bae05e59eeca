"""The index on PostgreSQL: a table of `tsvector` with GIN, made by the room's migration.

The tokens go in as lexemes, past PostgreSQL's own parser, so that both databases find the same.

A search asks among the newest posts first and widens (`listening.schema.FIND`): 0.58 s of a million posts without that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db import connection, transaction

from huiying.kernel.tokenise import Wanted
from huiying.listening.search.cursor import Cursor, Indexed, Lag

#: How many low bits of a post's id a stretch leaves out: stretches of 1 024, 8 192 and 65 536 posts
#: (`listening_search_find` in `listening.schema` asks for the same).
WIDTHS: Final = (10, 13, 16)
ANALYSED_FROM: Final = 4_096


def stretches(post: int) -> list[str]:
    """The lexemes that say where a post lies. No token begins with this sign (`kernel.tokenise`)."""
    return [f"#{width}:{post >> width}" for width in WIDTHS]


def doubled(before: int, now: int) -> bool:
    """Whether the numbers of posts passed a power of two. Then PostgreSQL looks at the words again, not a minute later
    by itself: until it knows which are common, a search of a million posts takes 0.04 s in place of 0.01.
    """
    return now >= ANALYSED_FROM and before.bit_length() != now.bit_length()


class PostgresIndex:
    """The index in the house's database. Several processes may write; the cursor's row is locked."""

    def reached(self) -> Cursor:
        """How far the index has come."""
        with connection.cursor() as rows:
            rows.execute("SELECT post, sha256 FROM listening_search_reached")
            return Cursor(*(rows.fetchone() or (0, "")))

    def standing(self) -> tuple[Cursor, Lag]:
        """How far the index has come, and how far behind the newest post that is: one statement."""
        with connection.cursor() as rows:
            rows.execute(
                "SELECT reached.post, reached.sha256, count(waiting.id), min(waiting.received_at)"
                " FROM listening_search_reached reached LEFT JOIN listening_post waiting ON waiting.id > reached.post"
                " GROUP BY reached.post, reached.sha256"
            )
            post, sha256, posts, since = rows.fetchone() or (0, "", 0, None)
            return Cursor(post, sha256), Lag(posts, since)

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
            if doubled(seen.post, reached.post):
                table.execute("ANALYZE listening_search_words")
        return True

    def clear(self) -> None:
        """Forget everything: the posts below it are not those that were indexed (a restored store)."""
        with transaction.atomic(), connection.cursor() as table:
            table.execute("DELETE FROM listening_search_words")
            table.execute("UPDATE listening_search_reached SET post = 0, sha256 = ''")

    def find(self, wanted: Sequence[Wanted], below: int, limit: int) -> list[int]:
        """Posts that hold every token, newest first, with an id under `below`."""
        asked = " & ".join(f"'{one.token}'{':*' if one.is_prefix else ''}" for one in wanted)
        with connection.cursor() as rows:
            rows.execute("SELECT * FROM listening_search_find(%s, %s, %s)", [asked, below, limit])
            return [number for (number,) in rows.fetchall()]
