"""C2.2, C7.2, C7.3, C8.8: no disposal without analysis, no end without a settled matter and a root cause."""

import pytest

from cast import Cast
from huiying.handling import actions
from huiying.handling.models import Case, Disposal, Finding
from huiying.handling.process import LIVE, PROCESS
from huiying.handling.queries import effective
from huiying.people.errors import Refused
from stories import OUTAGE, again, answered, effects_seen, handled, hear, opened, routed

GOOD = ("登录服务中断七十分钟。", "证书到期未续。", "两个标段开标推迟。")


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_an_analysis_needs_facts_cause_and_impact(cast: Cast, missing: int) -> None:
    case = routed(cast)
    actions.accept(case, cast.tech_head)
    parts = [part if index != missing else " " for index, part in enumerate(GOOD)]
    with pytest.raises(Refused):
        actions.find(again(case), *parts, cast.tech_liaison)
    assert Finding.objects.count() == 0


def test_facts_before_acceptance_are_refused(cast: Cast) -> None:
    with pytest.raises(Refused):
        actions.find(routed(cast), *GOOD, cast.tech_liaison)


def test_a_joint_department_may_report_facts_an_outsider_not(cast: Cast) -> None:
    case = routed(cast)
    actions.accept(case, cast.tech_head)
    with pytest.raises(Refused):
        actions.find(again(case), *GOOD, cast.works_liaison)


def test_a_disposal_rests_on_an_analysis_of_its_own_case(cast: Cast) -> None:
    first, second = handled(cast), opened(cast, text="鞍山评标专家名单提前泄露了，评委一进门就有人打招呼，谁管管。")
    actions.route(second, cast.department("Z-XX"), [], "由信息技术部查日志", cast.duty)
    actions.accept(again(second), cast.tech_head)
    with pytest.raises(Refused):
        actions.dispose(again(second), first.findings.get(), "已处理完毕。", True, cast.tech_head)
    assert Disposal.objects.filter(case=second).count() == 0


def test_the_disposal_stops_the_departments_clock(cast: Cast) -> None:
    assert effective(handled(cast), "dept_disposal_opinion") is None


def test_an_answer_alone_does_not_close_c7_3(cast: Cast) -> None:
    case = answered(cast)
    Disposal.objects.filter(case=case).update(matter_settled=False)
    with pytest.raises(Refused) as refusal:
        actions.close(case, "证书管理没有到期提醒", cast.office)
    assert "C7.3" in refusal.value.sentence
    assert again(case).state == "answered"


def test_closing_needs_a_root_cause_c2_2(cast: Cast) -> None:
    with pytest.raises(Refused):
        actions.close(effects_seen(cast, answered(cast)), "", cast.office)


def test_the_gravest_level_closes_only_with_a_decision_on_sustained_response_scenario_18(cast: Cast) -> None:
    case = answered(cast, "特别重大")
    with pytest.raises(Refused) as refusal:
        actions.close(case, "证书管理没有到期提醒", cast.office)
    assert "C8.8" in refusal.value.sentence
    actions.decide_sustained(case, True, "一周后通报整改结果", cast.deputy)
    actions.close(effects_seen(cast, case), "证书管理没有到期提醒", cast.office)
    assert again(case).state == "closed"


def test_a_decision_on_sustained_response_needs_a_reason_and_an_answer(cast: Cast) -> None:
    with pytest.raises(Refused):
        actions.decide_sustained(handled(cast), True, "一周后通报整改结果", cast.deputy)


def test_an_unanswered_case_can_not_be_closed(cast: Cast) -> None:
    with pytest.raises(Refused):
        actions.close(handled(cast), "证书管理没有到期提醒", cast.office)


def test_only_the_office_closes(cast: Cast) -> None:
    with pytest.raises(Refused):
        actions.close(effects_seen(cast, answered(cast)), "证书管理没有到期提醒", cast.tech_head)


def test_a_closed_case_has_no_running_clock(cast: Cast) -> None:
    case = effects_seen(cast, answered(cast))
    actions.close(case, "证书管理没有到期提醒", cast.office)
    running = case.clocks.filter(stopped_at__isnull=True, superseded_at__isnull=True)
    assert [row.act for row in running] == ["review"], "only 复盘 runs from the end on (§4.3)"


def test_a_voided_case_keeps_its_number_and_its_event_returns_to_the_desk_inv_1(cast: Cast) -> None:
    case = opened(cast)
    actions.void(case, "与另一件重复立案，作废本件。", cast.office)
    assert again(case).state == "voided"
    assert again(case).event.state == "open"
    reopened = actions.open_case(again(case).event, cast.duty)
    assert reopened.number == case.number
    assert Case.objects.count() == 1


def test_every_state_of_the_table_has_a_name_in_every_built_in_regulation(cast: Cast) -> None:
    from huiying.regulation import load

    for name in ("anshan", "sixian"):
        assert set(PROCESS) - {""} <= set(load(name).states)


def test_every_step_leads_to_a_known_state_and_cites_a_clause() -> None:
    for steps in PROCESS.values():
        for step in steps:
            assert step.to in PROCESS
            assert step.clause


def test_no_live_state_is_a_dead_end_c1_3() -> None:
    for state in LIVE:
        assert PROCESS[state], state


def test_merging_keeps_both_numbers_and_the_earliest_deadline(cast: Cast) -> None:
    first = opened(cast, "特别重大")
    second = opened(cast, "较大", text="鞍山评标专家名单提前泄露了，评委一进门就有人打招呼，谁管管。")
    due = effective(first, "respond")
    actions.merge_cases(first, second, cast.office)
    winner, loser = again(second), again(first)
    kept = effective(winner, "respond")
    assert loser.merged_into == winner
    assert loser.state == "merged"
    assert due is not None
    assert kept is not None
    assert kept.due_at == due.due_at


def test_a_case_can_not_be_merged_into_itself(cast: Cast) -> None:
    case = opened(cast)
    with pytest.raises(Refused):
        actions.merge_cases(case, case, cast.office)


def test_the_story_helpers_hear_what_the_rules_hear(cast: Cast) -> None:
    assert hear(OUTAGE).state == "open"
