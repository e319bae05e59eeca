"""A breach is a row that nobody can edit (habit 10): the database itself refuses."""

from __future__ import annotations

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from huiying.ledger import append_only

TABLE, UNIQUE = "handling_breach", ("id", "clock_id")


def guard_breaches(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    append_only.install(editor.connection, TABLE, UNIQUE)


def unguard_breaches(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    append_only.remove(editor.connection, TABLE)
