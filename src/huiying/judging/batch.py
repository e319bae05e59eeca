"""What a batch of judging holds on to: the rows of events that it writes, and the regulation in force, read once.

Whoever writes an event back whole has read it locked, else it undoes what was done since. One order for all: first
the rows of events, then their warnings and alarms, then the chains of the ledger; `no_key` lets rows be added that
point at an event.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from django.db.models import QuerySet

from huiying.judging.models import Event
from huiying.people.queries import regulation_now
from huiying.regulation import Regulation


def locked_events(rows: QuerySet[Event]) -> list[Event]:
    """The events of `rows` as they stand now, by number in the store."""
    return list(rows.select_for_update(no_key=True, of=("self",)).order_by("pk"))


def locked_event(pk: int) -> Event:
    """One of them. Raises Event.DoesNotExist."""
    return Event.objects.select_for_update(no_key=True).get(pk=pk)


Answer = TypeVar("Answer")

_held: ContextVar[Regulation | None] = ContextVar("regulation_of_this_batch", default=None)
_answers: ContextVar[dict[Hashable, Any] | None] = ContextVar("answers_of_this_batch", default=None)


def regulation() -> Regulation:
    """The regulation that this batch began under, else the one in force now."""
    return _held.get() or regulation_now()


@contextmanager
def one_regulation() -> Iterator[Regulation]:
    """Hold the regulation for the length of a block, so that one batch is judged by one regulation."""
    token, kept = _held.set(regulation()), _answers.set({})
    try:
        yield regulation()
    finally:
        _answers.reset(kept)
        _held.reset(token)


def once(what: Hashable, ask: Callable[[], Answer]) -> Answer:
    """What `ask` answers; within one batch it is asked once for each `what`, for what no batch itself changes."""
    answers = _answers.get()
    if answers is None:
        return ask()
    if what not in answers:
        answers[what] = ask()
    answer: Answer = answers[what]
    return answer
