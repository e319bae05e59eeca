"""What is in force, read once for a whole batch: asking for it per event cost more than grading."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from huiying.people.queries import regulation_now
from huiying.regulation import Regulation

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
