"""C10.7 and C6.13: each node is reported and read; whoever asked or reported is told; nothing ends unread or untold."""

import datetime as dt

import pytest

from cast import Cast
from huiying.engine.post import parse_post
from huiying.handling import actions, clocks
from huiying.handling.actions.feedback import askers_due, feedback_due, give_feedback
from huiying.handling.actions.work import ACT, report_node, see_reports
from huiying.handling.models import Case, Clock, Feedback, NodeReport
from huiying.judging import pipeline
from huiying.judging.models import Event
from huiying.kernel.clock import FrozenClock
from huiying.ledger.actions import Actor
from huiying.ledger.models import LedgerEntry
from huiying.listening.actions import receive, receive_message, take_in
from huiying.listening.models import StaffReport
from huiying.people.errors import Refused
from huiying.people.queries import regulation_now
from huiying.responding import actions as responding
from huiying.work.models import Notice
from stories import DRAFT, OUTAGE, accepted, again, answered, approve, do_what_is_due, effects_seen, seen

ROOT = "证书管理没有到期提醒"


def nodes(case: Case) -> list[str]:
    return list(NodeReport.objects.filter(case=case).values_list("node", flat=True))


def running(case: Case) -> set[str]:
    return set(clocks.live(case).filter(act=ACT).values_list("layer", flat=True))


def test_the_verbs_of_the_work_report_themselves_c10_7(cast: Cast) -> None:
    case = effects_seen(cast, answered(cast))
    actions.close(case, ROOT, cast.office)
    told = [node for node in nodes(case) if node != "accepted"]
    assert told == ["facts_found", "disposed", "published", "closed"]
    assert not NodeReport.objects.filter(seen_at__isnull=True).exists()


def test_each_node_has_its_own_limit_until_the_office_has_read_it(cast: Cast, frozen: FrozenClock) -> None:
    case = accepted(cast)
    see_reports(case, cast.office)
    actions.find(case, "登录服务中断七十分钟。", "证书到期未续。", "两个标段开标推迟。", cast.tech_liaison)
    frozen.advance(dt.timedelta(minutes=30))
    actions.dispose(case, case.findings.get(), "已续证书，开标顺延。", True, cast.tech_head)
    assert running(case) == {"internal:facts_found", "internal:disposed"}
    assert see_reports(case, cast.office) == 2
    assert running(case) == set()
    assert LedgerEntry.objects.filter(kind="report.seen").last().data == {"nodes": ["facts_found", "disposed"]}  # type: ignore[union-attr]


def test_a_second_report_of_a_node_gives_the_first_no_more_time(cast: Cast, frozen: FrozenClock) -> None:
    case = accepted(cast)
    report_node(case, "facts_found", "先报一次", Actor.SYSTEM)
    due = Clock.objects.get(case=case, layer="internal:facts_found").due_at
    frozen.advance(dt.timedelta(hours=1))
    report_node(case, "facts_found", "再报一次", Actor.SYSTEM)
    assert clocks.live(case).get(layer="internal:facts_found").due_at == due


def test_a_node_that_the_file_does_not_name_is_not_reported(cast: Cast) -> None:
    assert report_node(accepted(cast), "archived", "归档", Actor.SYSTEM) is None


def test_only_the_office_reads_for_the_office_and_reading_twice_is_once(cast: Cast) -> None:
    case = accepted(cast)
    report_node(case, "facts_found", "查清了", Actor.SYSTEM)
    for who in (cast.tech_head, cast.duty, cast.deputy):
        with pytest.raises(Refused):
            see_reports(case, who)
    assert see_reports(case, cast.office2) >= 1
    assert see_reports(case, cast.office) == 0


def test_a_department_can_not_finish_what_the_office_has_not_seen_c10_7(cast: Cast) -> None:
    case = answered(cast)
    actions.dispose(case, case.findings.get(), "又补充告知两家单位。", True, cast.tech_head)
    with pytest.raises(Refused) as refusal:
        actions.close(case, ROOT, cast.office)
    assert "C10.7" in refusal.value.sentence
    actions.close(effects_seen(cast, seen(cast, case)), ROOT, cast.office)


def test_a_report_about_a_danger_to_life_names_no_title(cast: Cast) -> None:
    case = accepted(cast)
    Event.objects.filter(pk=case.event_id).update(life_safety=True)
    row = report_node(again(case), "facts_found", "查清了", Actor.SYSTEM)
    assert row is not None
    assert all(case.title not in notice.body for notice in Notice.objects.filter(key=f"report:{row.pk}"))


# --- feedback (C6.13) -------------------------------------------------------------------------------------------------


def asked(cast: Cast, *, contact: str = "", call: bool = False) -> tuple[Case, str]:
    """A case out of a citizen's message (or a call), accepted by its department."""
    if call:
        post = parse_post(
            {"native_id": "H-7", "platform": "12345", "channel_class": "12345热线", "kind": "call", "text": OUTAGE}
        )
        receive([post], how="import", actor=Actor.SYSTEM)
        number = "H-7"
    else:
        number = receive_message("投诉", OUTAGE, contact).number
    while pipeline.judge_pending().screened:
        pass
    event = Event.objects.get(members__post__native_id=number)
    case = actions.open_case(event, cast.duty)
    actions.confirm_level(case, "较大", cast.office, "经核对传播情况和影响范围，按实际影响程度确定级别为此级。")
    actions.route(again(case), cast.department("Z-XX"), [], "系统故障，由信息技术部主办", cast.duty)
    actions.accept(again(case), cast.tech_head)
    return again(case), number


