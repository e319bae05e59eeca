"""Edits as somebody makes them who has the database in hand and no verb: any kept table, any kept column, raw SQL."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from typing import Any

from django.db import DatabaseError, connection, models, transaction

from huiying.ledger import append_only
from huiying.ledger.kept import TABLES, Kept

Edit = tuple[str, str, str]  # table, primary key, column


def edits(wanted: int, seed: int) -> list[Edit]:
    """Make `wanted` edits, each of another row, the tables by turns; what a constraint refuses is drawn again."""
    draw = random.Random(seed)
    tables = [kept for kept in TABLES.values() if kept.columns and kept.model._base_manager.exists()]
    for table in connection.introspection.table_names():
        if table in TABLES:
            append_only.remove(connection, table)
    made: list[Edit] = []
    for kept in _by_turns(tables, draw):
        if len(made) == wanted:
            break
        edit = _edit(kept, draw, {(table, pk) for table, pk, _column in made})
        if edit is not None:
            made.append(edit)
    return made


def _by_turns(tables: list[Kept], draw: random.Random) -> Iterator[Kept]:
    for _turn in range(60):
        yield from draw.sample(tables, len(tables))


def _edit(kept: Kept, draw: random.Random, taken: set[tuple[str, str]]) -> Edit | None:
    row = draw.choice(list(kept.model._base_manager.order_by("pk")[:500]))
    if (kept.table, str(row.pk)) in taken:
        return None
    name = draw.choice(kept.columns)
    field = next(field for field in kept.model._meta.concrete_fields if field.attname == name)
    value = edited(field, getattr(row, field.attname), draw)
    try:
        with transaction.atomic():
            kept.model._base_manager.filter(pk=row.pk).update(**{field.attname: value})
    except DatabaseError:
        return None
    return kept.table, str(row.pk), field.attname


def edited(field: Any, value: Any, draw: random.Random) -> Any:
    """Another value that the column takes."""
    match field:
        case models.ForeignKey():
            others = field.related_model._base_manager.exclude(pk=value).values_list("pk", flat=True)[:50]
            return draw.choice(list(others)) if others else (None if value is not None and field.null else 987654)
        case models.BooleanField():
            return not value
        case models.DateTimeField():
            return (value or dt.datetime(2026, 9, 14, tzinfo=dt.UTC)) + dt.timedelta(seconds=draw.randint(1, 90000))
        case models.DateField():
            return (value or dt.date(2026, 9, 14)) + dt.timedelta(days=draw.randint(1, 40))
        case models.IntegerField() | models.FloatField():
            return (value or 0) + draw.randint(1, 9)
        case models.JSONField():
            return {"edited": draw.randint(1, 9), "before": value}
        case models.BinaryField():
            return bytes(value or b"") + b"\x01"
        case _:
            text = str(value or "")
            mark = draw.choice("甲乙丙丁戊己庚辛")
            room = field.max_length is None or len(text) < field.max_length
            return text + mark if room else mark + text[1:]
