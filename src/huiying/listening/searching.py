"""Finding posts by words: an index beside the store, on SQLite or PostgreSQL, always rebuilt from the posts, and the
questions to it.

It is brought forward in steps from its stored cursor, by a process of its own (`search_process`) or by the loop; both
may run: the cursor says who was quicker.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from django.db import connection, transaction
from django.db.models import Count, Min, QuerySet

from huiying.kernel import home
from huiying.kernel.wording import Wanted, phrases, plain, tokenise, wanted
from huiying.listening.models import Post
from huiying.listening.reserved import without_sensitive


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


SEARCH_CHARS: Final = 100
#: Posts that are not indexed yet and are read one by one; with more of them the page says how many are missing.
TAIL: Final = 2_000
_PAGE: Final = 200
_MORE: Final = 8
#: Candidates looked at for one answer: a filter that fits almost none of a common word's posts must not read them all.
MOST: Final = 20_000


@dataclass(frozen=True)
class Found:
    """Posts, newest first, whether older candidates were not looked at, and how far the index was behind."""

    posts: list[Post]
    cut: bool
    lag: Lag = field(default=Lag(), compare=False)


def search(q: str, limit: int = 50, within: QuerySet[Post] | None = None) -> list[Post]:
    """Posts whose title or masked text holds every word and quoted phrase of `q`, newest first."""
    return find(q, limit, within).posts


def find(q: str, limit: int = 50, within: QuerySet[Post] | None = None, below: int | None = None) -> Found:
    """As `search`, and whether the search was cut short. `within` narrows it; `below` goes on under a post's id."""
    asked = phrases(q[:SEARCH_CHARS])
    if not asked:
        return Found([], cut=False)
    visible = without_sensitive((Post.objects.all() if within is None else within).filter(life_safety=False))
    visible = visible.defer("sealed_text", "sealed_voice", "extra", "metrics")
    place = index()
    cursor, lag = place.standing()
    reached = cursor.post
    found = _unindexed(visible, asked, reached, below)[:limit] if lag.posts else []
    tokens = list(dict.fromkeys(one for phrase in asked for one in wanted(phrase)))
    if not tokens or len(found) >= limit:
        return Found(found, cut=False, lag=lag)
    edge, looked = min(below or reached + 1, reached + 1), 0
    while len(found) < limit:
        if looked >= MOST:
            return Found(found, cut=True, lag=lag)
        size = _PAGE if looked else limit + _MORE  # almost every candidate of the index is one
        numbers = place.find(tokens, edge, size)
        looked += len(numbers)
        found += _true(visible, asked, numbers)[: limit - len(found)]
        if len(numbers) < size:
            break
        edge = numbers[-1]
    return Found(found, cut=False, lag=lag)


def _unindexed(visible: QuerySet[Post], asked: Sequence[str], reached: int, below: int | None) -> list[Post]:
    rows = visible.filter(pk__gt=reached)
    if below is not None:
        rows = rows.filter(pk__lt=below)
    return _holding(rows.order_by("-id")[:TAIL], asked)


def _true(visible: QuerySet[Post], asked: Sequence[str], numbers: Sequence[int]) -> list[Post]:
    return _holding(visible.filter(pk__in=numbers).order_by("-id"), asked) if numbers else []


def _holding(rows: Iterable[Post], asked: Sequence[str]) -> list[Post]:
    found = []
    for row in rows:
        text = plain(f"{row.title}\n{row.text}")
        if all(phrase in text for phrase in asked):
            found.append(row)
    return found
