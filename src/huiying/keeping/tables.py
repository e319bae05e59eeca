"""Every table as JSON lines: the open format of a copy and of an export, the same on SQLite and PostgreSQL (可离开).

A line is a row, its columns by name, keys sorted. Times are RFC 3339 in UTC, bytes Base64, JSON columns JSON.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management.color import no_style
from django.db import connection, models, transaction

from huiying.kernel import canonical

# Who is signed in, which process is alive and what a look found belong to a machine and a moment; another machine must
# not inherit them.
LEFT_OUT = frozenset({"django_session", "work_lease", "work_heartbeat", "work_look"})
# What `migrate` itself writes into new tables.
MADE_BY_MIGRATE = ("auth_permission", "django_content_type")
_BATCH = 1000
# Either database fixes the moment when a table is first read.
_FIRST_LOOK = "SELECT id FROM django_content_type LIMIT 1"

Model = type[models.Model]


class TableError(Exception):
    """A table can not be written or read; the message names it."""


def kept() -> list[Model]:
    """The models whose rows are kept, by the names of their tables."""
    every = apps.get_models(include_auto_created=True)
    mine = [model for model in every if model._meta.managed and not model._meta.proxy]
    return sorted(
        (model for model in mine if model._meta.db_table not in LEFT_OUT), key=lambda model: model._meta.db_table
    )


def shape() -> dict[str, list[str]]:
    """Table → columns, as this version of the program has them."""
    return {model._meta.db_table: sorted(str(field.column) for field in _fields(model)) for model in kept()}


@contextmanager
def one_moment() -> Iterator[None]:
    """Everything read inside is as of one moment, while others go on writing.

    PostgreSQL: REPEATABLE READ. SQLite: a read transaction of the write-ahead log, which takes no write lock as
    `atomic` would. A caller that stands in a transaction already reads as of that.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute(_FIRST_LOOK)
            yield
    else:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                cursor.execute(_FIRST_LOOK)
                yield
            finally:
                cursor.execute("ROLLBACK")


def write(model: Model, file: Path) -> tuple[int, str]:
    """All rows of one table by their keys; gives their number and the SHA-256 of the file. Raises TableError."""
    fields = _fields(model)
    digest, count = hashlib.sha256(), 0
    rows = model._base_manager.order_by("pk").values_list(*(field.attname for field in fields))
    with file.open("wb") as out:
        try:
            for row in rows.iterator(chunk_size=_BATCH):
                told = {str(field.column): _told(value) for field, value in zip(fields, row, strict=True)}
                line = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
                data = line.encode() + b"\n"
                digest.update(data)
                out.write(data)
                count += 1
        except (ValueError, TypeError) as error:
            raise TableError(f"表 {model._meta.db_table} 第 {count + 1} 行写不出来：{error}") from error
    return count, digest.hexdigest()


def read(model: Model, file: Path) -> int:
    """Insert the rows of a file; gives their number. Keys between tables are judged by the caller, at the end."""
    fields = _fields(model)
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    statement = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({places})"
    count = 0
    with connection.cursor() as cursor:
        try:
            for batch in _batches(file):
                values = [[_stored(field, row[str(field.column)]) for field in fields] for row in batch]
                cursor.executemany(statement, values)
                count += len(batch)
        except (KeyError, ValueError, TypeError, ArithmeticError, RecursionError, ValidationError) as error:
            raise TableError(f"表 {model._meta.db_table} 的第 {count + 1} 行之后读不进来：{error}") from error
    return count


def filled() -> list[str]:
    """Tables that hold a row; what `migrate` wrote does not count."""
    return [
        model._meta.db_table
        for model in kept()
        if model._meta.db_table not in MADE_BY_MIGRATE and model._base_manager.exists()
    ]


def clear_what_migrate_made() -> None:
    """Content types and permissions come with the copy: rows name them by their numbers."""
    from django.contrib.contenttypes.models import ContentType

    by_table = {model._meta.db_table: model for model in kept()}
    for table in MADE_BY_MIGRATE:
        manager = by_table[table]._base_manager
        manager.all()._raw_delete(manager.db)
    ContentType.objects.clear_cache()


def sequences() -> dict[str, int]:
    """The last number given out in each table: a number that went with a purged row is never given to another."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT name, seq FROM sqlite_sequence WHERE seq > 0 ORDER BY name")
            wanted = {model._meta.db_table for model in kept()}
            return {name: seq for name, seq in cursor.fetchall() if name in wanted}
    found = {}
    with connection.cursor() as cursor:
        for model, name in _serials(cursor):
            cursor.execute(f"SELECT last_value FROM {name} WHERE is_called")
            if (row := cursor.fetchone()) is not None:
                found[model._meta.db_table] = int(row[0])
    return found


def continue_sequences(last: dict[str, int]) -> None:
    """Go on counting where the copied system stood."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for table, number in last.items():
                cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
                cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, number])
            return
        for statement in connection.ops.sequence_reset_sql(no_style(), kept()):
            cursor.execute(statement)
        for model, name in _serials(cursor):
            if (known := last.get(model._meta.db_table)) is not None:
                cursor.execute("SELECT setval(%s, %s)", [name, known])


def _serials(cursor: Any) -> list[tuple[Model, str]]:
    found = []
    for model in kept():
        key = model._meta.pk
        if isinstance(key, models.AutoField):
            cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [f'"{model._meta.db_table}"', key.column])
            found.append((model, str(cursor.fetchone()[0])))
    return found


def _fields(model: Model) -> list[models.Field[Any, Any]]:
    return list(model._meta.concrete_fields)


def _told(value: Any) -> Any:
    match value:
        case bytes() | memoryview():
            return base64.b64encode(value).decode()
        case datetime():
            return canonical.timestamp(value)
        case date():
            return value.isoformat()
        case Decimal():
            return str(value)
    return value


def _stored(field: models.Field[Any, Any], value: Any) -> Any:
    if isinstance(field, models.JSONField):
        null = value is None and field.null
        return None if null else connection.ops.adapt_json_value(value, field.encoder)
    plain: Any = field.target_field if isinstance(field, models.ForeignKey) else field
    return field.get_db_prep_save(plain.to_python(value), connection)


def _batches(file: Path) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    with file.open(encoding="utf-8", newline="\n") as lines:
        for line in lines:
            batch.append(json.loads(line))
            if len(batch) == _BATCH:
                yield batch
                batch = []
    if batch:
        yield batch
