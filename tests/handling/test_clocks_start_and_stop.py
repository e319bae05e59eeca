"""C8.5, C8.6, INV-3: legal clocks run from first knowledge, in calendar hours, and nothing moves them later."""

import datetime as dt

import pytest

from cast import Cast
from huiying.handling import actions, clocks
from huiying.handling.models import Breach, Clock, ClockEvent
from huiying.handling.queries import countdown, effective
from huiying.kernel.clock import FrozenClock
from huiying.ledger.actions import Actor
from huiying.people.errors import Refused
from huiying.responding import actions as responding
from stories import again, answered, approved, hear, opened, routed

HOUR = dt.timedelta(hours=1)


def respond_due(case: object) -> dt.datetime:
    clock = effective(case, "respond")  # type: ignore[arg-type]
    assert clock is not None
    return clock.due_at


@pytest.mark.parametrize(("level", "hours"), [("一般", 48), ("较大", 48), ("重大", 24), ("特别重大", 24)])
def test_each_level_gives_its_hours_from_first_knowledge(cast: Cast, level: str, hours: int) -> None:
    case = opened(cast, level)
    assert respond_due(case) == case.first_known_at + hours * HOUR


def test_the_clock_keeps_the_sentence_and_the_source_of_its_date(cast: Cast) -> None:
    clock = effective(opened(cast, "特别重大"), "respond")
    assert clock is not None
    assert "24小时" in clock.explanation
    assert "（八）" in clock.basis
    assert clock.policy["regulation"] == clock.case.regulation.sha256
    assert "24" in clock.explanation_en


def test_confirming_late_does_not_give_more_time(cast: Cast, frozen: FrozenClock) -> None:
    event = hear()
    known = event.first_known_at
    frozen.advance(30 * HOUR)
    case = actions.open_case(event, cast.duty)
    actions.confirm_level(case, "较大", cast.office)
    assert respond_due(again(case)) == known + 48 * HOUR


def test_raising_moves_the_deadline_earlier_at_once_by_anyone_on_duty(cast: Cast) -> None:
    case = opened(cast, "较大")
    actions.confirm_level(case, "特别重大", cast.duty)
    assert respond_due(again(case)) == case.first_known_at + 24 * HOUR


def test_a_late_upgrade_leaves_a_breach_that_counts_in_no_score(cast: Cast, frozen: FrozenClock) -> None:
    case = opened(cast, "较大")
    frozen.advance(30 * HOUR)
    actions.confirm_level(case, "特别重大", cast.duty)
    breach = Breach.objects.get()
    assert (breach.cause, breach.counts) == (clocks.UPGRADE, False)
    assert breach.due_at == case.first_known_at + 24 * HOUR


def test_after_a_late_upgrade_missing_the_older_deadline_still_counts(cast: Cast, frozen: FrozenClock) -> None:
    case = opened(cast, "较大")
    frozen.advance(30 * HOUR)
    actions.confirm_level(case, "特别重大", cast.duty)
    frozen.advance(19 * HOUR)
    clocks.poll(case.first_known_at + 49 * HOUR, 100)
    assert list(Breach.objects.order_by("id").values_list("cause", "counts")) == [
        (clocks.UPGRADE, False),
        (clocks.LATE, True),
    ]


def test_lowering_at_hour_23_leaves_the_deadline_where_it_is_scenario_3(cast: Cast, frozen: FrozenClock) -> None:
    case = opened(cast, "特别重大")
    due = respond_due(case)
    frozen.advance(23 * HOUR)
    with pytest.raises(Refused):
        actions.confirm_level(case, "较大", cast.top)
    proposal = actions.propose_lower(
        case, "较大", "经核实没有人员伤亡，传播已经停止，影响范围明显小于初判，建议下调。", cast.deputy
    )
    assert again(case).level == "L4"
    actions.second_lower(proposal, True, cast.top)
    assert again(case).level == "L2"
    assert respond_due(again(case)) == due


def test_an_emergency_adds_the_acts_of_the_superior_norms_scenario_11(cast: Cast) -> None:
    case = opened(cast, "重大")
    actions.set_emergency(case, "重大", cast.duty)
    case = again(case)
    first = effective(case, "first_authoritative_release")
    conference = effective(case, "press_conference")
    assert first is not None
    assert conference is not None
    assert first.due_at == case.first_known_at + 5 * HOUR
    assert "80号" in first.source
    assert conference.due_at == case.first_known_at + 24 * HOUR


def test_the_emergency_level_is_never_lowered(cast: Cast) -> None:
    case = opened(cast, "重大")
    actions.set_emergency(case, "特别重大", cast.duty)
    with pytest.raises(Refused):
        actions.set_emergency(case, "重大", cast.duty)


def test_the_first_public_act_stops_the_response_and_not_the_press_conference(cast: Cast) -> None:
    case = approved(cast, "重大")
    actions.set_emergency(case, "重大", cast.duty)
    responding.release(case, ["portal"], cast.office)
    from stories import do_what_is_due

    do_what_is_due()
    case = again(case)
    assert effective(case, "respond") is None
    assert effective(case, "first_authoritative_release") is None
    assert effective(case, "press_conference") is not None


