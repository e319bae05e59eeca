"""The tables of a new home in one go: what `migrate` would make, written down as SQL by tools/new_home.py (ADR 15)."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

from django.db.backends.base.base import BaseDatabaseWrapper

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
