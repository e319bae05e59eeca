"""Getting a named row under lock, whether or not it exists yet."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import IntegrityError, models, transaction

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
