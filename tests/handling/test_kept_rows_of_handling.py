"""INV-8: casework through the verbs differs in nothing from the ledger; each lie beside it in the tables is found."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from asking_of import asked_and_closed
from cast import Cast
from huiying.handling import actions, clocks, handover, tasks
from huiying.handling.actions import liaison, meetings, routing, table
from huiying.handling.actions.disposal import void
from huiying.handling.actions.grading import add_knowledge, note_late_knowledge, set_emergency
from huiying.handling.actions.liaison import propose_clue, sign_clue
from huiying.handling.actions.reconciling import decide_item, take_list
from huiying.handling.actions.relating import link_recurrence, merge_cases, posts_to_split, split_case, unmerge_cases
from huiying.handling.actions.sensitive import label, label_event, unlabel, unlabel_event
from huiying.handling.actions.tasks import drop_task, finish_task
from huiying.handling.actions.work import (
    acknowledge_agenda,
    acknowledge_call,
    agree_facts,
    attach,
    finish_agenda,
    note_act,
    plan_agenda,
    say,
)
from huiying.handling.models import Breach, Case, Escalation, Liaison, Meeting, MeetingSeat, Task
from huiying.judging import actions as judging
from huiying.judging.models import Event
from huiying.kernel import clock
from huiying.ledger.comparing import differences
from huiying.listening.actions import take_in
from huiying.people.actions import hand_over
from huiying.people.actions.roster import set_shift
from huiying.work import schedule
from planting import every_lie_is_found, tables_of
from stories import OUTAGE, again, do_what_is_due, hear, story, task

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
LONG = "经核实传播范围和影响程度与初判不同，提议按实际情况调整级别。"
DEPOSIT = "鞍山公共资源交易中心的投标保证金一个多月了还没退，打财务电话没人接。"
BIDS = "鞍山这次招标他们围标，中标的全是一家公司，评标结果有猫腻"
TABLES = tables_of("handling")


def passes(by: dt.timedelta) -> clock.FrozenClock:
    """The time after so long; the loop has had its turn then."""
    return clock.FrozenClock(clock.now() + by)


@story
def weeks_of_casework(cast: Cast) -> Case:
    first = _asked(cast)
    case = _worked_on(cast)
    _others_are_asked(cast, case)
    _met(cast, case)
    _split_and_merged(cast)
    _labelled(cast)
    _routed_back(cast)
    _beside_the_cases(cast)
    with clock.use(passes(30 * HOUR)):
        schedule.run_pollers()
        tasks.keep_nudges()
        do_what_is_due()
        call = Escalation.objects.filter(acknowledged_at__isnull=True, closed_why="").latest("id")
        acknowledge_call(call, cast.office)
    link_recurrence(case, first, "又是证书到期没有人管", cast.office)
    assert Breach.objects.exists()
    return case


def _asked(cast: Cast) -> Case:
    """Asked, answered, closed, rated, taken up again, upheld."""
    receipt, case = asked_and_closed(cast)
    note_act(case, "review", "教训：证书到期要有人管。", cast.office)
    actions.rate(receipt.number, receipt.query_code, "satisfied")
    actions.ask_again(receipt.number, receipt.query_code, "保证金还是没有退，电话没人接。")
    actions.uphold(again(case), "再次提出的情况与原来相同，没有新的事实。", cast.office)
    return again(case)


def _worked_on(cast: Cast) -> Case:
    hear(DEPOSIT)
    event = Event.objects.latest("id")
    judging.set_concern(event, "投诉", cast.duty)
    case = actions.open_case(event, cast.duty, "一般", "")
    routing.set_keys(case, "ZC", "", "", cast.duty)
    actions.confirm_level(again(case), "重大", cast.deputy, LONG)
    for agree in (False, True):
        actions.second_lower(actions.propose_lower(again(case), "较大", LONG, cast.office), agree, cast.deputy)
    set_emergency(again(case), "较大", cast.office)
    add_knowledge(again(case), clock.now() - 5 * HOUR, "值班员昨夜电话获知", "值班电话记录第 12 页", cast.duty)
    actions.route(
        again(case), cast.department("Z-XX"), [cast.department("WGC")], "系统故障，由信息技术部主办", cast.duty
    )
    actions.accept(again(case), cast.tech_head)
    finding = actions.find(again(case), "退款停了七十天。", "银行更换。", "一百家企业受影响。", cast.tech_liaison)
    actions.dispose(again(case), finding, "已逐一退还，电话告知。", True, cast.tech_head)
    agree_facts(again(case), "保证金自九月一日起分批退还。", 0, "", cast.tech_head)
    agree_facts(again(case), "保证金自九月一日起分批退还，十日前退完。", 1, "补充完成时间", cast.office)
    note_act(again(case), "rescan", "阅读量没有增加，评论平稳。", cast.duty)
    say(again(case), "请今天下班前补齐名单。", cast.tech_head)
    attach(again(case), SimpleUploadedFile("名单.txt", "一百家".encode(), "text/plain"), cast.tech_liaison)
    for act in (finish_task, drop_task):
        act(task(cast, again(case)), "名单已经核对，退款到账", cast.office)
    made = task(cast, again(case), owner=cast.tech_head)
    hand_over(cast.tech_head, "task", [made.pk], cast.tech_liaison, cast.admin)
    clocks.pause_for_check(again(case), ["respond"], clock.now())
    clocks.resume_after_check(again(case), ["respond"])
    return again(case)


def _others_are_asked(cast: Cast, case: Case) -> None:
    for means in ("phone", "link", "letter"):
        row = liaison.draft_liaison(again(case), "市委宣传部", "王科长", "名单是否属实。", "", cast.duty)
        liaison.edit_letter(row, f"{row.letter}\n请尽快答复。", "李科长", cast.duty)
        token = liaison.send_liaison(row, means, cast.duty)
        if token:
            liaison.answer_liaison(token, "true", "王科长", "情况属实，已经核对")
        elif means == "phone":
            liaison.record_answer(Liaison.objects.get(pk=row.pk), "partly", "王科长", "部分属实，另有三家", cast.duty)
    silent = Liaison.objects.get(answered_at__isnull=True)
    for _turn in range(2):
        at = Liaison.objects.get(pk=silent.pk).next_action_at
        assert at is not None
        with clock.use(clock.FrozenClock(at)):
            liaison.remind_or_note_silence(silent, at)
    liaison.send_liaison(Liaison.objects.get(pk=silent.pk), "phone", cast.duty)
    for sign in (True, False):
        ground = "《反电信网络诈骗法》第四条"
        clue = propose_clue(again(case), "公安机关", "有人冒充工作人员收取费用，附录音。", ground, cast.office)
        sign_clue(clue, sign, "" if sign else "证据还不够", cast.top)
    _event, other = _rumour(cast)
    liaison.exempt(other, "传闻的来源已经查清，不需要再核实", cast.office)


def _rumour(cast: Cast) -> tuple[Event, Case]:
    event = hear("听说鞍山公共资源交易中心下个月要撤销了，所有在途项目全部作废，正在投标的赶紧停手！")
    case = actions.open_case(event, cast.duty)
    said = judging.set_concern(event, "谣言", cast.duty, "中心要撤销", "编办文件没有此事")
    judging.second_concern(said, True, cast.office)
    do_what_is_due()
    return event, again(case)


def _met(cast: Cast, case: Case) -> None:
    def convened() -> Meeting:
        start = clock.now() + HOUR
        return meetings.convene(again(case), "退款进度会商", "三楼会议室", start, cast.deputy, [], cast.office)

    meetings.cancel(convened(), "领导另有公务", cast.office)
    meeting = convened()
    meetings.acknowledge_seat(meeting.seats.get(user=cast.deputy), cast.deputy)
    seats = {seat.pk: MeetingSeat.PRESENT for seat in meeting.seats.all()}
    meetings.hold(meeting, seats, {}, cast.office)
    due = clock.now() + 3 * DAY
    what = meetings.Decision("三日内退完", cast.department("Z-XX"), cast.tech_head, due, "退款清单")
    meetings.minute(meeting, "通报退款情况", "讨论退款次序", [("法规处", "应先公告再退")], [what], cast.office)
    meetings.sign(Meeting.objects.get(pk=meeting.pk), cast.deputy)
    waiting = convened()
    hand_over(cast.deputy, "meeting", [waiting.pk], cast.top, cast.admin)


def _split_and_merged(cast: Cast) -> None:
    case = actions.open_case(hear(BIDS), cast.duty, "一般", "")
    hear(f"{BIDS}，大家都知道")
    made = split_case(again(case), [posts_to_split(case)[-1].pk], "评标专家的事", "围标和评标是两件事", cast.duty)
    merge_cases(again(made), again(case), cast.office)
    unmerge_cases(again(made), "还是两件事，分开办", cast.office)
    merge_cases(again(made), again(case), cast.office)
    void(again(case), "与另一件重复，开错了的一件", cast.office)
    actions.open_case(Event.objects.get(pk=case.event_id), cast.duty)


def _labelled(cast: Cast) -> None:
    event = hear("实名举报鞍山交易中心科长收红包，附转账截图，多次索贿")
    label_event(event, "wrongdoing", "实名举报违纪", cast.duty)
    unlabel_event(event, "核实后不是实名举报", cast.office)
    label_event(event, "wrongdoing", "实名举报违纪", cast.duty)
    case = actions.open_case(Event.objects.get(pk=event.pk), cast.office)
    unlabel(again(case), "核实后不是实名举报", cast.office)
    label(again(case), "minor", "涉及一名学生", cast.duty)


def _routed_back(cast: Cast) -> None:
    case = actions.open_case(hear("鞍山某医院核磁设备采购中标价比邻市贵了两百万，差价去哪了"), cast.duty, "一般", "")
    why = "设备采购，由信息技术部主办"
    actions.route(again(case), cast.department("Z-XX"), [cast.department("WGC")], why, cast.duty)
    actions.undo_route(again(case), cast.duty)
    actions.route(again(case), cast.department("Z-XX"), [], "系统故障，由信息技术部主办", cast.duty)
    actions.return_case(again(case), "此事由工程建设处主管，不属于信息技术部", cast.tech_head)
    actions.decide_return(again(case), cast.department("Z-XX"), "仍由信息技术部主办", cast.office)
    for agree in (False, True, True):
        keys = {"category": "ZC", "nature": "", "trade": "", "joint": []}
        lead = cast.department("WGC" if table.RoutingRule.objects.filter(agreed=True).exists() else "JDC")
        rule = table.propose_rule(**keys, lead=lead, reason="按职责分工调整", actor=cast.office)  # type: ignore[arg-type]
        table.second_rule(rule, agree, cast.office2)


def _beside_the_cases(cast: Cast) -> None:
    row = handover.begin_handover(cast.duty2, cast.duty)
    handover.take(handover.give(row, "钥匙在抽屉里", cast.duty), cast.duty2)
    handover.prepare_handover(clock.now() + HOUR, cast.duty2, cast.duty)
    set_shift(cast.duty, clock.now(), clock.now() + 12 * HOUR, cast.office)
    item = plan_agenda(cast.department("Z-XX"), "2026Q3", "开标系统应急演练", dt.date(2026, 9, 25), cast.tech_liaison)
    acknowledge_agenda(item, cast.tech_head)
    finish_agenda(item, "已经演练，恢复用时八分钟", cast.tech_liaison)
    today = clock.now().date()
    lines = f"市民反映：{OUTAGE}\n鞍山招标代理收费没有标准，没人管\n小区路灯坏了三天没人修"
    heard, missed, strange = take_list("12345", today - 6 * DAY, today, lines, cast.office).items.all()
    decide_item(heard, "heard", cast.duty, post=heard.suggested or take_in(OUTAGE, actor=cast.duty).post)
    decide_item(missed, "missed", cast.duty, cause="来源没有覆盖")
    decide_item(strange, "not_ours", cast.duty, cause="归城建部门")
    note_late_knowledge(Event.objects.latest("id"), 5.0, "规则未直接命中")


@pytest.fixture
def told(cast: Cast) -> Case:
    return weeks_of_casework(cast)


def test_what_the_verbs_wrote_is_what_they_told(told: Case) -> None:
    tables = {*TABLES, *tables_of("judging")}
    assert [(one.kept.table, one.pk, one.column, one.what) for one in differences(tables)] == []


@pytest.mark.parametrize("table_", TABLES)
def test_each_lie_in_a_table_of_handling_is_found(table_: str, told: Case) -> None:
    every_lie_is_found(table_)


def test_the_tasks_and_cases_of_the_story_are_many(told: Case) -> None:
    assert Task.objects.count() > 3
    assert Case.objects.filter(state__in=("merged", "voided", "closed", "answered")).exists()
