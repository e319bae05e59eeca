"""C2.1, C2.3, C7.1, C10.6, INV-6: exactly one lead, never unexplained, returned once, then the office decides."""

import datetime as dt

import pytest

from cast import Cast
from huiying.handling import actions
from huiying.handling.models import Case, CaseDepartment
from huiying.handling.queries import effective, joint_of, lead_of
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.people.errors import Refused
from huiying.work.models import Notice
from stories import again, hear, opened, routed

REASON = "系统故障，由信息技术部主办"


def test_the_office_leads_from_the_first_minute(cast: Cast) -> None:
    case = actions.open_case(hear(), cast.duty)
    lead = lead_of(case)
    assert lead is not None
    assert lead.is_office


def test_opening_twice_gives_one_case(cast: Cast) -> None:
    event = hear()
    first = actions.open_case(event, cast.duty)
    assert actions.open_case(event, cast.office) == first
    assert Case.objects.count() == 1


def test_case_numbers_count_up_within_the_local_day(cast: Cast) -> None:
    first = opened(cast)
    second = opened(cast, text="鞍山公共资源交易中心评标专家名单提前泄露，评委一进门就有人打招呼，谁来管管。")
    assert (first.number, second.number) == ("20260914-01", "20260914-02")


def test_routing_names_one_lead_and_any_number_of_joint_departments(cast: Cast) -> None:
    case = routed(cast)
    lead = lead_of(case)
    assert lead is not None
    assert lead.code == "Z-XX"
    assert [item.code for item in joint_of(case)] == ["WGC"]
    assert case.state == "assigned"


def test_routing_without_a_reason_is_refused(cast: Cast) -> None:
    case = opened(cast)
    with pytest.raises(Refused) as refusal:
        actions.route(case, cast.department("Z-XX"), [], " ", cast.duty)
    assert "转办理由" in refusal.value.sentence


def test_only_a_listed_department_can_lead_c2_3(cast: Cast) -> None:
    case = opened(cast)
    gone = cast.department("RSC")
    gone.is_active = False
    gone.save()
    with pytest.raises(Refused):
        actions.route(case, gone, [], REASON, cast.duty)


def test_a_department_head_can_not_route(cast: Cast) -> None:
    with pytest.raises(Refused):
        actions.route(opened(cast), cast.department("Z-XX"), [], REASON, cast.tech_head)


def test_only_the_lead_department_accepts(cast: Cast) -> None:
    case = routed(cast)
    with pytest.raises(Refused):
        actions.accept(case, cast.works_head)
    actions.accept(case, cast.tech_liaison)
    assert again(case).state == "handling"


def test_of_two_who_accept_at_once_one_wins_and_the_other_is_told_who_c10_6(cast: Cast) -> None:
    case = routed(cast)
    stale = again(case)
    actions.accept(case, cast.tech_liaison)
    with pytest.raises(Refused) as refusal:
        actions.accept(stale, cast.tech_head)
    assert refusal.value.code == "already_accepted"
    assert "信息部联络员" in refusal.value.sentence
    assert LedgerEntry.objects.filter(chain=f"case:{case.number}", kind="case.accepted").count() == 1
    assert again(case).node_reports.filter(node="accepted").count() == 1


def test_a_department_that_lost_the_case_meanwhile_is_told_who_has_it(cast: Cast) -> None:
    case = routed(cast)
    stale = again(case)
    actions.route(again(case), cast.department("GCC"), [], "改由工程处主办此件", cast.office)
    with pytest.raises(Refused) as refusal:
        actions.accept(stale, cast.tech_head)
    assert refusal.value.code == "given_to_another"
    assert "工程建设交易管理处" in refusal.value.sentence
    actions.accept(again(case), cast.works_head)
    assert again(case).state == "handling"


def test_a_return_is_heard_of_by_the_office(cast: Cast) -> None:
    actions.return_case(routed(cast), "本件属于工程交易场次安排，不属于系统运维。", cast.tech_head)
    told = Notice.objects.filter(key__startswith="returned:")
    assert {row.recipient for row in told} == {"office", "office2"}
    assert all("退回" in row.title for row in told)


def test_accepting_stops_the_hour_and_starts_the_opinion_clock(cast: Cast, frozen: FrozenClock) -> None:
    case = routed(cast)
    waiting = effective(case, "accept_transfer")
    assert waiting is not None
    assert waiting.due_at - clock.now() == dt.timedelta(hours=1)
    actions.accept(case, cast.tech_head)
    assert effective(case, "accept_transfer") is None
    assert effective(case, "dept_disposal_opinion") is not None


def test_a_return_needs_a_reason(cast: Cast) -> None:
    with pytest.raises(Refused):
        actions.return_case(routed(cast), "不归我管", cast.tech_head)


def test_a_returned_case_is_led_by_the_office_until_it_decides(cast: Cast) -> None:
    case = routed(cast)
    actions.return_case(case, "本件属于工程交易场次安排，不属于系统运维。", cast.tech_head)
    case = again(case)
    lead = lead_of(case)
    assert lead is not None
    assert lead.is_office
    assert case.state == "returned"


def test_a_case_is_returned_once_then_the_offices_word_stands(cast: Cast) -> None:
    case = routed(cast)
    actions.return_case(case, "本件属于工程交易场次安排，不属于系统运维。", cast.tech_head)
    with pytest.raises(Refused):
        actions.decide_return(again(case), cast.department("GCC"), "由工程处主办", cast.duty)
    actions.decide_return(again(case), cast.department("GCC"), "由工程处主办", cast.office)
    with pytest.raises(Refused) as refusal:
        actions.return_case(again(case), "本件也不属于工程处的职责范围。", cast.works_head)
    assert refusal.value.code == "returned_once"
    assert again(case).returns.count() == 1


def test_a_route_can_be_undone_within_ten_minutes_while_nobody_saw_it(cast: Cast, frozen: FrozenClock) -> None:
    case = routed(cast)
    frozen.advance(dt.timedelta(minutes=9))
    actions.undo_route(case, cast.duty)
    lead = lead_of(case)
    assert lead is not None
    assert lead.is_office
    assert again(case).state == "registered"


def test_a_route_can_not_be_undone_after_ten_minutes(cast: Cast, frozen: FrozenClock) -> None:
    case = routed(cast)
    frozen.advance(dt.timedelta(minutes=11))
    with pytest.raises(Refused):
        actions.undo_route(case, cast.duty)


def test_a_route_can_not_be_undone_once_the_department_has_opened_it(cast: Cast) -> None:
    case = routed(cast)
    actions.mark_seen(case, cast.tech_liaison)
    with pytest.raises(Refused):
        actions.undo_route(case, cast.duty)


def test_somebody_elses_look_does_not_end_the_undo(cast: Cast) -> None:
    case = routed(cast)
    actions.mark_seen(case, cast.office)
    actions.undo_route(case, cast.duty)
    assert again(case).state == "registered"


def test_every_change_of_hands_stands_in_the_ledger_with_its_reason(cast: Cast) -> None:
    case = routed(cast)
    entry = LedgerEntry.objects.get(chain=f"case:{case.number}", kind="case.routed")
    assert entry.data is not None
    assert entry.data["reason"] == REASON
    assert entry.data["lead"] == "交易中心信息技术部"
    assert "值班员小周" in entry.actor


def test_earlier_leads_stay_on_record(cast: Cast) -> None:
    case = routed(cast)
    rows = list(CaseDepartment.objects.filter(case=case, role="lead").order_by("id"))
    assert [row.department.code for row in rows] == ["BGS", "Z-XX"]
    assert rows[0].until is not None
    assert rows[1].until is None
