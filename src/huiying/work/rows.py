"""Rows under lock, whether or not they exist yet; many at the price of the database; and numbers without gaps.

Many rows are written by one statement, not by the ORM's objects. Cases, messages and documents are numbered from a
locked row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from django.db import IntegrityError, connection, connections, models, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from huiying.work.models import Counter

Row = TypeVar("Row", bound=models.Model)


def locked(model: type[Row], name: str, **defaults: Any) -> Row:
    """The row of `model` with primary key `name`, made from `defaults` when missing, locked until commit."""
    rows = model._default_manager.select_for_update()
    row = rows.filter(pk=name).first()
    if row is not None:
        return row
    try:
        with transaction.atomic():
            model._default_manager.create(pk=name, **defaults)
    except IntegrityError:
        pass  # made by another process a moment ago; it is locked below
    return rows.get(pk=name)


def insert(rows: Sequence[Any], model: type[models.Model] | None = None) -> None:
    """Insert new rows of one model with one prepared statement (PostgreSQL: by COPY), and give each its id.

    `bulk_create` builds a statement and an expression for every value, which costs more than the database does. Fields
    that fill themselves on saving (auto_now, db_default) are not for this. Where `model` is given, a row may also be
    any object with an attribute for each column: to make a model's instance takes longer than to insert it.
    Raises RuntimeError outside a transaction.
    """
    if not rows:
        return
    _require_transaction("insert")
    model = model or type(rows[0])
    assert model._meta.pk is not None
    connection, key = connections[router.db_for_write(model)], model._meta.pk.attname
    with connection.cursor() as cursor:
        for row, number in zip(rows, _numbers(cursor, model, len(rows), connection.vendor), strict=True):
            setattr(row, key, number)
            if isinstance(row, models.Model):
                row._state.adding, row._state.db = False, connection.alias
        fields = model._meta.concrete_fields
        names = ", ".join(_column(field, connection) for field in fields)
        table = connection.ops.quote_name(model._meta.db_table)
        if connection.vendor == "postgresql":
            with connection.wrap_database_errors, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for values in _values(rows, fields, connection):
                    copy.write_row(values)
            return
        places = ", ".join(["%s"] * len(fields))
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", _values(rows, fields, connection))


def rewrite(rows: Sequence[models.Model], fields: Sequence[str] = ()) -> None:
    """Write `fields` (all without) of stored rows of one model back, with one prepared statement."""
    if not rows:
        return
    _require_transaction("rewrite")
    meta, connection = type(rows[0])._meta, connections[router.db_for_write(type(rows[0]))]
    key = meta.pk
    assert key is not None
    written = [field for field in meta.concrete_fields if field is not key and (not fields or field.name in fields)]
    sets = ", ".join(f"{_column(field, connection)} = %s" for field in written)
    table, column = connection.ops.quote_name(meta.db_table), _column(key, connection)
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {table} SET {sets} WHERE {column} = %s", _values(rows, [*written, key], connection))


def _column(field: models.Field[Any, Any], connection: BaseDatabaseWrapper) -> str:
    assert field.column is not None
    return connection.ops.quote_name(field.column)


def _require_transaction(verb: str) -> None:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"rows.{verb} 必须在 transaction.atomic() 之内")


def _numbers(cursor: Any, model: type[models.Model], count: int, vendor: str) -> Iterable[int]:
    """Ids for new rows. SQLite has one writer, so the sequence stands still until this transaction moves it."""
    table = model._meta.db_table
    if vendor == "postgresql":
        key = model._meta.pk
        assert key is not None
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [f'"{table}"', key.column, count],
        )
        return [number for (number,) in cursor.fetchall()]
    cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
    last = (cursor.fetchone() or (0,))[0]
    return range(last + 1, last + count + 1)


Convert = Callable[[Any], Any]
_AS_THEY_ARE = (
    models.CharField, models.TextField, models.IntegerField, models.FloatField, models.BooleanField,
    models.ForeignKey, models.AutoField,
)  # fmt: skip


def _values(
    rows: Sequence[Any], fields: Sequence[models.Field[Any, Any]], connection: BaseDatabaseWrapper
) -> list[list[Any]]:
    converts = [(field.attname, _convert(field, connection)) for field in fields]
    return [
        [getattr(row, name) if convert is None else convert(getattr(row, name)) for name, convert in converts]
        for row in rows
    ]


def _convert(field: models.Field[Any, Any], connection: BaseDatabaseWrapper) -> Convert | None:
    """How a value of the field goes to the driver; None for what goes as it is."""
    if isinstance(field, models.DateTimeField):
        adapt: Convert = connection.ops.adapt_datetimefield_value
        return adapt
    if isinstance(field, _AS_THEY_ARE):
        return None
    if isinstance(field, models.JSONField):
        write, encoder = connection.ops.adapt_json_value, field.encoder
        nothing: dict[type, Any] = {list: write([], encoder), dict: write({}, encoder)}  # what most of them hold

        def convert(value: Any) -> Any:
            if not value and type(value) in nothing:
                return nothing[type(value)]
            return None if value is None else write(value, encoder)

        return convert
    return lambda value: field.get_db_prep_save(value, connection)


def next_number(name: str) -> int:
    """The next number of the series `name`, from 1. The caller's rollback gives it back.

    Raises RuntimeError outside a transaction, where the number could be lost.
    """
    return next_numbers(name, 1)[0]


def next_numbers(name: str, count: int) -> range:
    """The next `count` numbers of the series, as `next_number` gives them one by one."""
    if not connection.in_atomic_block:
        raise RuntimeError(f"取号 {name} 必须在 transaction.atomic() 之内，否则会跳号")
    counter = locked(Counter, name)
    first = counter.value + 1
    counter.value += count
    counter.save(update_fields=["value"])
    return range(first, first + count)
