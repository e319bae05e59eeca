"""What every verb of a case shares: a step of the process, the row's lock, a text that must say something; and the
questions that rooms above this one ask before a case may end, each registered here (docs/adr/0009).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from huiying.handling.models import Case, StateChange
from huiying.handling.process import step
from huiying.kernel import clock as time
from huiying.ledger.actions import Actor, record
from huiying.people.versions import require_text as require_text

UNDO_FOR = dt.timedelta(minutes=10)


def move(case: Case, verb: str, actor: Actor, reason: str = "") -> None:
    """One step of the process table, appended; `Case.state` is the cached pointer."""
    target = step(case.state, verb)
    was, case.state = case.state, target.to
    made = StateChange.objects.create(case=case, was=was, state=target.to, at=time.now(), by=actor.name, reason=reason)
    case.save(update_fields=["state"])
    record(
        f"case:{case.number}",
        "case.moved",
        {"from": was, "to": target.to, "verb": verb, "clause": target.clause, "reason": reason},
        actor,
        rows=[case, made],
    )


def locked(case: Case) -> Case:
    """The case's row, locked for the transaction: two verbs on one case never interleave."""
    return Case.objects.select_for_update(of=("self",)).select_related("event", "regulation").get(pk=case.pk)


Guard = Callable[[Case], list[str]]
guards: list[Guard] = []


def guard(check: Guard) -> Guard:
    """Ask `check` before every closing: sentences of what stands in the way, none when nothing does."""
    if check not in guards:
        guards.append(check)
    return check


def why_not_end(case: Case) -> list[str]:
    return [sentence for check in guards for sentence in check(case)]
