"""The embedded database, written in turns by several processes.

SQLite lets a waiting writer look again now and then and queues nobody: a loop that works off a backlog takes the lock
again a moment after it gave it back, and whoever clicks or delivers posts meanwhile waited the whole twenty seconds for
nothing (seen with 500 posts a second). So a transaction that wants to write first takes the turn, a lock on a file
beside the database, and keeps it only until it has begun: whoever comes back at once has to wait for the turn, and the
one that holds it is next. The turn orders who waits; that two never write at once stays SQLite's own work, so a turn
that cannot be had (a read-only folder, a system without `flock`) costs fairness and nothing else.
A new home gets its tables in one go, as tools/new_home.py wrote them down in SQL (ADR 15).
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Final

from django.db import DataError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.sqlite3 import base, operations

try:
    import fcntl
except ImportError:  # not every system has it
    fcntl = None  # type: ignore[assignment]

LOOK: Final = 0.002  # seconds between two looks at a turn that another has


class Cursor(base.SQLiteCursorWrapper):
    """As Django's own, but that it takes no NUL in a text, as PostgreSQL takes none: one answer on both."""

    def execute(self, query: str, params: Any = None) -> Any:
        if params is not None:
            _refuse_nul(params.values() if isinstance(params, Mapping) else params)
        return super().execute(query, params)

    def executemany(self, query: str, param_list: Iterable[Any]) -> Any:
        rows = list(param_list)
        for row in rows:
            _refuse_nul(row)
        return super().executemany(query, rows)


def _refuse_nul(values: Iterable[Any]) -> None:
    for value in values:
        if type(value) is str and "\x00" in value:
            raise DataError("a text for the database holds a NUL (0x00)")


class DatabaseOperations(operations.DatabaseOperations):
    """As Django's own, but quicker with a time in UTC, which is what all of ours are."""

    def adapt_datetimefield_value(self, value: Any) -> Any:
        if type(value) is datetime and value.tzinfo is UTC and self.connection.timezone is UTC:
            return str(value.replace(tzinfo=None))
        return super().adapt_datetimefield_value(value)


class DatabaseWrapper(base.DatabaseWrapper):
    """As Django's own, but that a transaction begins in its turn and no text holds a NUL."""

    ops_class = DatabaseOperations

    def create_cursor(self, name: str | None = None) -> Any:
        connection: Any = self.connection
        return connection.cursor(factory=Cursor)

    def _start_transaction_under_autocommit(self) -> None:
        begin: Callable[[], None] = super()._start_transaction_under_autocommit  # type: ignore[misc]
        options: dict[str, Any] = self.settings_dict["OPTIONS"]
        if options.get("transaction_mode") is None or self.is_in_memory_db():
            begin()
            return
        with turn(f"{self.settings_dict['NAME']}.turn", patience=float(options.get("timeout", 5.0))):
            begin()


@contextmanager
def turn(file: str | Path, patience: float) -> Iterator[bool]:
    """Hold the turn of `file`; False when it could not be had in `patience` seconds, or not at all."""
    try:
        handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600) if fcntl else -1
    except OSError:
        handle = -1
    if handle < 0:
        yield False
        return
    try:
        yield _taken(handle, patience)
    finally:
        os.close(handle)  # and with it the lock


def _taken(handle: int, patience: float) -> bool:
    ends = monotonic() + patience
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if monotonic() >= ends:
                return False
            sleep(LOOK)
        else:
            return True


FILE = Path(__file__).with_name("new_home.sql")
_DONE = re.compile(r"INSERT INTO \"django_migrations\" VALUES\(\d+,'([^']*)','([^']*)',")


def migrations(sql: str) -> set[tuple[str, str]]:
    """App and name of every migration that the file holds as done."""
    return set(_DONE.findall(sql))


def make(connection: BaseDatabaseWrapper, wanted: set[tuple[str, str]]) -> bool:
    """Make them, all or none. False, and nothing is made, where the file is not of exactly the `wanted` migrations, or
    where another process was faster.
    """
    sql = FILE.read_text("utf-8") if FILE.exists() else ""
    if not wanted <= migrations(sql):
        return False
    with connection.cursor() as cursor:
        raw = cursor.connection
        cursor.execute("PRAGMA foreign_keys=OFF")  # rows stand in the order of their tables
        try:
            raw.executescript(sql.replace("BEGIN TRANSACTION;", "BEGIN IMMEDIATE;", 1))
        except sqlite3.OperationalError:  # the first table is there: another process was faster
            raw.rollback()
            return False
        finally:
            cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("UPDATE django_migrations SET applied = datetime('now')")
    return True