def test_approval_alone_stops_nothing(cast: Cast) -> None:
    case = approved(cast)
    assert effective(case, "respond") is not None
    assert Clock.objects.filter(case=case, is_legal=True, stopped_at__isnull=False).count() == 0


def test_drafting_routing_and_returning_stop_nothing(cast: Cast) -> None:
    case = routed(cast)
    due = respond_due(case)
    actions.return_case(case, "本件不属于信息技术部的职责范围。", cast.tech_head)
    actions.decide_return(again(case), cast.department("GCC"), "由工程处主办", cast.office)
    assert respond_due(again(case)) == due


def test_warnings_come_at_each_ratio_and_the_last_is_a_breach_row(cast: Cast, frozen: FrozenClock) -> None:
    case = opened(cast, "特别重大")
    start = case.first_known_at
    for share in (0.5, 0.75, 0.9, 1.0):
        frozen.set(start + share * 24 * HOUR)
        assert clocks.poll(start + share * 24 * HOUR, 100) >= 1
    respond = Clock.objects.get(case=case, act="respond", superseded_at__isnull=True)
    kinds = list(ClockEvent.objects.filter(clock=respond).values_list("kind", "note"))
    assert kinds == [
        ("started", ""),
        ("warned", "50%"),
        ("silent", ""),
        ("warned", "75%"),
        ("warned", "90%"),
        ("breached", clocks.LATE),
    ]
    assert respond.breach.counts


def test_a_loop_that_slept_writes_one_warning_and_one_breach(cast: Cast, frozen: FrozenClock) -> None:
    case = opened(cast, "特别重大")
    frozen.advance(100 * HOUR)
    clocks.poll(case.first_known_at + 100 * HOUR, 100)
    clocks.poll(case.first_known_at + 100 * HOUR, 100)
    assert Breach.objects.filter(clock__case=case).count() == 1


def test_an_answer_after_the_deadline_is_late_even_if_the_loop_never_ran(cast: Cast, frozen: FrozenClock) -> None:
    case = approved(cast)
    frozen.advance(60 * HOUR)
    clocks.stop(case, "respond", "网址 快照", Actor.SYSTEM)
    assert Breach.objects.get(clock__case=case).cause == clocks.LATE


def test_an_unconfirmed_suggestion_gets_a_provisional_clock_after_an_hour(cast: Cast, frozen: FrozenClock) -> None:
    from huiying.handling.models import Case
    from huiying.handling.tasks import open_unconfirmed

    event = hear()
    frozen.advance(59 * dt.timedelta(minutes=1))
    assert open_unconfirmed(event.first_known_at + dt.timedelta(minutes=59), 10) == 0
    frozen.advance(dt.timedelta(minutes=1))
    assert open_unconfirmed(event.first_known_at + HOUR, 10) == 1
    case = Case.objects.get(event=event)
    assert case.is_provisional
    clock = effective(case, "respond")
    assert clock is not None
    assert clock.provisional


def test_a_provisional_clock_is_capped_at_the_second_level_unless_a_floor_fired(cast: Cast) -> None:
    event = hear()
    event.suggested_level, event.floor_fired = "特别重大", False
    event.save()
    assert actions.open_case(event, Actor.SYSTEM).level == "L2"


def test_a_floor_lifts_the_cap_of_the_provisional_clock(cast: Cast) -> None:
    event = hear()
    event.suggested_level, event.floor_fired = "特别重大", True
    event.save()
    assert actions.open_case(event, Actor.SYSTEM).level == "L4"


def test_a_provisional_breach_counts_in_no_score(cast: Cast, frozen: FrozenClock) -> None:
    case = actions.open_case(hear(), Actor.SYSTEM)
    frozen.advance(60 * HOUR)
    clocks.poll(case.first_known_at + 60 * HOUR, 100)
    assert not Breach.objects.get(clock__case=case).counts


def test_the_countdown_says_what_is_left_in_words(cast: Cast, frozen: FrozenClock) -> None:
    case = opened(cast, "特别重大")
    clock = effective(case, "respond")
    assert clock is not None
    frozen.advance(18 * HOUR + dt.timedelta(minutes=20))
    assert countdown(clock).text == "剩 5 小时 40 分 · 9月15日 10:00 止"
    frozen.advance(5 * HOUR)
    assert countdown(clock).text.startswith("剩 40 分钟")
    frozen.advance(HOUR + dt.timedelta(minutes=45))
    left = countdown(clock)
    assert left.overdue
    assert left.text == "已超 65 分钟"
    assert "24小时" in left.title


def test_the_answered_case_keeps_when_and_by_what_its_clock_stopped(cast: Cast) -> None:
    case = answered(cast)
    clock = Clock.objects.get(case=case, act="respond", stopped_at__isnull=False)
    assert clock.stopped_at == case.answered_at
    assert f"/answers/{case.number}/" in clock.stopped_by
