"""INV-3, C8.5, C8.6: whatever people do, in whatever order, no legal deadline of a matter moves later."""

from __future__ import annotations

import contextlib
import datetime as dt

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings, strategies as st

from cast import Cast
from huiying.handling import actions, clocks
from huiying.handling.actions.relating import merge_cases, posts_to_split, split_case, unmerge_cases
from huiying.handling.models import Case
from huiying.kernel import clock as time
from huiying.kernel.clock import FrozenClock
from huiying.people.errors import Refused
from stories import OUTAGE, RUMOUR, again, hear, opened

WHY = "依据核实的情况，这样办理更合适，理由已经写明在这里。"
LEVELS = ("一般", "较大", "重大", "特别重大")
VERBS = ("raise", "lower", "emergency", "merge", "unmerge", "split", "route", "accept", "return", "decide", "knowledge")


class _Undo(Exception):
    """The example is over; what it did is rolled back."""


def do(cast: Cast, verb: str, one: Case, two: Case, level: str) -> Case | None:
    dept = cast.department("Z-XX")
    match verb:
        case "raise":
            actions.confirm_level(one, level, cast.top, WHY)
        case "lower":
            actions.second_lower(actions.propose_lower(one, level, WHY, cast.deputy), True, cast.top)
        case "emergency":
            actions.set_emergency(one, level, cast.duty)
        case "merge":
            merge_cases(one, two, cast.duty)
        case "unmerge":
            unmerge_cases(one, WHY, cast.office)
        case "split":
            return split_case(one, [posts_to_split(one)[-1].pk], "另一件事情", WHY, cast.duty)
        case "route":
            actions.route(one, dept, [], WHY, cast.duty)
        case "accept":
            actions.accept(one, cast.tech_head)
        case "return":
            actions.return_case(one, WHY, cast.tech_head)
        case "decide":
            actions.decide_return(one, dept, WHY, cast.office)
        case _:
            actions.add_knowledge(
                one, one.first_known_at - dt.timedelta(hours=2), "电话反映", "通话记录一份", cast.duty
            )
    return None


def due(case: Case) -> dict[str, dt.datetime]:
    """The effective deadline of each public act: of the case that it went into, where it was merged."""
    here = again(case)
    while here.merged_into is not None:
        here = again(here.merged_into)
    found: dict[str, dt.datetime] = {}
    for row in clocks.live(here).filter(is_legal=True):
        found.setdefault(row.act, row.due_at)
    return found


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(VERBS), st.booleans(), st.sampled_from(LEVELS), st.integers(0, 300)),
        min_size=1,
        max_size=8,
    )
)
def test_no_deadline_moves_later(cast: Cast, frozen: FrozenClock, steps: list[tuple[str, bool, str, int]]) -> None:
    begun = time.now()
    with contextlib.suppress(_Undo), transaction.atomic():
        _story(cast, frozen, steps)
        raise _Undo
    frozen.set(begun)


def _story(cast: Cast, frozen: FrozenClock, steps: list[tuple[str, bool, str, int]]) -> None:
    one = opened(cast, "较大")
    hear(OUTAGE.replace("今早", "今天早上"))
    two = opened(cast, "一般", RUMOUR)
    for verb, swap, level, minutes in steps:
        frozen.advance(dt.timedelta(minutes=minutes))
        first, second = (two, one) if swap else (one, two)
        before = {case.pk: due(case) for case in (one, two)}
        made = None
        with contextlib.suppress(Refused, IndexError), transaction.atomic():
            made = do(cast, verb, again(first), again(second), level)
        for case in (one, two):
            if verb == "unmerge" and case.pk == first.pk:
                continue  # it has its own deadlines again, looked at below
            after = due(case)
            for act, was in before[case.pk].items():
                assert after[act] <= was, (verb, case.number, act)
        for act, was in before[first.pk].items() if made is not None else ():
            assert due(made)[act] <= was, act


@pytest.mark.parametrize("hours", [0, 3, 30])
def test_un_merged_the_deadlines_are_those_from_before(cast: Cast, frozen: FrozenClock, hours: int) -> None:
    one, two = opened(cast, "较大"), opened(cast, "特别重大", RUMOUR)
    before = due(one)
    merge_cases(one, two, cast.duty)
    frozen.advance(dt.timedelta(hours=hours))
    unmerge_cases(again(one), WHY, cast.office)
    assert due(one) == before
