"""Running numbers without gaps, for cases, messages and documents."""

from __future__ import annotations

from django.db import connection

from huiying.work.models import Counter
from huiying.work.rows import locked


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
