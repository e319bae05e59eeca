"""What a test begins with, put back row by row instead of made again: the rows are those that the verbs once wrote.

Nine tests of ten begin with the same bureau, which takes a hundred verbs to set up.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db import connection

Rows = dict[str, tuple[list[str], list[tuple[Any, ...]]]]


def _tables() -> list[str]:
    ours = [model for model in apps.get_models(include_auto_created=True) if model.__module__.startswith("huiying.")]
    return [model._meta.db_table for model in ours]


def _is_empty() -> bool:
    """Whether nobody has written anything: every verb writes to the ledger, every person has a row."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS(SELECT 1 FROM ledger_entry) OR EXISTS(SELECT 1 FROM people_user) "
            "OR EXISTS(SELECT 1 FROM people_department)"
        )
        return not cursor.fetchone()[0]


def _taken() -> Rows:
    rows: Rows = {}
    with connection.cursor() as cursor:
        for table in _tables():
            cursor.execute(f'SELECT * FROM "{table}"')
            if found := cursor.fetchall():
                rows[table] = ([column[0] for column in cursor.description], [_told(row) for row in found])
    return rows


def _told(row: tuple[Any, ...]) -> tuple[Any, ...]:
    if connection.vendor != "postgresql":
        return tuple(row)
    from psycopg.types.json import Jsonb

    return tuple(Jsonb(value) if isinstance(value, dict | list) else value for value in row)


def _put(rows: Rows) -> None:
    with connection.cursor() as cursor:
        for table, (columns, values) in rows.items():
            names, marks = ", ".join(f'"{name}"' for name in columns), ", ".join(["%s"] * len(columns))
            cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', values)


class Kept:
    """Rows by what they were made from. In a database where somebody already wrote, everything is made anew."""

    def __init__(self) -> None:
        self._rows: dict[object, Rows] = {}

    def put_back_or(self, key: object, make: Callable[[], object]) -> None:
        if not _is_empty():
            make()
        elif key in self._rows:
            _put(self._rows[key])
        else:
            make()
            self._rows[key] = _taken()
