"""Running numbers without gaps, for cases, messages and documents."""

from __future__ import annotations

from django.db import connection

from huiying.work.models import Counter
from huiying.work.rows import locked


def next_number(name: str) -> int:
    """The next number of the series `name`, from 1. The caller's rollback gives it back.

    Raises RuntimeError outside a transaction, where the number could be lost.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(f"取号 {name} 必须在 transaction.atomic() 之内，否则会跳号")
    counter = locked(Counter, name)
    counter.value += 1
    counter.save(update_fields=["value"])
    return counter.value
