"""Lies planted in kept tables by whoever has the database in hand: each kept column, a row that goes, a row that comes.

What is to be tried is read from `TABLES`, so a column that is added tomorrow is tried tomorrow.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connection, models, transaction

from editing_of import edited
from huiying.ledger import append_only
from huiying.ledger.actions import Actor, record
from huiying.ledger.comparing import differences
from huiying.ledger.kept import TABLES, WHOLE, Kept
from huiying.people.models import Bureau, User

TRIES = 12


def tables_of(*rooms: str) -> list[str]:
    """The kept tables of rooms, by name."""
    return sorted(name for name, kept in TABLES.items() if kept.model._meta.app_label in rooms)


def tell_of_the_cast() -> None:
    """The cast stands there without a verb (tests/cast.py); a story after this has no row that nobody told of."""
    with transaction.atomic():
        rows = [*Bureau.objects.all(), *User.objects.all()]
        record("system", "bureau.set_up", {"bureau": "", "people": len(rows)}, Actor.SYSTEM, rows=rows)


def found(table: str) -> set[tuple[str, str, str]]:
    """(row, column, what) of each difference in a table."""
    return {(one.pk, one.column, one.what) for one in differences({table})}


@contextmanager
def _undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def every_lie_is_found(table: str) -> None:
    """Each kept column of `table` edited, a row deleted, a row put in: exactly that is found, and nothing before."""
    kept, draw = TABLES[table], random.Random(table)
    assert kept.columns, f"{table}: nothing of it is compared"
    rows = list(kept.model._base_manager.order_by("pk"))
    assert rows, f"{table}: the story makes no row of it"
    assert found(table) == set()
    with _undone():
        append_only.remove(connection, table)
        for column in kept.columns:
            _edits_are_found(kept, column, rows, draw)
        _a_row_that_goes_is_found(kept, rows[-1])
        _a_row_that_comes_is_found(kept, rows[-1], draw)


def _edits_are_found(kept: Kept, column: str, rows: list[models.Model], draw: random.Random) -> None:
    """A column that the database itself lets nobody edit needs no finding."""
    field = next(field for field in kept.model._meta.concrete_fields if field.attname == column)
    for _try in range(TRIES):
        row = draw.choice(rows)
        with _undone():
            try:
                with transaction.atomic():
                    value = edited(field, getattr(row, column), draw)
                    kept.model._base_manager.filter(pk=row.pk).update(**{column: value})
            except DatabaseError:
                continue
            expected = {(str(row.pk), WHOLE if kept.whole else column, "changed")}
            assert found(kept.table) == expected, f"{kept.table}.{column} of row {row.pk}"
            return


def _a_row_that_goes_is_found(kept: Kept, row: models.Model) -> None:
    key = kept.model._meta.pk
    assert key is not None
    with _undone():
        with connection.cursor() as cursor:
            cursor.execute(f'DELETE FROM "{kept.table}" WHERE "{key.column}" = %s', [row.pk])
        assert found(kept.table) == {(str(row.pk), "", "gone")}


def _a_row_that_comes_is_found(kept: Kept, row: models.Model, draw: random.Random) -> None:
    before = row.pk
    for _try in range(TRIES):
        fresh = kept.model._base_manager.get(pk=before)
        fresh.pk = 987654
        for field in kept.model._meta.concrete_fields:
            if not field.primary_key and _try:
                setattr(fresh, field.attname, edited(field, getattr(fresh, field.attname), draw))
        with _undone():
            try:
                with transaction.atomic():
                    kept.model._base_manager.bulk_create([fresh])
            except DatabaseError:
                continue
            assert found(kept.table) == {("987654", "", "unknown")}
            return
