"""The acceptance scenarios 1, 2, 3, 6 and 7 of DOMAIN.md §8, by name, through the verbs that people use."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction

import stories
from cast import Cast
from huiying.handling import actions as handling
from huiying.handling.actions.liaison import answer_liaison, draft_liaison, send_liaison, why_not_close_liaison
from huiying.handling.actions.work import agree_facts
from huiying.handling.models import Breach, Case, Clock, Escalation
from huiying.handling.queries import effective
from huiying.handling.slips import draft_letter as letter_of, elements_of
from huiying.judging import actions as judging
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.people.errors import Refused
from huiying.responding import actions as responding
from huiying.responding.models import Publication
from huiying.work import schedule
from huiying.work.models import Notice

NIGHT = dt.datetime(2026, 9, 14, 18, 10, tzinfo=dt.UTC)  # 02:10 on Tuesday in Anshan
LONG = "经核实传播范围和影响程度与初判不同，提议按实际情况调整级别。"
SPREAD = {"metrics": {"reads": 86000, "reposts": 940, "comments": 610}, "platform": "微博"}


def kinds(case: Case) -> list[str]:
    return list(LedgerEntry.objects.filter(chain=f"case:{case.number}").order_by("seq").values_list("kind", flat=True))


def loop() -> None:
    schedule.run_pollers()
    stories.do_what_is_due()


def test_scenario_1_night_rumour_is_answered_for_by_people_who_are_called_at_night(
    cast: Cast, frozen: FrozenClock
) -> None:
    """C5.12, C5.15: 02:10 heard, the duty chain rings, liaison stands recorded at 03:20, facts are agreed once."""
    frozen.set(NIGHT)
    event = stories.hear(stories.RUMOUR, **SPREAD)
    assert event.warnings.get().recipients, "a warning without a recipient"
    first = set(Notice.objects.values_list("recipient", flat=True))
    frozen.advance(dt.timedelta(minutes=40))
    loop()
    called = set(Notice.objects.values_list("recipient", flat=True))
    assert called > first, "nobody acknowledged, so the next person is called"
    assert all(notice.send_at is None or notice.send_at <= clock.now() for notice in Notice.objects.all()), "held back"

    judging.acknowledge_warning(event.warnings.get(), cast.duty)
    case = handling.open_case(event, cast.duty, "较大", "")
    assert case.first_known_at == NIGHT, "night does not move what was known (C5.17)"
    due = effective(case, "respond")
    assert due is not None
    assert due.due_at == NIGHT + dt.timedelta(hours=48), "the legal clock runs through the night (C5.12)"
    decided = judging.set_concern(event, "谣言", cast.duty, "交易中心下个月撤销，在途项目作废", "机构编制文件没有变动")
    judging.second_concern(decided, True, cast.office)
    case = stories.again(case)
    assert why_not_close_liaison(case), "a rumour without liaison is not closed (C5.15)"

    frozen.set(NIGHT + dt.timedelta(minutes=70))
    row = draft_liaison(
        case, "市政府办公厅", "值班室", "是否有撤销的决定或研究", letter_of(case, "市政府办公厅"), cast.duty
    )
    token = send_liaison(row, "link", cast.duty)
    assert token is not None
    row.refresh_from_db()
    assert row.sent_at == NIGHT + dt.timedelta(minutes=70), "03:20"
    frozen.advance(dt.timedelta(minutes=20))
    answer_liaison(token, "false", "市政府办公厅总值班室", "没有这样的决定，也没有研究过。")
    assert not why_not_close_liaison(stories.again(case))

    handling.route(case, cast.department("GCC"), [cast.department("BGS")], "在途项目由工程处说明", cast.duty)
    handling.accept(case, cast.works_liaison)
    facts = "市政府没有撤销交易中心的决定；在途项目照常进行。"
    handling.find(case, facts, "误读了一份征求意见稿", "投标人停手观望", cast.works_liaison)
    sheet = agree_facts(stories.again(case), facts, 0, "", cast.works_head)
    assert (sheet.version, sheet.text) == (1, facts)
    told = kinds(case)
    assert [told.index(kind) for kind in ("liaison.sent", "liaison.answered", "case.routed", "facts.agreed")] == sorted(
        told.index(kind) for kind in ("liaison.sent", "liaison.answered", "case.routed", "facts.agreed")
    )


def _waiting_for_the_office(cast: Cast, frozen: FrozenClock) -> Case:
    """An ordinary case, submitted and approved by its department; the office head sleeps. It is hour 47."""
    case = handling.open_case(stories.hear(stories.CONSULTATION), cast.duty, "一般")
    assert (case.level, case.is_provisional) == ("L1", False)
    handling.route(case, cast.department("Z-XX"), [], "数字证书由信息技术部说明", cast.duty)
    handling.accept(case, cast.tech_head)
    finding = handling.find(case, "不需要法人到场。", "指南写得不清楚", "一人来问", cast.tech_liaison)
    handling.dispose(case, finding, "已改写办事指南。", True, cast.tech_head)
    responding.save_revision(stories.again(case), actor=cast.editor, **stories.DRAFT)  # type: ignore[arg-type]
    round_ = responding.submit(case, cast.editor)
    _decide(cast.tech_head, round_.steps.get(role="division_head"), round_.manifest_sha256)
    _decide(cast.secrecy, round_.steps.get(role="secrecy_checker"), round_.manifest_sha256)
    frozen.set(case.first_known_at + dt.timedelta(hours=47))
    loop()
    return stories.again(case)


def _decide(who: object, step: object, sha: str) -> None:
    responding.decide_step(
        step, approve=True, comment="", manifest_sha256=sha, secrecy=True, personal_data=True, actor=who
    )  # type: ignore[arg-type]


def test_scenario_2_the_deputy_approves_at_47_h_50_and_nothing_is_late(cast: Cast, frozen: FrozenClock) -> None:
    """C8.5: the ladder has called leaders by then; the office's deputy approves; late by nothing."""
    case = _waiting_for_the_office(cast, frozen)
    call = Escalation.objects.get(case=case, clock__act="respond", acknowledged_at__isnull=True)
    assert cast.deputy.name in call.called, "90 % of the time is gone: a leader has been called"
    frozen.advance(dt.timedelta(minutes=50))
    round_ = case.rounds.get()
    _decide(cast.office2, round_.steps.get(role="office_head"), round_.manifest_sha256)
    responding.release(case, ["portal"], cast.office2)
    loop()
    case = stories.again(case)
    assert case.answered_at == case.first_known_at + dt.timedelta(hours=47, minutes=50)
    assert not Breach.objects.filter(clock__case=case).exists()
    assert Publication.objects.get(case=case).state == Publication.LIVE


