"""C5.17, INV-2, INV-13: first_known_at follows evidence, only ever to an earlier moment, and the clocks follow it."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from cast import Cast
from huiying.handling import actions, clocks
from huiying.handling.models import Breach, Knowledge
from huiying.handling.queries import effective
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.people.errors import Refused
from stories import again, opened

HOUR = dt.timedelta(hours=1)
HOW = ("值班员接到电话", "通话记录 3 号")


def test_an_earlier_call_moves_first_knowledge_and_the_deadline_earlier(cast: Cast) -> None:
    case = opened(cast)
    earlier = case.first_known_at - 3 * HOUR
    actions.add_knowledge(case, earlier, *HOW, cast.duty)
    case = again(case)
    due = effective(case, "respond")
    assert case.first_known_at == earlier
    assert due is not None
    assert due.due_at == earlier + 48 * HOUR
    assert LedgerEntry.objects.filter(chain=f"case:{case.number}", kind="case.known_earlier").exists()


@pytest.mark.parametrize("hours", [0, 1, 5])
def test_a_later_moment_is_refused(cast: Cast, frozen: FrozenClock, hours: int) -> None:
    case = opened(cast)
    frozen.advance(10 * HOUR)
    with pytest.raises(Refused):
        actions.add_knowledge(case, case.first_known_at + hours * HOUR, *HOW, cast.duty)
    assert Knowledge.objects.filter(case=case).count() == 1


def test_a_moment_in_the_future_is_refused(cast: Cast, frozen: FrozenClock) -> None:
    with pytest.raises(Refused):
        actions.add_knowledge(opened(cast), clock.now() + HOUR, *HOW, cast.duty)


def test_knowledge_without_evidence_is_refused(cast: Cast) -> None:
    case = opened(cast)
    with pytest.raises(Refused):
        actions.add_knowledge(case, case.first_known_at - HOUR, "听说", "", cast.duty)


def test_knowledge_so_early_that_the_deadline_is_past_is_a_late_report(cast: Cast) -> None:
    case = opened(cast)
    actions.add_knowledge(case, case.first_known_at - 60 * HOUR, *HOW, cast.duty)
    assert Breach.objects.get(clock__case=case).cause == clocks.FOUND_EARLIER


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(offsets=st.lists(st.integers(min_value=-72 * 60, max_value=72 * 60), min_size=1, max_size=6))
def test_whatever_is_claimed_first_knowledge_never_moves_later_inv_2(
    cast: Cast, frozen: FrozenClock, offsets: list[int]
) -> None:
    from stories import hear

    case = actions.open_case(hear(), cast.duty, "较大")
    for minutes in offsets:
        before = again(case).first_known_at
        try:
            actions.add_knowledge(again(case), before + dt.timedelta(minutes=minutes), *HOW, cast.duty)
        except Refused:
            assert again(case).first_known_at == before
        else:
            assert again(case).first_known_at < before
        assert again(case).first_known_at == min(row.known_at for row in case.knowledge.all())
