"""What `huiying check` says about work on cases that nobody did in time: one sentence each, with the number (habit 11).

Sentences carry numbers, acts, departments and people's names, never a title: some cases are about a danger to life.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import F, Q, QuerySet

from huiying.handling import calling
from huiying.handling.models import Case, Clock, Escalation, Liaison, Meeting, NodeReport, Task, TransferSlip
from huiying.handling.process import LIVE
from huiying.kernel import clock as time
from huiying.people.versions import regulation_of
from huiying.regulation.deadlines import internal_deadlines
from huiying.regulation.regulation import Regulation
from huiying.work.auditor import Finding, Severity, auditor

NAG_LATE = dt.timedelta(minutes=5)
UNSIGNED_FOR = dt.timedelta(hours=24)
TASKS = {
    Task.MATTER: ("线下事项", "offline matter"),
    Task.DECISION: ("议定事项", "meeting decision"),
    Task.RECTIFY: ("源头整改", "rectification"),
    Task.HELP: ("请求协助", "request for help"),
}


def _late(code: str, zh: str, en: str, severity: Severity = "error") -> Finding:
    return Finding(code, severity, zh, en)


def _since(then: dt.datetime, now: dt.datetime) -> tuple[str, str]:
    """How late, in words of both languages."""
    minutes = max(1, int((now - then).total_seconds() // 60))
    if minutes < 120:
        return f"{minutes} 分钟", f"{minutes} min"
    return f"{minutes // 60} 小时", f"{minutes // 60} h"


def _live(now: dt.datetime, *acts: str) -> QuerySet[Clock]:
    """Running clocks whose time is over."""
    rows = Clock.objects.filter(stopped_at__isnull=True, superseded_at__isnull=True, due_at__lt=now)
    rows = rows.filter(act__in=acts) if acts else rows
    return rows.select_related("case__regulation").order_by("due_at", "id")


def act_words(regulation: Regulation, act: str) -> tuple[str, str]:
    """What the regulation calls an act; its code where the file does not name it."""
    try:
        return regulation.name_of("act", act, "zh"), regulation.name_of("act", act, "en")
    except KeyError:
        return act, act


@auditor("late_legal")
def overdue_deadlines() -> list[Finding]:
    """C8.5, C8.6: a legal deadline passed and the act is still owed. One held for its second person is not late yet."""
    now, found = time.now(), []
    named: set[tuple[int, str]] = set()
    for row in _live(now).filter(is_legal=True, held_at__isnull=True):
        if (row.case_id, row.act) in named:  # two norms ask for the same act: the earlier one names it
            continue
        named.add((row.case_id, row.act))
        act = act_words(regulation_of(row.case.regulation), row.act)
        zh, en = _since(row.due_at, now)
        found.append(
            _late(
                "deadline.overdue",
                f"案件 {row.case.number} 的“{act[0]}”已超期 {zh}，至今没有完成",
                f"Case {row.case.number}: “{act[1]}” is overdue by {en} and still owed.",
            )
        )
    return found


@auditor("put_off")
def clocks_look_again_in_time() -> list[Finding]:
    """C8.5: the loop looks at a running clock when its `next_action_at` says so, at the latest when time is up."""
    now = time.now()
    live = Clock.objects.filter(stopped_at__isnull=True, superseded_at__isnull=True, held_at__isnull=True)
    rows = live.filter(is_legal=True, due_at__gt=now).filter(
        Q(next_action_at__isnull=True) | Q(next_action_at__gt=F("due_at"))
    )
    return [
        _late(
            "deadline.put_off",
            f"案件 {number} 有一个时限（{act}）到期前不会再提醒、到期也不会记超期：提醒时间被改过。"
            "请查明是谁改动了数据库",
            f"Case {number}: a running deadline ({act}) will not be looked at when it ends; its reminder was moved.",
        )
        for number, act in rows.order_by("due_at", "id").values_list("case__number", "act")
    ]


@auditor("late_silence")
def silent_cases() -> list[Finding]:
    """C1.3: more than half the time to respond is gone, and nothing was said in public. Once a case."""
    now = time.now()
    rows = Clock.objects.filter(
        act="respond",
        is_legal=True,
        stopped_at__isnull=True,
        superseded_at__isnull=True,
        held_at__isnull=True,
        due_at__gt=now,
        case__answered_at__isnull=True,
    ).order_by("due_at", "id")
    left: dict[str, dt.datetime] = {}
    for number, started_at, due_at in rows.values_list("case__number", "started_at", "due_at"):
        if started_at + (due_at - started_at) / 2 <= now:
            left.setdefault(number, due_at)
    held = calling.spoken(Case.objects.filter(number__in=left).only("pk", "number"))
    numbers = set(Case.objects.filter(pk__in=held).values_list("number", flat=True))
    found = []
    for number, due_at in left.items():
        zh, en = _since(now, due_at)
        said, words = (
            ("只发布过“正在核实”，还没有答复", "with a holding statement and no answer")
            if number in numbers
            else ("还没有公开发声", "without a public word")
        )
        found.append(
            _late(
                "case.held" if number in numbers else "case.silent",
                f"案件 {number} 的回应时限已过半，{said}，剩 {zh}",
                f"Case {number}: over half the time to respond is gone {words}; {en} left.",
                "warning",
            )
        )
    return found


@auditor("late_calls")
def calls_are_heard() -> list[Finding]:
    """§2.2: a call that nobody acknowledged, and that was not even repeated when its time came."""
    now, found = time.now(), []
    rows = Escalation.objects.filter(
        acknowledged_at__isnull=True, closed_why="", next_action_at__lt=now - NAG_LATE
    ).select_related("case")
    for row in rows.order_by("next_action_at", "id"):
        zh, en = _since(row.next_action_at or row.at, now)
        names = "、".join(row.called) or "无人"
        found.append(
            _late(
                "call.unheard",
                f"案件 {row.case.number} 的催办叫了 {row.times} 次无人知悉（{names}），再次催办已迟 {zh}",
                f"Case {row.case.number}: nobody acknowledged {row.times} call(s); the next one is late by {en}.",
            )
        )
    return found


@auditor("late_tasks")
def tasks_are_done() -> list[Finding]:
    """C2.2, C7.3, C10.1: tasks past their date, neither done nor dropped; after closing too."""
    now, found = time.now(), []
    rows = Task.objects.filter(done_at__isnull=True, dropped_at__isnull=True, due_at__lt=now)
    for row in rows.select_related("case", "department").order_by("due_at", "id"):
        kind = TASKS.get(row.kind, (row.kind, row.kind))
        zh, en = _since(row.due_at, now)
        found.append(
            _late(
                "task.overdue",
                f"案件 {row.case.number} 的{kind[0]}第 {row.pk} 号（{row.department.name}{row.owner_name}）已超期 {zh}",
                f"Case {row.case.number}: {kind[1]} no. {row.pk} of {row.owner_name} is overdue by {en}.",
            )
        )
    return found


@auditor("late_liaison")
def letters_are_settled() -> list[Finding]:
    """C5.15: the wait is over, there is no answer, and the silence was not recorded either."""
    now, found = time.now(), []
    rows = Liaison.objects.filter(
        sent_at__isnull=False,
        answered_at__isnull=True,
        not_received_at__isnull=True,
        submit_before__lt=now - NAG_LATE,
    ).select_related("case")
    for row in rows:
        zh, en = _since(row.submit_before or now, now)
        found.append(
            _late(
                "liaison.unrecorded",
                f"案件 {row.case.number} 发往{row.body}的核实函 {row.number} 已过答复期 {zh}，既无答复也未记为未答复",
                f"Case {row.case.number}: letter {row.number} is {en} past its wait, with neither answer nor silence.",
            )
        )
    return found


@auditor("late_meetings")
def minutes_are_signed() -> list[Finding]:
    """C10.1: a meeting was held and a day later its minutes are not signed."""
    now, found = time.now(), []
    rows = Meeting.objects.filter(state=Meeting.HELD, held_at__lt=now - UNSIGNED_FOR).select_related("case")
    for row in rows:
        zh, en = _since(row.held_at or now, now)
        found.append(
            _late(
                "meeting.unsigned",
                f"案件 {row.case.number} 的联席会议 {row.number} 已开过 {zh}，纪要还没有由 {row.chair_name} 签字",
                f"Case {row.case.number}: meeting {row.number} was held {en} ago; its minutes are not signed.",
            )
        )
    return found


@auditor("late_slips")
def slips_are_accepted() -> list[Finding]:
    """C10.6: the hour to accept is over; named by its slip where one was issued."""
    now, found = time.now(), []
    rows = list(_live(now, "accept_transfer").filter(case__state="assigned"))
    slips = dict(
        TransferSlip.objects.filter(
            case__in=[row.case_id for row in rows],
            assignment__until__isnull=True,
            assignment__accepted_at__isnull=True,
        ).values_list("case", "number")
    )
    for row in rows:
        zh, en = _since(row.due_at, now)
        slip = slips.get(row.case_id)
        found.append(
            _late(
                "slip.unaccepted",
                f"案件 {row.case.number}{f'（{slip}）' if slip else ''}转办后已超过签收时限 {zh}，主办部门还没有签收",
                f"Case {row.case.number}{f' ({slip})' if slip else ''}: not accepted, {en} past the limit.",
            )
        )
    return found


@auditor("late_returns")
def returns_are_decided() -> list[Finding]:
    """C7.1: a department returned the case and the office has not said in time who takes it."""
    now, found = time.now(), []
    for row in _live(now, "return_wrong_transfer").filter(case__state="returned"):
        zh, en = _since(row.due_at, now)
        found.append(
            _late(
                "return.undecided",
                f"案件 {row.case.number} 退回后已超过指定时限 {zh}，办公室还没有指定主办部门",
                f"Case {row.case.number}: returned, and {en} past the limit the office has named no department.",
            )
        )
    return found


@auditor("late_reports")
def reports_are_seen() -> list[Finding]:
    """C10.7: a node report that the office has not seen inside the limit of the case's own regulation."""
    now, found = time.now(), []
    rows = NodeReport.objects.filter(seen_at__isnull=True).select_related("case__regulation").order_by("at", "id")
    for row in rows:
        due_at = _report_due(row)
        if due_at is None or due_at >= now:
            continue
        zh, en = _since(due_at, now)
        found.append(
            _late(
                "report.unseen",
                f"案件 {row.case.number} 的节点报送（{row.department}）超过 {zh}还没有人阅知",
                f"Case {row.case.number}: a report of {row.department} is unseen, {en} past the limit.",
            )
        )
    return found


def _report_due(row: NodeReport) -> dt.datetime | None:
    regulation = regulation_of(row.case.regulation)
    rule = regulation.clocks.internal.get("report_office_sync")
    if rule is None or row.case.state in ("merged", "voided"):
        return None
    found = internal_deadlines(regulation, row.case.level, {rule.start: row.at})
    return next((item.due_at for item in found if item.act == "report_office_sync"), None)


@auditor("late_unclocked")
def cases_have_a_clock() -> list[Finding]:
    """C1.3: a live case that has said nothing in public, and no clock runs on it: it would leave every queue."""
    rows = Case.objects.filter(state__in=LIVE - {"declined"}, answered_at__isnull=True)
    running = Clock.objects.filter(stopped_at__isnull=True, superseded_at__isnull=True, is_legal=True)
    return [
        _late(
            "case.no_clock",
            f"案件 {number} 还没有公开发声，也没有任何法定时限在计，没有人会被提醒",
            f"Case {number}: nothing was said in public and no legal clock runs; nobody will be reminded.",
        )
        for number in rows.exclude(pk__in=running.values("case")).order_by("pk").values_list("number", flat=True)
    ]
