"""What several tests of oversight need: a case over its time, an assessment that was shown, what check says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import partial

from django.db import connection, transaction

from cast import Cast
from huiying.documents import audits as papers  # noqa: F401  registers what documents say against the ledger
from huiying.handling.clocks import poll
from huiying.handling.models import Case
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger import append_only
from huiying.overseeing import actions
from huiying.overseeing.auditing import cases
from huiying.overseeing.auditing.comparing import rows_say_what_the_ledger_says
from huiying.overseeing.models import Assessment, Measure
from huiying.people.models import User
from stories import accepted, again

CHECKS = {
    "planted_cases": cases.cases_say_what_the_ledger_says,
    "planted_regulation": cases.versions_are_what_was_adopted,
    "planted_scores": cases.scores_are_computed,
    "planted_measures": cases.measures_are_what_was_decided,
    "planted_rows": rows_say_what_the_ledger_says,
}
# What test_planted_decisions.py tells of; test_planted_rows.py tells of the rest.
DECIDED = {
    "Meeting", "Seat of meeting", "Confirmation", "Effect of answer", "Policy", "Assessment of policy", "Training",
    "Session of training", "Attendance at training", "House rule", "Reading of house rule", "Roster of skills",
}  # fmt: skip
AFTER_THE_QUARTER = dt.datetime(2026, 10, 8, 2, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def lies() -> list[str]:
    """What `huiying check` says about the tables and the ledger."""
    return [found.sentence_zh for run in CHECKS.values() for found in run()]


def planted(sql: str, guarded: Iterable[str] = ()) -> None:
    """As somebody with the database file would, around every verb and trigger."""
    for table in guarded:
        append_only.remove(connection, table)
    with connection.cursor() as cursor:
        cursor.execute(sql)


def not_found(told: Mapping[str, tuple[str, str]], guarded: Iterable[str] = ()) -> list[str]:
    """Plant each of `told` in the same world, one after another and each alone; those that check does not see.

    name → (SQL, "where|what", both of which one sentence has to say).
    """
    unseen = []
    for name, (sql, said) in told.items():
        where, what = said.split("|")
        with transaction.atomic():
            planted(sql, guarded)
            found = lies()
            if not [one for one in found if where in one and what in one]:
                unseen.append(f"{name}: {found}")
            transaction.set_rollback(True)
    return unseen


def told_of(_cast: Cast) -> dt.datetime:
    return clock.now()


def overdue(cast: Cast, frozen: FrozenClock) -> Case:
    """Of the information department, accepted and not answered in time; the breach counts."""
    case = accepted(cast)
    frozen.advance(dt.timedelta(hours=60))
    while poll(clock.now(), 100):
        pass
    return again(case)


def shown(cast: Cast, frozen: FrozenClock, period: str = "2026Q3") -> Assessment:
    """The third quarter is over and its assessment shown by the inspector."""
    frozen.set(AFTER_THE_QUARTER)
    return actions.show(period, cast.inspector)


def proposed(cast: Cast, case: Case, step: str = "通报批评", who: User | None = None) -> Measure:
    from huiying.overseeing.actions import measures

    make = partial(measures.propose, cast.department("Z-XX"), step=step, trigger="处置不力")
    return make(facts="此件逾期十二小时才公开回应。", cases=[case.number], actor=who or cast.inspector)
