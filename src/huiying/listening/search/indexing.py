"""Bringing the index forward: from its stored cursor to the newest post, in steps, by whoever has time.

`huiying run` has a process for it (`search.process`); where that is not running the loop does it in small steps. Both
may run: the cursor says who was quicker.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from django.db import connection

from huiying.kernel import home
from huiying.kernel.tokenise import tokenise
from huiying.listening.models import Post
from huiying.listening.search.cursor import Cursor, Index, Indexed, Lag
from huiying.listening.search.postgres import PostgresIndex
from huiying.listening.search.sqlite import SqliteIndex

STEP: Final = 500
TOKEN_BYTES: Final = 200  # PostgreSQL takes no lexeme over 2 KB; nobody types a word as long as this


def index() -> Index:
    """The index of the database in use."""
    if connection.vendor == "postgresql":
        return PostgresIndex()
    return SqliteIndex(_beside(str(connection.settings_dict["NAME"])))


def _beside(store: str) -> Path:
    """A test's database has a name and no folder: its index lies in the home."""
    return Path(store).with_name("search.sqlite3") if Path(store).is_file() else home.home() / "search.sqlite3"


def catch_up(limit: int | None = None) -> int:
    """Index what came in, at most `limit` posts; returns how many. Only reads the store, and never waits for it."""
    place, done = index(), 0
    while limit is None or done < limit:
        seen = _trusted(place)
        rows = list(
            Post.objects.filter(pk__gt=seen.post)
            .order_by("id")
            .values_list("id", "title", "text", "text_sha256")[: min(STEP, (limit or STEP) - done if limit else STEP)]
        )
        if not rows:
            break
        reached = Cursor(rows[-1][0], rows[-1][3])
        entries = [Indexed(number, _tokens(f"{title}\n{text}")) for number, title, text, _sha in rows]
        if place.add(entries, seen, reached):
            done += len(rows)
    return done


def _tokens(text: str) -> list[str]:
    """Each token once; one that is too long is cut, as a word that is asked for by its beginning is still found."""
    return list(dict.fromkeys(token[:TOKEN_BYTES] for token in tokenise(text)))


def _trusted(place: Index) -> Cursor:
    """The cursor; back at the beginning where its post is not the one that was indexed."""
    seen = place.reached()
    if seen.post and not Post.objects.filter(pk=seen.post, text_sha256=seen.sha256).exists():
        place.clear()
        return Cursor()
    return seen


def lag() -> Lag:
    """How far the index is behind the newest post."""
    return index().standing()[1]
