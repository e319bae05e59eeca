"""What the ledger suggests for the ladder （十二）C12.4–C12.6: cases with what went wrong on them, by department.

A suggestion is evidence in a list and does nothing. Only what the ledger shows is suggested; other triggers of the
regulation are for a person. A late upgrade, a return and a correction within a day are never among them (C9.7).
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from huiying.kernel import clock
from huiying.overseeing.commands import entries_of
from huiying.overseeing.history.case import DEADLINE_MISSED, SECOND_WAVE, STALE_FACTS
from huiying.overseeing.history.entries import Entry
from huiying.overseeing.history.reading import read_cases
from huiying.overseeing.models import Measure
from huiying.people.queries import regulation_now
from huiying.regulation.regulation import Regulation

WINDOW = dt.timedelta(days=92)
# Which paper a step is put on, by the words that a bureau may call it (§5.2-6 to 8, C12.6); a step of other words,
# such as a reminder, has none.
PAPERS = {"supervision": ("督办",), "criticism": ("通报",), "talk": ("约谈", "谈话"), "referral": ("移送",)}
KINDS = (
    "case.routed", "case.returned", "case.route_undone", "clock.breached", "release.live", "facts.agreed",
    "effect.judged",
)  # fmt: skip
OVERDUE = "duban_overdue"  # a supervision whose date is over
KNOWN = (DEADLINE_MISSED, SECOND_WAVE, STALE_FACTS, OVERDUE)
_CODE = re.compile(r"[a-z_]+")


@dataclass(frozen=True)
class Suggestion:
    department: str
    trigger: str  # the regulation's word
    code: str
    step: str
    cases: tuple[str, ...]


def paper_of(step: str) -> str:
    """The kind of document that a step is put on, "" where it has none."""
    return next((kind for kind, words in PAPERS.items() if any(word in step for word in words)), "")


def words_of(regulation: Regulation, code: str) -> str:
    """The regulation's word for a trigger; "" where it does not have it."""
    for word, codes in regulation.accountability.triggers.items():
        if any(match and match[0] == code for match in (_CODE.match(text) for text in codes)):
            return word
    return ""


def wrong(entries: Iterable[Entry], since: dt.datetime) -> dict[tuple[str, str], set[str]]:
    """(department, code) → cases: a deadline missed that counts, a second wave, a stale fact published."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for chain, case in read_cases(entries).items():
        for fault in case.faults:
            if fault.at >= since and fault.department:
                found[fault.department, fault.code].add(chain.removeprefix("case:"))
    return found


def suggestions() -> list[Suggestion]:
    """What stands in the ledger of the last quarter and no measure speaks of yet."""
    law, now = regulation_now(), clock.now()
    measures = list(Measure.objects.select_related("department").order_by("id"))
    told = {(row.department.name, row.trigger, number) for row in measures for number in row.cases}
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for (department, code), cases in wrong(entries_of(KINDS), now - WINDOW).items():
        found[department, code] = {one for one in cases if (department, words_of(law, code), one) not in told}
    for row in measures:
        if row.state == Measure.ISSUED and row.rectify_by is not None and row.rectify_by < now:
            later = [other for other in measures if other.pk > row.pk and other.department_id == row.department_id]
            found[row.department.name, OVERDUE] |= set(row.cases) - {n for other in later for n in other.cases}
    made = []
    for (department, code), cases in sorted(found.items()):
        trigger, left = words_of(law, code), sorted(cases)
        if trigger and left:
            step = _next_step(law, [row for row in measures if row.department.name == department], now)
            made.append(Suggestion(department, trigger, code, step, tuple(left)))
    return made


def _next_step(law: Regulation, before: list[Measure], now: dt.datetime) -> str:
    """One above the highest that was decided within a year; the first where there was none."""
    ladder = law.accountability.ladder
    steps = [
        ladder.index(row.step)
        for row in before
        if row.step in ladder
        and row.state in (Measure.ISSUED, Measure.FOLLOWED)
        and row.decided_at is not None
        and row.decided_at > now - dt.timedelta(days=365)
    ]
    return ladder[min(max(steps) + 1, len(ladder) - 1)] if steps else ladder[0]


def by_hand(regulation: Regulation) -> list[str]:
    """Triggers that the ledger cannot see by itself: a person proposes them."""
    seen = {words_of(regulation, code) for code in KNOWN}
    return [word for word in regulation.accountability.triggers if word not in seen]