def answer(cast: Cast, case: Case) -> Case:
    found = actions.find(case, "登录服务中断七十分钟。", "证书到期未续。", "两个标段开标推迟。", cast.tech_liaison)
    actions.dispose(case, found, "已续证书，开标顺延。", True, cast.tech_head)
    responding.save_revision(again(case), actor=cast.editor, **DRAFT)  # type: ignore[arg-type]
    approve(cast, responding.submit(again(case), cast.editor))
    responding.release(again(case), ["portal"], cast.office)
    do_what_is_due()
    Case.objects.filter(pk=case.pk).update(concern="")
    return effects_seen(cast, seen(cast, case))


def test_who_asked_by_the_portal_is_told_by_the_answer_itself(cast: Cast) -> None:
    case, number = asked(cast)
    assert [(due.name, due.by_hand, due.done) for due in askers_due(case)] == [(number, False, False)]
    case = answer(cast, case)
    row = Feedback.objects.get(case=case, to="asker")
    assert (row.name, row.means) == (number, "portal")
    actions.close(case, ROOT, cast.office)


@pytest.mark.parametrize("call", [False, True])
def test_nothing_ends_without_feedback_to_an_identifiable_asker_c6_13(cast: Cast, call: bool) -> None:
    case, number = asked(cast, contact="" if call else "0412-5550000", call=call)
    with pytest.raises(Refused) as refusal:
        give_feedback(case, "asker", number, "phone", "已电话说明情况。", cast.tech_liaison)
    assert refusal.value.code == "not_in_this_state"
    case = answer(cast, case)
    with pytest.raises(Refused) as refusal:
        actions.close(case, ROOT, cast.office)
    assert "C6.13" in refusal.value.sentence
    assert number in refusal.value.sentence
    give_feedback(case, "asker", number, "phone", "已电话说明情况。", cast.tech_liaison)
    actions.close(again(case), ROOT, cast.office)
    told = LedgerEntry.objects.filter(kind="feedback.given", payload__contains=number)
    assert told.count() == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"means": "portal"}, "unknown_means"),
        ({"name": "nobody"}, "unknown_asker"),
        ({"text": "好"}, "too_short"),
        ({"actor": "works_head"}, "not_permitted"),
    ],
)
def test_feedback_that_says_too_little_or_to_nobody_is_refused(cast: Cast, changes: dict[str, str], code: str) -> None:
    case, number = asked(cast, call=True)
    case = answer(cast, case)
    told = {"to": "asker", "name": number, "means": "phone", "text": "已电话说明情况。", "actor": "duty"} | changes
    with pytest.raises(Refused) as refusal:
        give_feedback(case, told["to"], told["name"], told["means"], told["text"], cast.people[told["actor"]])
    assert refusal.value.code == code


def test_feedback_is_given_once(cast: Cast) -> None:
    case, number = asked(cast, call=True)
    case = answer(cast, case)
    give_feedback(case, "asker", number, "phone", "已电话说明情况。", cast.duty)
    with pytest.raises(Refused) as refusal:
        give_feedback(case, "asker", number, "phone", "已电话说明情况。", cast.duty)
    assert refusal.value.code == "told_already"


def test_whoever_brought_it_in_is_credited_once_and_told_how_it_ended_c9_7(cast: Cast) -> None:
    first = take_in(OUTAGE, actor=cast.works_liaison)
    take_in(OUTAGE, actor=cast.duty)
    assert StaffReport.objects.get().user == cast.works_liaison
    assert LedgerEntry.objects.get(kind="report.credited").data == {
        "department": "工程建设处",
        "by": "工程处联络员",
    } or (LedgerEntry.objects.get(kind="report.credited").chain == "system")
    case = answered(cast)
    assert first.is_new
    assert Feedback.objects.filter(case=case, to="reporter", name="工程处联络员").count() == 1
    notice = Notice.objects.get(recipient="works_liaison", key__startswith="feedback:")
    assert notice.url == ""  # they may not see the case


def test_at_the_end_office_and_leaders_are_told_once_from_the_second_level_on(cast: Cast) -> None:
    case = answered(cast)
    assert not Feedback.objects.filter(case=case, to__in=("office", "leader")).exists()
    actions.close(effects_seen(cast, case), ROOT, cast.office)
    told = set(Feedback.objects.filter(case=case).values_list("to", "name"))
    assert told >= {("office", "局办公室"), ("leader", "局长"), ("leader", "分管副局长")}
    assert all(due.done for due in feedback_due(again(case)))


def test_the_lowest_level_bothers_no_leader(cast: Cast) -> None:
    case = answered(cast, "一般")
    Case.objects.filter(pk=case.pk).update(level=regulation_now().levels[0].code)
    case = again(case)
    actions.close(case, ROOT, cast.office)
    assert not Feedback.objects.filter(case=case, to="leader").exists()
