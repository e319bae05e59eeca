"""Tasks: what somebody does about a case off line, by a date （七）（二）（十）; a reminder before the date, one at
the date, then one a day to more people C7.3.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from huiying.handling.actions.base import locked, require_text
from huiying.handling.models import Case, Meeting, Task
from huiying.handling.process import LIVE
from huiying.kernel import clock as time
from huiying.ledger.actions import record, together
from huiying.people.errors import Refused
from huiying.people.models import Appointment, Department, User
from huiying.people.permissions import require
from huiying.people.queries import able
from huiying.people.standing import actor_of, capabilities, standing
from huiying.people.versions import department_name, regulation_now, zone
from huiying.work import notify
from huiying.work.auditor import Finding, auditor
from huiying.work.schedule import poller

KINDS = (Task.MATTER, Task.DECISION, Task.RECTIFY, Task.HELP)
# What is put right at the root, or was decided in a meeting, may go on after the answer is closed (C2.2, C10.1).
OUTLIVES = (Task.RECTIFY, Task.DECISION)
BEFORE = dt.timedelta(hours=24)  # the reminder before the date; half of the way for a shorter task


@transaction.atomic
@together()
def make_task(
    case: Case,
    kind: str,
    title: str,
    department: Department,
    owner: User,
    due_at: dt.datetime,
    actor: User,
    meeting: Meeting | None = None,
    deliverable: str = "",
) -> Task:
    """派任务: with a responsible department, a responsible person and a date, all three (C7.3, C10.1)."""
    case = locked(case)
    require(actor, "task.make", case)
    _check_task(case, kind, department, owner, due_at, meeting)
    now = time.now()
    row = Task.objects.create(
        case=case,
        meeting=meeting,
        kind=kind,
        title=require_text(title, 4, _("任务内容"))[:300],
        department=department,
        owner=owner,
        owner_name=owner.name,
        deliverable=deliverable.strip()[:300],
        due_at=due_at,
        made_by=actor.name,
        made_at=now,
        next_action_at=first_reminder(now, due_at),
    )
    record(
        f"case:{case.number}",
        "task.made",
        {
            "task": row.pk,
            "kind": row.kind,
            "title": row.title,
            "department": department.name,
            "owner": owner.name,
            "due_at": row.due_at.isoformat(),
        },
        actor_of(actor),
        rows=[row],
    )
    tell(row, [owner.username], f"有一项任务由您负责：{words_of(row, case)}", "made")
    return row


def _check_task(
    case: Case, kind: str, department: Department, owner: User, due_at: dt.datetime, meeting: Meeting | None
) -> None:
    if kind not in KINDS:
        raise Refused(_("没有这样的任务类型。"), code="unknown_kind")
    if case.state not in LIVE and not (case.state == "closed" and kind in OUTLIVES):
        raise Refused(_("此件已经结束，不能再派这样的任务。"), code="not_in_this_state")
    if kind == Task.DECISION and meeting is None:
        raise Refused(_("议定事项须出自一次会议。"), code="no_meeting")
    if due_at <= time.now():
        raise Refused(_("任务的期限须在现在之后。"), code="due_in_the_past")
    if not department.is_active:
        raise Refused(
            _("“%(name)s”不在现行职责清单中。") % {"name": department_name(department.name)}, code="not_listed"
        )
    if not owner.is_active or department.code not in standing(owner).departments:
        raise Refused(
            _("%(name)s不是%(department)s的人，不能作它的责任人。请改选责任人或责任部门。")
            % {"name": owner.name, "department": department_name(department.name)},
            code="owner_elsewhere",
        )


@transaction.atomic
@together()
def finish_task(task: Task, note: str, actor: User) -> Task:
    """任务办结, by its owner, its department or the office, saying what was done (C7.3)."""
    task = locked_task(task)
    require(actor, "task.finish", task)
    _check_open(task)
    now = time.now()
    task.done_at, task.done_by, task.done_note = now, actor.name, require_text(note, 4, _("做了什么"))
    task.next_action_at = None
    task.save(update_fields=["done_at", "done_by", "done_note", "next_action_at"])
    record(
        f"case:{task.case.number}",
        "task.done",
        {"task": task.pk, "kind": task.kind, "title": task.title, "on_time": now <= task.due_at},
        actor_of(actor),
        rows=[task],
    )
    return task


@transaction.atomic
@together()
def drop_task(task: Task, reason: str, actor: User) -> Task:
    """不再需要, by the office and with a reason; the task stays to be read (INV-1)."""
    task = locked_task(task)
    require(actor, "task.drop", task)
    _check_open(task)
    task.dropped_at, task.dropped_by, task.dropped_why = time.now(), actor.name, require_text(reason, 4, _("理由"))
    task.next_action_at = None
    task.save(update_fields=["dropped_at", "dropped_by", "dropped_why", "next_action_at"])
    record(
        f"case:{task.case.number}",
        "task.dropped",
        {"task": task.pk, "title": task.title, "reason": task.dropped_why},
        actor_of(actor),
        rows=[task],
    )
    tell(task, [task.owner.username], f"任务不再需要：{words_of(task, task.case)}", "dropped")
    return task


def locked_task(task: Task) -> Task:
    """The case first, then the task: the order in which every verb of a case locks."""
    case = locked(task.case)
    row = Task.objects.select_for_update(of=("self",)).select_related("department", "owner").get(pk=task.pk)
    row.case = case
    return row


def _check_open(task: Task) -> None:
    if task.done_at is not None or task.dropped_at is not None:
        raise Refused(_("这项任务已经了结。"), code="task_is_over")


def open_tasks(case: Case, *kinds: str) -> list[Task]:
    rows = Task.objects.filter(case=case, done_at__isnull=True, dropped_at__isnull=True)
    return list(rows.filter(kind__in=kinds) if kinds else rows)


def first_reminder(now: dt.datetime, due_at: dt.datetime) -> dt.datetime:
    """A day before the date, or half of the way where less than two days are left."""
    return due_at - min(BEFORE, (due_at - now) / 2)


def words_of(task: Task, case: Case) -> str:
    """The task in a notice; of a danger to life the number alone (Life first)."""
    return case.number if case.event.reserved else f"{case.number} {task.title}"


def tell(task: Task, usernames: list[str], words: str, key: str, urgency: notify.Urgency = "info") -> None:
    notify.send(words[:120], words, usernames, urgency, key=f"task:{task.pk}:{key}", url=f"/desk/tasks/{task.pk}/")


NAG_EVERY = dt.timedelta(days=1)
LATE_AFTER = dt.timedelta(minutes=5)


def _task_is_due(now: dt.datetime) -> bool:
    return Task.objects.filter(next_action_at__lte=now).exists()


@poller("tasks", due=_task_is_due)
def remind(now: dt.datetime, limit: int) -> int:
    """Each task whose moment has come: its owner, and once it is late its department's heads and the office."""
    due = Task.objects.filter(next_action_at__lte=now, done_at__isnull=True, dropped_at__isnull=True)
    rows = due.select_for_update(of=("self",)).select_related("case__event", "department", "owner")
    found = list(rows.order_by("next_action_at", "id")[:limit])
    for task in found:
        late = task.due_at <= now
        until = f"{task.due_at.astimezone(zone()):%m-%d %H:%M}"
        words = f"{words_of(task, task.case)}，{'已过' if late else '到'}期限 {until}"
        people = [task.owner.username, *(_responsible(task) if late else [])]
        tell(task, people, words, f"{now:%Y%m%d%H%M}", "warning" if late else "info")
        task.next_action_at = now + NAG_EVERY if late else task.due_at
        task.save(update_fields=["next_action_at"])
    return len(found)


def _responsible(task: Task) -> list[str]:
    roles = [role.code for role in regulation_now().roles.values() if "handle" in capabilities(role)]
    heads = Appointment.objects.current(time.now()).filter(
        department=task.department, role__in=roles, user__is_active=True
    )
    return [*heads.values_list("user__username", flat=True), *(user.username for user in able("office"))]


@auditor("tasks")
def forgotten_tasks() -> list[Finding]:
    """A task whose reminder is five minutes late was not looked at: the loop is late (habit 11)."""
    still_open = Q(done_at__isnull=True, dropped_at__isnull=True)
    rows = Task.objects.filter(still_open, next_action_at__lt=time.now() - LATE_AFTER)
    return [
        Finding(
            "late_task_reminder",
            "error",
            f"案件 {number} 的任务提醒到点后五分钟仍未发出，请检查后台循环是否在运行。",
            f"A reminder of a task of case {number} was not sent within five minutes: is the loop running?",
        )
        for number in rows.annotate(number=F("case__number")).values_list("number", flat=True)
    ]
