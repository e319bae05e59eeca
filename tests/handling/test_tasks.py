"""C2.2, C7.3: a task has a department, a person and a date; with one of the matter open nothing ends."""

import datetime as dt

import pytest

from cast import Cast
from huiying.handling import actions
from huiying.handling.actions import tasks as verbs
from huiying.handling.actions.disposal import NOTHING_TO_RECTIFY
from huiying.handling.actions.relating import link_recurrence, suggest_recurrence
from huiying.handling.actions.tasks import forgotten_tasks, remind
from huiying.handling.models import Case, Task
from huiying.handling.queries import late_tasks, own_tasks, tasks_for
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.people.errors import Refused
from huiying.work.models import Notice
from stories import OUTAGE, accepted, again, answered, effects_seen, handled, opened, task

ROOT = "证书管理没有到期提醒"


def test_a_task_is_recorded_with_department_person_and_date(cast: Cast) -> None:
    row = task(cast, accepted(cast))
    told = LedgerEntry.objects.get(kind="task.made").data
    assert told is not None
    assert (told["task"], told["department"], told["owner"]) == (row.pk, "交易中心信息技术部", "信息部联络员")
    assert dt.datetime.fromisoformat(told["due_at"]) == row.due_at


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"title": "办"}, "too_short"),
        ({"due_at": None}, "due_in_the_past"),
        ({"owner": "works_head"}, "owner_elsewhere"),
        ({"kind": "order"}, "unknown_kind"),
        ({"kind": Task.DECISION}, "no_meeting"),
        ({"actor": "works_head"}, "not_permitted"),
    ],
)
def test_a_task_without_one_of_them_is_refused(cast: Cast, changes: dict[str, object], code: str) -> None:
    case = accepted(cast)
    told = {name: cast.people.get(str(value), value) for name, value in changes.items()}
    if "due_at" in told:
        told["due_at"] = clock.now()
    with pytest.raises(Refused) as refusal:
        task(cast, case, **told)  # type: ignore[arg-type]
    assert refusal.value.code == code
    assert not Task.objects.exists()


def test_a_department_that_is_off_the_list_gets_no_task_c2_3(cast: Cast) -> None:
    case, gone = accepted(cast), cast.department("GCC")
    gone.is_active = False
    gone.save()
    with pytest.raises(Refused) as refusal:
        task(cast, case, department=gone, owner=cast.works_head)
    assert refusal.value.code == "not_listed"


def test_an_ended_case_takes_only_what_is_put_right_at_the_root(cast: Cast) -> None:
    case = effects_seen(cast, answered(cast))
    actions.close(case, ROOT, cast.office)
    with pytest.raises(Refused):
        task(cast, case, actor=cast.office)
    assert task(cast, case, Task.RECTIFY, actor=cast.office).kind == Task.RECTIFY


def test_nothing_is_settled_while_a_task_of_the_matter_is_open_c7_3(cast: Cast) -> None:
    case = handled(cast)
    row = task(cast, case)
    with pytest.raises(Refused) as refusal:
        actions.dispose(case, case.findings.get(), "已续证书，开标顺延。", True, cast.tech_head)
    assert refusal.value.code == "matter_open"
    assert row.title in refusal.value.sentence
    assert actions.dispose(case, case.findings.get(), "已续证书，仍在告知。", False, cast.tech_head)
    verbs.finish_task(row, "三家均已告知。", cast.tech_liaison)
    assert actions.dispose(case, case.findings.get(), "已续证书，均已告知。", True, cast.tech_head).matter_settled


def test_a_case_with_an_open_task_of_the_matter_does_not_close_c7_3(cast: Cast) -> None:
    case = answered(cast)
    row = task(cast, case)
    assert "C7.3" in " ".join(actions.why_not_close(case))
    with pytest.raises(Refused):
        actions.close(case, ROOT, cast.office)
    verbs.drop_task(row, "投标人已自行知悉。", cast.office)
    actions.close(effects_seen(cast, case), ROOT, cast.office)
    assert again(case).state == "closed"


def test_rectifying_outlives_the_answer_c2_2(cast: Cast) -> None:
    case = answered(cast)
    row = task(cast, case, Task.RECTIFY)
    actions.close(effects_seen(cast, case), ROOT, cast.office)
    assert not Task.objects.get(pk=row.pk).done_at
    assert verbs.finish_task(row, "到期提醒已上线。", cast.tech_head).done_by == "信息部部长"


@pytest.mark.parametrize(
    ("who", "may"), [("tech_liaison", True), ("tech_head", True), ("office", True), ("duty", False)]
)
def test_owner_department_and_office_finish_nobody_else(cast: Cast, who: str, may: bool) -> None:
    row = task(cast, accepted(cast))
    if may:
        assert verbs.finish_task(row, "三家均已告知。", cast.people[who]).done_at
        return
    with pytest.raises(Refused):
        verbs.finish_task(row, "三家均已告知。", cast.people[who])


def test_a_task_ends_once_and_says_what_was_done(cast: Cast, frozen: FrozenClock) -> None:
    row = task(cast, accepted(cast))
    with pytest.raises(Refused):
        verbs.finish_task(row, "好", cast.tech_head)
    frozen.advance(dt.timedelta(days=3))
    verbs.finish_task(row, "三家均已告知。", cast.tech_head)
    told = LedgerEntry.objects.get(kind="task.done").data
    assert told is not None
    assert told["on_time"] is False
    for again_ in (verbs.finish_task, verbs.drop_task):
        with pytest.raises(Refused):
            again_(row, "再来一次看看。", cast.office)


