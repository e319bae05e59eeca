"""The process dies between any two steps of a verb: nothing half done, and done once when it is tried again.

Death is a BaseException at the n-th statement that the verb sends to the database, for every n that it has. What the
verb had written by then must be gone, and the same verb afterwards must do its whole duty once (habit 3).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction

import dying_answers
from cast import Cast
from dying import VERBS as OF_THE_CASEWORK, Verb

Run = Callable[..., Any]
VERBS = [*OF_THE_CASEWORK, *dying_answers.VERBS]


class Dead(BaseException):
    """Not an Exception: nothing in the house may catch it and go on."""


class DiesAt:
    """An execute wrapper that lets `statements` through and dies at the next one."""

    def __init__(self, statements: int) -> None:
        self.left = statements

    def __call__(self, execute: Run, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            return execute(sql, params, many, context)
        if self.left == 0:
            raise Dead
        self.left -= 1
        return execute(sql, params, many, context)


def _rows() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table as the database gives it. Asked after each death, so without a model's conversions."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if model.__module__.startswith("huiying."):
                table, key = model._meta.db_table, model._meta.pk.column
                cursor.execute(f'SELECT * FROM "{table}" ORDER BY "{key}"')
                found[table] = cursor.fetchall()
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("verb", VERBS, ids=[verb.name for verb in VERBS])
def test_a_verb_is_done_whole_or_not_at_all(cast: Cast, verb: Verb) -> None:
    subject = verb.prepare(cast)
    before = _rows()
    deaths = 0
    while _dies(verb, cast, subject, after=deaths):
        assert _rows() == before, f"{verb.name} died after {deaths} statements and left something behind"
        deaths += 1
    assert deaths >= 3, "this verb does nothing that could be interrupted"
    assert _rows() == before
    verb.do(cast, subject)
    verb.check(cast, subject)


def _dies(verb: Verb, cast: Cast, subject: Any, after: int) -> bool:
    """Whether the verb still had a statement to send after so many; a run to its end is taken back."""
    try:
        with transaction.atomic(), connection.execute_wrapper(DiesAt(after)):
            verb.do(cast, subject)
            transaction.set_rollback(True)
    except Dead:
        return True
    return False
