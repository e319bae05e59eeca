"""Every kept column of a room's tables, edited behind the verbs one after another: what `differences` does not name.

Derived from `ledger.kept.TABLES`, so that a new table or column is asked as well. Each edit is made alone and rolled
back. The constraints of the tables are switched off where the database lets one do that, as a forger would.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from django.db import DatabaseError, connection, transaction

from editing_of import edited
from huiying.ledger import append_only
from huiying.ledger.comparing import differences
from huiying.ledger.kept import TABLES, WHOLE, Kept

Found = set[tuple[str, str, str]]


def tables_of(room: str) -> list[Kept]:
    return [kept for name, kept in sorted(TABLES.items()) if kept.model._meta.app_label == room]


def empty_of(room: str) -> list[str]:
    """Tables of which a story made no row: nothing would be asked of them."""
    return [kept.table for kept in tables_of(room) if not kept.model._base_manager.exists()]


def told_otherwise(room: str) -> Found:
    """What differs now, rows that no entry names among it."""
    return _found({kept.table for kept in tables_of(room)})


def unseen(room: str) -> list[str]:
    """Edits of a column or an id, and deletions, of the last row of each table, that are not found as what they are."""
    for kept in tables_of(room):
        append_only.remove(connection, kept.table)
    if connection.vendor == "sqlite":
        _run("PRAGMA ignore_check_constraints = ON")
    try:
        return [words for kept in tables_of(room) for words in _unseen_in(kept)]
    finally:
        if connection.vendor == "sqlite":
            _run("PRAGMA ignore_check_constraints = OFF")


def _unseen_in(kept: Kept) -> Iterator[str]:
    row = kept.model._base_manager.order_by("-pk")[0]
    rows, pk = kept.model._base_manager.filter(pk=row.pk), str(row.pk)
    draw = random.Random(kept.table)
    fields = {field.attname: field for field in kept.model._meta.concrete_fields}
    for name in kept.columns:
        value = edited(fields[name], getattr(row, name), draw)
        found = _after(kept, lambda name=name, value=value: rows.update(**{name: value}))  # type: ignore[misc]
        if found is not None and found != {(kept.table, pk, WHOLE if kept.whole else name)}:
            yield f"{kept.table}.{name}: {found}"
    found = _after(kept, lambda: rows._raw_delete(connection.alias))
    if found != {(kept.table, pk, "")}:
        yield f"{kept.table}, deleted: {found}"
    key = kept.model._meta.pk.column  # type: ignore[union-attr]
    found = _after(kept, lambda: _run(f'UPDATE "{kept.table}" SET "{key}" = "{key}" + 900000 WHERE "{key}" = {pk}'))
    if found != {(kept.table, pk, ""), (kept.table, str(int(pk) + 900000), "")}:
        yield f"{kept.table}, under another number: {found}"


def _after(kept: Kept, edit: Any) -> Found | None:
    """What is found after the edit alone; None where the database itself refuses it."""
    found: Found | None = None
    try:
        with transaction.atomic():
            edit()
            found = _found({kept.table})
            transaction.set_rollback(True)
    except DatabaseError:
        return None
    return found


def _found(tables: set[str]) -> Found:
    return {(one.kept.table, one.pk, one.column) for one in differences(tables)}


def _run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