def test_only_the_office_drops_a_task(cast: Cast) -> None:
    row = task(cast, accepted(cast))
    with pytest.raises(Refused):
        verbs.drop_task(row, "不想办了。", cast.tech_head)
    with pytest.raises(Refused):
        verbs.drop_task(row, "", cast.office)


def test_a_task_reminds_before_its_date_at_it_and_then_once_a_day(cast: Cast, frozen: FrozenClock) -> None:
    row = task(cast, accepted(cast))
    calls = []
    for hours in (1, 23, 24, 1, 23):
        frozen.advance(dt.timedelta(hours=hours))
        calls.append(remind(clock.now(), 50))
    assert calls == [0, 1, 1, 0, 1]
    told = Notice.objects.filter(key__startswith=f"task:{row.pk}:")
    assert told.filter(recipient="tech_liaison").count() == 4
    assert told.filter(recipient="office").count() == 2  # only what is late
    assert told.filter(recipient="tech_head", urgency="warning").count() == 2


def test_a_finished_task_reminds_nobody_and_a_forgotten_one_is_found(cast: Cast, frozen: FrozenClock) -> None:
    row = task(cast, accepted(cast))
    frozen.advance(dt.timedelta(hours=25))
    assert [found.code for found in forgotten_tasks()] == ["late_task_reminder"]
    verbs.finish_task(row, "三家均已告知。", cast.tech_head)
    assert forgotten_tasks() == []
    assert remind(clock.now(), 50) == 0


def test_a_notice_about_a_danger_to_life_names_the_number_alone(cast: Cast) -> None:
    case = accepted(cast)
    case.event.life_safety = True
    case.event.save()
    row = task(cast, case)
    assert [row.title in notice.body for notice in Notice.objects.filter(key=f"task:{row.pk}:made")] == [False]


def test_lists_show_ones_own_ones_departments_and_for_the_office_all(cast: Cast, frozen: FrozenClock) -> None:
    row = task(cast, accepted(cast))
    assert [list(own_tasks(cast.tech_liaison)), list(own_tasks(cast.office))] == [[row], []]
    assert list(tasks_for(cast.tech_head)) == list(tasks_for(cast.office)) == [row]
    assert not tasks_for(cast.works_head).exists()
    assert not late_tasks().exists()
    frozen.advance(dt.timedelta(days=2))
    assert list(late_tasks()) == [row]


# --- the root (C2.2) --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("empty", ["已回应", "已公开回应。", "问题已经处理完毕", "已及时回复，全部办结"])
def test_having_answered_is_no_root_cause_c2_2(cast: Cast, empty: str) -> None:
    case = effects_seen(cast, answered(cast))
    with pytest.raises(Refused) as refusal:
        actions.close(case, empty, cast.office)
    assert refusal.value.code in ("no_root_cause", "too_short")
    assert again(case).state == "answered"


def complaint(cast: Cast) -> Case:
    case = effects_seen(cast, answered(cast))
    Case.objects.filter(pk=case.pk).update(concern="投诉")
    return again(case)


def test_a_complaint_ends_with_something_put_right_or_with_why_not_c2_2(cast: Cast) -> None:
    case = complaint(cast)
    for root in (ROOT, f"{ROOT}\n{NOTHING_TO_RECTIFY}无"):
        with pytest.raises(Refused) as refusal:
            actions.close(case, root, cast.office)
        assert refusal.value.code == "no_rectification"
    actions.close(case, f"{ROOT}\n{NOTHING_TO_RECTIFY}系外部单位设备，已由其整改", cast.office)
    assert again(case).state == "closed"


def test_a_planned_rectification_lets_a_complaint_end_and_a_dropped_one_does_not(cast: Cast) -> None:
    case = complaint(cast)
    verbs.drop_task(task(cast, case, Task.RECTIFY), "另行安排。", cast.office)
    with pytest.raises(Refused):
        actions.close(case, ROOT, cast.office)
    task(cast, case, Task.RECTIFY)
    actions.close(case, ROOT, cast.office)


def test_an_earlier_case_of_the_same_root_is_suggested_and_linked_c2_2(cast: Cast, frozen: FrozenClock) -> None:
    first = effects_seen(cast, answered(cast))
    actions.close(first, ROOT, cast.office)
    frozen.advance(dt.timedelta(days=40))
    later = opened(cast, text="鞍山评标专家名单提前泄露了，评委一进门就有人打招呼，谁管管。")
    Case.objects.filter(pk=later.pk).update(title=OUTAGE.replace("今早", "昨晚又").replace("九点半", "两点"))
    actions.route(later, cast.department("Z-XX"), [], "系统故障，由信息技术部主办", cast.duty)
    assert suggest_recurrence(again(later)) == [again(first)]
    with pytest.raises(Refused):
        link_recurrence(later, first, "又是证书到期", cast.works_head)
    link_recurrence(later, first, "又是证书到期", cast.tech_head)
    assert suggest_recurrence(again(later)) == []
    for earlier, code in ((first, "linked_already"), (later, "not_earlier")):
        with pytest.raises(Refused) as refusal:
            link_recurrence(later, earlier, "又是证书到期", cast.office)
        assert refusal.value.code == code
    told = LedgerEntry.objects.get(kind="case.recurred").data
    assert told == {"earlier": first.number, "reason": "又是证书到期"}
