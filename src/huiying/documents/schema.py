"""What was issued, signed, added or withdrawn is a row that nobody can edit (C6.9): the database itself refuses."""

from __future__ import annotations

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from huiying.ledger import append_only

TABLES = {
    "documents_issueddocument": ("id", "number"),
    "documents_signature": ("id",),
    "documents_addendum": ("id",),
    "documents_withdrawal": ("id", "document_id"),
}


def guard(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    for table, unique in TABLES.items():
        append_only.install(editor.connection, table, unique)


def unguard(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    for table in TABLES:
        append_only.remove(editor.connection, table)
