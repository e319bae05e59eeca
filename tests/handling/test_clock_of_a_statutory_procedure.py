"""§2.1, C3.1: the clock of a statutory procedure is its own; nothing that happens to the case stops or moves it."""

import datetime as dt

import pytest

import stories
from cast import Cast
from huiying.handling import actions as handling, calling, clocks
from huiying.handling.actions import close, reopen, void
from huiying.handling.actions.relating import merge_cases, split_case, unmerge_cases
from huiying.handling.models import Breach, Case, Clock, Escalation
from huiying.handling.queries import effective, shown_clocks
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.people.errors import Refused
from huiying.responding.actions.following import answer_filing, record_filing
from huiying.responding.models import StatutoryFiling
from huiying.work.auditor import check

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
ROOT = "证书到期无人盯办，已列入月度检查"


def filed(cast: Cast, case: Case, channel: str = "petition", reference: str = "信访〔2026〕31号") -> StatutoryFiling:
    return record_filing(stories.again(case), channel, reference, clock.now(), cast.office)


def running(row: StatutoryFiling) -> Clock:
    found = Clock.objects.get(pk=row.clock_id)
    assert (found.stopped_at, found.superseded_at) == (None, None)
    return found


@pytest.mark.parametrize(
    ("channel", "due"),
    [
        ("objection", "2026-09-17T02:00:00+00:00"),  # 3 natural days
        ("query", "2026-09-22T09:30:00+00:00"),  # 7 working days, one Sunday worked, to the end of work
        ("petition", "2026-11-13T02:00:00+00:00"),  # 60 natural days
    ],
)
def test_each_channel_has_its_own_limit_and_its_own_source_c3_1(cast: Cast, channel: str, due: str) -> None:
    row = filed(cast, stories.routed(cast), channel)
    made = running(row)
    assert made.due_at.isoformat() == due
    assert (made.act, made.is_legal, made.provisional) == ("statutory", True, False)
    assert made.layer.startswith(f"statutory:{channel}:")
    assert made.source
    assert "信访〔2026〕31号" in made.explanation
    assert made.explanation_en
    assert made.policy["within"]
    assert made.chain, "it has a ladder of its own"


def test_working_days_jump_over_the_holidays_of_the_calendar(cast: Cast, frozen: FrozenClock) -> None:
    """The National Day week does not count: the regulation's work_calendar computes it."""
    frozen.advance(14 * DAY)
    row = filed(cast, stories.routed(cast), "query")
    assert running(row).due_at - row.filed_at > 13 * DAY


def test_it_warns_and_breaches_by_its_own_ladder(cast: Cast, frozen: FrozenClock) -> None:
    row = filed(cast, stories.routed(cast), "objection")
    seen: list[str] = []
    for _n in range(80):
        frozen.advance(HOUR)
        clocks.poll(clock.now(), 500)
        seen = list(row.clock.events.values_list("kind", flat=True))
    assert seen.count("warned") == 3
    assert seen.count("breached") == 1
    assert "silent" not in seen, "that word belongs to the public answer (C1.3)"
    assert Breach.objects.get(clock=row.clock).counts
    assert Escalation.objects.filter(clock=row.clock).exists()
    assert any(one.code == "deadline.overdue" and "法定程序答复" in one.sentence_zh for one in check())


def test_filed_long_ago_it_is_late_at_once(cast: Cast) -> None:
    case = stories.routed(cast)
    row = record_filing(case, "objection", "异议 7", clock.now() - 5 * DAY, cast.office)
    assert Breach.objects.filter(clock=row.clock).exists()


def test_several_procedures_each_have_a_clock_and_each_is_shown(cast: Cast) -> None:
    case = stories.routed(cast)
    rows = [filed(cast, case), filed(cast, case, "query", "质疑 1"), filed(cast, case, "query", "质疑 2")]
    shown = [one for one in shown_clocks(case) if one.act == "statutory"]
    assert {one.pk for one in shown} == {row.clock_id for row in rows}
    assert effective(case, "respond") is not None


def test_closing_leaves_it_running_c3_1(cast: Cast) -> None:
    case = stories.effects_seen(cast, stories.answered(cast))
    row = filed(cast, case)
    close(case, ROOT, cast.office)
    running(row)
    assert not clocks.live(case).exclude(act__in=("statutory", "review")).exists()
    with pytest.raises(Refused):
        reopen(case, "短", cast.office)
    reopen(stories.again(case), "群众又来反映", cast.office)
    running(row)


def test_its_call_rings_on_after_the_case_is_closed(cast: Cast, frozen: FrozenClock) -> None:
    case = stories.effects_seen(cast, stories.answered(cast))
    row = filed(cast, case, "objection")
    close(case, ROOT, cast.office)
    frozen.advance(2 * DAY)
    clocks.poll(clock.now(), 500)
    call = Escalation.objects.get(clock=row.clock)
    frozen.advance(2 * HOUR)
    calling.poll(clock.now(), 500)
    call.refresh_from_db()
    assert (call.times > 1, call.closed_why) == (True, "")
    answer_filing(row, "异议答复 1", cast.office)
    call.refresh_from_db()
    assert call.closed_why


def test_merging_and_its_undoing_leave_it_where_it_was_filed(cast: Cast) -> None:
    loser, winner = stories.routed(cast), stories.opened(cast, text=stories.RUMOUR)
    row = filed(cast, loser)
    merge_cases(loser, winner, cast.duty)
    assert running(row).case_id == loser.pk
    assert not clocks.live(winner).filter(act="statutory").exists()
    unmerge_cases(stories.again(loser), "原来是两件事", cast.office)
    running(row)


def test_splitting_and_voiding_leave_it_alone(cast: Cast) -> None:
    case = stories.routed(cast)
    stories.hear(stories.OUTAGE.replace("今早", "今天早上"))
    row = filed(cast, case)
    posts = list(case.event.members.order_by("-id").values_list("post_id", flat=True)[:1])
    made = split_case(stories.again(case), posts, "另一件事情", "说的是另一件事", cast.duty)
    assert not clocks.live(made).filter(act="statutory").exists()
    void(stories.again(case), "与另一件重复立案，在那一件里办理", cast.office)
    running(row)


def test_confirming_and_raising_the_level_leave_its_date(cast: Cast) -> None:
    case = stories.opened(cast)
    row = filed(cast, case)
    before = running(row).due_at
    handling.confirm_level(stories.again(case), "重大", cast.deputy, "经核对传播情况和影响范围，按实际影响程度上调。")
    assert running(row).due_at == before


def test_only_its_own_answer_stops_it_and_other_procedures_run_on(cast: Cast, frozen: FrozenClock) -> None:
    case = stories.routed(cast)
    first, second = filed(cast, case), filed(cast, case, "query", "质疑 1")
    frozen.advance(DAY)
    answer_filing(first, "信访答复〔2026〕9号", cast.office)
    stopped = Clock.objects.get(pk=first.clock_id)
    assert (stopped.stopped_at, stopped.stopped_by) == (clock.now(), "信访答复〔2026〕9号")
    running(second)
    entry = LedgerEntry.objects.filter(kind="clock.stopped").last()
    assert entry is not None
    assert (entry.data or {})["on_time"] is True