def test_scenario_2_with_no_approval_it_is_recorded_as_overdue_and_stays_so(cast: Cast, frozen: FrozenClock) -> None:
    """C8.5, INV-3, habit 10: the breach is a row that nobody edits away."""
    case = _waiting_for_the_office(cast, frozen)
    frozen.set(case.first_known_at + dt.timedelta(hours=48, minutes=1))
    loop()
    breach = Breach.objects.get(clock__case=case, clock__act="respond")
    assert (breach.cause, breach.counts, breach.lead) == ("未按时", True, "交易中心信息技术部")
    for statement in ("UPDATE handling_breach SET counts = %s", "DELETE FROM handling_breach WHERE counts <> %s"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [False])
    with pytest.raises(Refused):
        handling.void(case, "时间来不及，作废重来", cast.duty)
    assert Breach.objects.get(pk=breach.pk).due_at == case.first_known_at + dt.timedelta(hours=48)
    top = Escalation.objects.get(case=case, clock__act="respond", acknowledged_at__isnull=True)
    assert cast.top.name in top.called


def test_scenario_3_a_grave_case_is_lowered_at_hour_23_by_two_and_its_deadline_stays(
    cast: Cast, frozen: FrozenClock
) -> None:
    """C8.6, INV-3, INV-7."""
    case = stories.opened(cast, "特别重大")
    due = effective(case, "respond")
    assert due is not None
    frozen.set(case.first_known_at + dt.timedelta(hours=23))
    loop()
    with pytest.raises(Refused):
        handling.confirm_level(case, "一般", cast.top, LONG)
    with pytest.raises(Refused):
        handling.propose_lower(case, "一般", "太短", cast.top)
    proposal = handling.propose_lower(case, "一般", LONG, cast.top)
    assert stories.again(case).level == "L4", "one person changes nothing"
    with pytest.raises(Refused):
        handling.second_lower(proposal, True, cast.top)
    handling.second_lower(proposal, True, cast.deputy)
    case = stories.again(case)
    assert case.level == "L1"
    after = effective(case, "respond")
    assert after is not None
    assert after.due_at == due.due_at == case.first_known_at + dt.timedelta(hours=24)
    frozen.advance(dt.timedelta(hours=1, seconds=1))
    loop()
    assert Breach.objects.filter(clock__case=case, clock__act="respond").exists()


