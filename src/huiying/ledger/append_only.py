"""Makes a table of another room append-only in the database itself: a breach is a row that nobody can edit
(habit 10).

Stops UPDATE, DELETE, `INSERT OR REPLACE` (SQLite) and TRUNCATE (PostgreSQL). A later migration that
rebuilds the table on SQLite loses its triggers and must install them again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from django.db.backends.base.base import BaseDatabaseWrapper

from huiying.ledger import guards

Statements = Callable[[str], tuple[list[str], list[str]]]
# What must stand in the database: name → its SQL of a kind of database, to create and to drop.
GUARDED: dict[str, Statements] = {"ledger": guards.statements}


def guard(table: str, unique: Sequence[str]) -> None:
    """Say that `table` is append-only: `huiying check` looks whether its triggers stand (`kept.py` of its room)."""
    GUARDED[table] = partial(statements, table=table, unique=unique)


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


@dataclass(frozen=True)
class Trigger:
    """One that is not as it should be: `what` is gone, changed, or foreign (nobody made it here)."""

    name: str
    table: str
    what: str


def faults(connection: BaseDatabaseWrapper) -> list[Trigger]:
    """Triggers that were dropped, changed, switched off or added, by name."""
    wanted: dict[str, str] = {}
    for made in GUARDED.values():
        for statement in made(connection.vendor)[0]:
            if found := re.match(r"CREATE (?:OR REPLACE FUNCTION|TRIGGER) (\w+)", statement):
                wanted[found[1]] = _bare(statement)
    there = _of_sqlite(connection) if connection.vendor == "sqlite" else _of_postgresql(connection)
    wrong = [
        Trigger(name, _table_of(sql), "changed" if name in there else "gone")
        for name, sql in wanted.items()
        if there.get(name) != sql
    ]
    foreign = {name: sql for name, sql in there.items() if name not in wanted and sql.startswith("CREATE TRIGGER")}
    return wrong + [Trigger(name, _table_of(sql), "foreign") for name, sql in foreign.items()]


def put_back(connection: BaseDatabaseWrapper) -> list[Trigger]:
    """Make every trigger that `faults` tells of anew and drop foreign ones; gives what was wrong."""
    wrong = faults(connection)
    with connection.cursor() as cursor:
        for one in wrong:
            if one.what == "foreign":
                on = f" ON {one.table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f'DROP TRIGGER "{one.name}"{on}')
    if any(one.what != "foreign" for one in wrong):
        for made in GUARDED.values():
            create, drop = made(connection.vendor)
            _run(connection, [*drop, *create])
    return wrong


def _bare(statement: str) -> str:
    """One spelling of a statement: PostgreSQL names the schema, and its own order of events."""
    text = " ".join(statement.split()).replace("UPDATE OR DELETE", "DELETE OR UPDATE")
    return re.sub(r"\bpublic\.", "", text)


def _table_of(statement: str) -> str:
    found = re.search(r" ON (\w+)", statement)
    return found[1] if found else ""


def _of_sqlite(connection: BaseDatabaseWrapper) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name")
        return {name: _bare(sql) for name, sql in cursor.fetchall()}


def _of_postgresql(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """A trigger that is switched off has another spelling than the one that stands."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname, pg_get_triggerdef(t.oid), tgenabled FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid "
            "WHERE NOT tgisinternal AND c.relnamespace = current_schema()::regnamespace ORDER BY tgname"
        )
        found = {name: _bare(sql) + ("" if on == "O" else " DISABLED") for name, sql, on in cursor.fetchall()}
        cursor.execute(
            "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = current_schema()::regnamespace "
            "AND proname LIKE 'ledger\\_%%' ESCAPE '\\'"
        )
        return found | {
            name: _bare(f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${source}$$")
            for name, source in cursor.fetchall()
        }


def _run(connection: BaseDatabaseWrapper, every: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        for statement in every:
            cursor.execute(statement)
