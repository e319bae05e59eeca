"""What a test begins with, put back row by row instead of made again: the rows are those that the verbs once wrote.

Nine tests of ten begin with the same bureau, which takes a hundred verbs to set up; half of them go on with a case that
has come as far as the last test's. Nothing is put back once the test itself has written something.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Model

from huiying.ledger.comparing import differences
from huiying.ledger.kept import TABLES

Row = tuple[Any, ...]
Table = tuple[list[str], dict[Any, Row]]  # columns, and rows by primary key
State = dict[str, Table]


def _models() -> list[type[Model]]:
    every = apps.get_models(include_auto_created=True)
    return [model for model in every if model.__module__.startswith("huiying.")]


def is_empty() -> bool:
    """Whether nobody has written anything: every verb writes to the ledger, every person has a row."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS(SELECT 1 FROM ledger_entry) OR EXISTS(SELECT 1 FROM people_user) "
            "OR EXISTS(SELECT 1 FROM people_department)"
        )
        return not cursor.fetchone()[0]


def taken() -> State:
    """All of our rows, as the database gives them."""
    state: State = {}
    with connection.cursor() as cursor:
        for model in _models():
            table = model._meta.db_table
            cursor.execute(f'SELECT * FROM "{table}"')
            columns = [column[0] for column in cursor.description]
            key = columns.index(str(model._meta.pk.column))
            if found := cursor.fetchall():
                state[table] = (columns, {row[key]: tuple(row) for row in found})
    return state


def put(state: State, over: State) -> None:
    """Make what is in the database, `over`, into `state`. A story only adds and changes; it takes nothing away."""
    keys = {model._meta.db_table: str(model._meta.pk.column) for model in _models()}
    with connection.cursor() as cursor:
        for table, (columns, rows) in state.items():
            before = over.get(table, (columns, {}))[1]
            fresh = [_bound(row) for pk, row in rows.items() if pk not in before]
            names, marks = ", ".join(f'"{name}"' for name in columns), ", ".join(["%s"] * len(columns))
            if fresh:
                cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', fresh)
            changed = [(*_bound(row), pk) for pk, row in rows.items() if pk in before and before[pk] != row]
            if changed:
                sets = ", ".join(f'"{name}" = %s' for name in columns)
                cursor.executemany(f'UPDATE "{table}" SET {sets} WHERE "{keys[table]}" = %s', changed)


def _bound(row: Row) -> Row:
    if connection.vendor != "postgresql":
        return row
    from psycopg.types.json import Jsonb

    return tuple(Jsonb(value) if isinstance(value, dict | list) else value for value in row)


class Kept:
    """States by what they were made from, each on top of the one with which the test began."""

    def __init__(self) -> None:
        self._states: dict[object, State] = {}
        self._results: dict[object, tuple[type[Model], Any]] = {}
        self._began: object = None
        self.told = 0  # the last entry of the ledger among the rows that were put back
        self.disagreeing: set[str] = set()  # tables that differed from the ledger when they were kept

    def begin(self, key: object, make: Callable[[], object]) -> None:
        """The first rows of a test. In a database where somebody already wrote they are made anew."""
        self._began, self.told = None, 0
        if not is_empty():
            make()
            return
        if key in self._states:
            self._put(self._states[key], {})
        else:
            make()
            self._states[key] = self._taken()
        if self._watch not in connection.execute_wrappers:  # below those of the test, which come and go from the top
            connection.execute_wrappers.insert(0, self._watch)
        self._began = key

    def go_on(self, key: object, make: Callable[[], Model]) -> Model:
        """A story, told on top of the first rows alone; told aloud where the test has written something since."""
        began = self._began
        if began is None:
            return make()
        whole = (began, key)
        if whole not in self._states:
            found = make()
            self._states[whole] = self._taken()
            self._results[whole] = (type(found), found.pk)
            return found
        self._put(self._states[whole], self._states[began])
        model, pk = self._results[whole]
        return model._default_manager.get(pk=pk)

    def _taken(self) -> State:
        """What is there now, compared with the ledger here and once: later tests compare what they change."""
        state = taken()
        self.disagreeing |= {found.kept.table for found in differences(TABLES.keys() & state.keys(), unknown=False)}
        return state

    def _put(self, state: State, over: State) -> None:
        put(state, over)
        self.told = max(state["ledger_entry"][1], default=0) if "ledger_entry" in state else 0
        if connection.vendor == "postgresql" and self.told:
            with connection.cursor() as cursor:
                cursor.execute("SELECT last_value FROM ledger_entry_id_seq")
                last = cursor.fetchone()[0]
            assert last >= self.told, "a test set the numbers of the ledger back: later entries would count as earlier"

    def _watch(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.lstrip().upper().startswith(("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK", "SET CONSTRAINTS")):
            self._began = None
        return execute(sql, params, many, context)


kept = Kept()