def test_scenario_6_six_of_seven_elements_are_refused_unless_the_seventh_says_why(cast: Cast) -> None:
    """C10.5: blank is not a value; 「未掌握」 with a reason is."""
    case = stories.opened(cast)
    elements = elements_of(case)
    assert len(elements) == 7
    tech = cast.department("Z-XX")
    with pytest.raises(Refused) as refusal:
        handling.route(case, tech, [], "系统故障，由信息技术部主办", cast.duty, elements | {"网民观点": {"value": " "}})
    assert "网民观点" in refusal.value.sentence
    six = {name: value for name, value in elements.items() if name != "网民观点"}
    with pytest.raises(Refused):
        handling.route(case, tech, [], "系统故障，由信息技术部主办", cast.duty, six)
    assert stories.again(case).state == "registered"
    unknown = elements | {"网民观点": {"unknown": "评论区已关闭，无从查看"}}
    handling.route(case, tech, [], "系统故障，由信息技术部主办", cast.duty, unknown)
    slip = case.slips.get()
    assert slip.elements["网民观点"] == {"unknown": "评论区已关闭，无从查看"}
    assert set(slip.elements) == set(elements)


def test_scenario_6_returned_twice_the_office_decides(cast: Cast) -> None:
    """C7.1: one return; the second is refused, and the office's word stands with its own slip."""
    case = stories.routed(cast)
    handling.return_case(case, "故障在线路，不属于本部职责，请另行转办。", cast.tech_head)
    handling.decide_return(case, cast.department("GCC"), "由工程处主办，不再转。", cast.office)
    with pytest.raises(Refused) as refusal:
        handling.return_case(stories.again(case), "也不属于本处的职责，请另行转办。", cast.works_head)
    assert refusal.value.code == "returned_once"
    assert case.slips.count() == 2
    handling.accept(stories.again(case), cast.works_head)


def test_scenario_7_of_two_departments_with_different_facts_the_second_is_refused(cast: Cast) -> None:
    """C7.4: who read version 1 can not write over version 2, nor release a text that quotes it."""
    case = stories.handled(cast)
    first = agree_facts(case, "中断七十分钟，两个标段顺延。", 0, "", cast.tech_head)
    agree_facts(case, "中断九十分钟，四个标段顺延。", first.version, "查了备用节点日志", cast.tech_liaison)
    with pytest.raises(Refused) as refusal:
        agree_facts(case, "中断五十分钟，一个标段顺延。", first.version, "业务部门的说法", cast.office)
    assert refusal.value.code == "stale_facts"
    assert "九十" in refusal.value.sentence, "it says what changed"
    told = stories.DRAFT | {"facts": first.text}
    with pytest.raises(Refused) as refusal:
        responding.save_revision(case, actor=cast.editor, quotes=first.version, **told)  # type: ignore[arg-type]
    assert refusal.value.code == "stale_facts"


def test_scenario_7_an_approved_text_that_quotes_old_facts_is_not_released(cast: Cast) -> None:
    """C7.4: the facts moved on after the approval; the release is refused and nothing goes out."""
    case = stories.approved(cast)
    sheet = case.fact_sheets.last()
    assert sheet is not None
    agree_facts(case, sheet.text + "另有两个标段受影响。", sheet.version, "补查到的", cast.tech_head)
    with pytest.raises(Refused):
        responding.release(stories.again(case), ["portal"], cast.office)
    assert not Publication.objects.filter(case=case).exists()
    assert Clock.objects.filter(case=case, act="respond", stopped_at__isnull=True).exists(), "the clock runs on (C8.5)"
