"""The regulation in force, read once for a whole batch: asking for it per event cost more than grading."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from huiying.people.queries import regulation_now
from huiying.regulation import Regulation

_held: ContextVar[Regulation | None] = ContextVar("regulation_of_this_batch", default=None)


def regulation() -> Regulation:
    """The regulation that this batch began under, else the one in force now."""
    return _held.get() or regulation_now()


@contextmanager
def one_regulation() -> Iterator[Regulation]:
    """Hold the regulation for the length of a block, so that one batch is judged by one regulation."""
    token = _held.set(regulation())
    try:
        yield regulation()
    finally:
        _held.reset(token)
