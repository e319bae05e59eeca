"""Makes a table of another room append-only in the database itself: a breach is a row that nobody can edit
(habit 10).

Stops UPDATE, DELETE, `INSERT OR REPLACE` (SQLite) and TRUNCATE (PostgreSQL). A later migration that
rebuilds the table on SQLite loses its triggers and must install them again.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.backends.base.base import BaseDatabaseWrapper


def statements(vendor: str, table: str, unique: Sequence[str]) -> tuple[list[str], list[str]]:
    """SQL to create and to drop the guards of `table`, whose unique columns are `unique`."""
    if vendor == "sqlite":
        same = " OR ".join(f"{column} = NEW.{column}" for column in unique)
        stop = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        create = [
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {stop}",
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {stop}",
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) {stop}",
        ]
        return create, [f"DROP TRIGGER IF EXISTS {table}_{name}" for name in ("no_update", "no_delete", "no_replace")]
    if vendor == "postgresql":
        # ledger_refuse() comes with the ledger's own guards.
        create = [
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION ledger_refuse()",
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()",
        ]
        return create, [f"DROP TRIGGER IF EXISTS {table}_{name} ON {table}" for name in ("no_change", "no_truncate")]
    raise NotImplementedError(f"只支持 SQLite 和 PostgreSQL，不支持 {vendor}")


def install(connection: BaseDatabaseWrapper, table: str, unique: Sequence[str]) -> None:
    _run(connection, statements(connection.vendor, table, unique)[0])


def remove(connection: BaseDatabaseWrapper, table: str) -> None:
    _run(connection, statements(connection.vendor, table, ("id",))[1])


def _run(connection: BaseDatabaseWrapper, every: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        for statement in every:
            cursor.execute(statement)
