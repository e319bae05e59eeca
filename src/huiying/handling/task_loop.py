"""What happens to tasks later: a reminder before the date, one at the date, then one a day to more people (C7.3)."""

from __future__ import annotations

import datetime as dt

from django.db.models import F, Q

from huiying.handling.actions.tasks import tell, words_of
from huiying.handling.models import Task
from huiying.kernel import clock as time
from huiying.people.models import Appointment
from huiying.people.queries import able
from huiying.people.standing import capabilities
from huiying.people.versions import regulation_now, zone
from huiying.work.auditor import Finding, auditor
from huiying.work.schedule import poller

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
