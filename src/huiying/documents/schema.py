"""What was issued, signed or added is a row that nobody can edit (C6.9): the database itself refuses."""

from __future__ import annotations

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from huiying.ledger import append_only

TABLES = {
    "documents_issueddocument": ("id", "number"),
    "documents_signature": ("id",),
    "documents_addendum": ("id",),
}
WITHDRAWALS, UNIQUE = "documents_withdrawal", ("id", "document_id")


def guard(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    for table, unique in TABLES.items():
        append_only.install(editor.connection, table, unique)


def guard_withdrawals(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    append_only.install(editor.connection, WITHDRAWALS, UNIQUE)


def unguard_withdrawals(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    append_only.remove(editor.connection, WITHDRAWALS)


def unguard(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    for table in TABLES:
        append_only.remove(editor.connection, table)
