"""Triggers that make `ledger_entry` and `ledger_erasure` append-only, for SQLite and PostgreSQL (INV-8).

Also against `INSERT OR REPLACE` (by id, hash or place) and `TRUNCATE`, which plain update and delete
triggers let through. The owner of the database can drop a trigger; `verify` and the anchors outside the
database exist for that.

A later migration that rebuilds one of these tables on SQLite loses its triggers and must call `install`
again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.backends.base.base import BaseDatabaseWrapper

_KEPT = ("id", "chain", "seq", "at", "kind", "actor", "digest", "prev_hash", "hash")
_TABLES = ("ledger_entry", "ledger_erasure")
_MESSAGE = "{table} is append-only (INV-8)"


def install(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers. Raises NotImplementedError on another kind of database."""
    _run(connection, statements(connection.vendor)[0])


def remove(connection: BaseDatabaseWrapper) -> None:
    """Drop the triggers (reverse migration)."""
    _run(connection, statements(connection.vendor)[1])


@contextmanager
def lifted(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Without triggers for a block: only for flushing a test database between transactional tests."""
    remove(connection)
    try:
        yield
    finally:
        install(connection)


def _run(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def statements(vendor: str) -> tuple[list[str], list[str]]:
    """SQL to create and to drop the triggers. Raises NotImplementedError on another kind of database."""
    if vendor == "sqlite":
        return _sqlite()
    if vendor == "postgresql":
        return _postgresql()
    raise NotImplementedError(f"台账的只增保护只支持 SQLite 和 PostgreSQL，不支持 {vendor}")


_RAISE = "RAISE EXCEPTION '% is append-only (INV-8)', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';"


def _is_exact_erasure(same: str) -> str:
    """True when only payload and salt went from something to nothing, and a decision names this entry."""
    kept = " AND ".join(f"NEW.{column} {same} OLD.{column}" for column in _KEPT)
    return (
        f"{kept} AND NEW.payload IS NULL AND NEW.salt IS NULL AND OLD.payload IS NOT NULL AND EXISTS "  # noqa: S608
        "(SELECT 1 FROM ledger_erasure e WHERE e.chain = OLD.chain AND e.seq = OLD.seq)"
    )


def _sqlite() -> tuple[list[str], list[str]]:
    create: list[str] = []
    names: list[str] = []

    def trigger(table: str, name: str, event: str, when: str = "") -> None:
        names.append(f"{table}_{name}")
        create.append(
            f"CREATE TRIGGER {table}_{name} BEFORE {event} ON {table} {when} "
            f"BEGIN SELECT RAISE(ABORT, '{_MESSAGE.format(table=table)}'); END"
        )

    trigger("ledger_entry", "no_update", "UPDATE", f"WHEN NOT ({_is_exact_erasure('IS')})")
    trigger("ledger_erasure", "no_update", "UPDATE")
    for table in _TABLES:
        trigger(table, "no_delete", "DELETE")
        same_hash = "OR hash = NEW.hash " if table == "ledger_entry" else ""
        trigger(
            table,
            "no_replace",
            "INSERT",
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id {same_hash}"  # noqa: S608
            "OR (chain = NEW.chain AND seq = NEW.seq))",
        )
    return create, [f"DROP TRIGGER IF EXISTS {name}" for name in names]


def _postgresql() -> tuple[list[str], list[str]]:
    create = [
        f"CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {_RAISE} END $$",
        "CREATE OR REPLACE FUNCTION ledger_erase_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {_is_exact_erasure('IS NOT DISTINCT FROM')} THEN RETURN NEW; END IF; "
        f"{_RAISE} END $$",
        "CREATE TRIGGER ledger_entry_no_update BEFORE UPDATE ON ledger_entry "
        "FOR EACH ROW EXECUTE FUNCTION ledger_erase_only()",
        "CREATE TRIGGER ledger_erasure_no_update BEFORE UPDATE ON ledger_erasure "
        "FOR EACH ROW EXECUTE FUNCTION ledger_refuse()",
    ]
    for table in _TABLES:
        create += [
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION ledger_refuse()",
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()",
        ]
    drop = [
        f"DROP TRIGGER IF EXISTS {table}_{name} ON {table}"
        for table in _TABLES
        for name in ("no_update", "no_delete", "no_truncate")
    ]
    # The functions stay: triggers on tables of other rooms call ledger_refuse() too.
    return create, drop
