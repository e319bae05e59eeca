"""What a leaver holds of cases (§6.1 S5, C7.3, C10.1): without their numbers, since people's managers read it."""

from __future__ import annotations

from django.utils.translation import gettext as _, gettext_lazy

from huiying.handling.models import CaseDepartment, Meeting, Task
from huiying.handling.process import LIVE
from huiying.ledger.actions import record
from huiying.people import contacts
from huiying.people.errors import Refused
from huiying.people.models import Department, User
from huiying.people.offboarding import Kind, Thing, day, passes, register
from huiying.people.standing import actor_of, standing
from huiying.people.versions import department_name


def _cases(user: User) -> list[Thing]:
    """Departments with live cases where nobody else could take one."""
    departments = Department.objects.filter(code__in=standing(user).departments, is_active=True)
    found = []
    for department in departments:
        live = CaseDepartment.objects.filter(department=department, until__isnull=True, case__state__in=LIVE)
        n = live.values("case").distinct().count()
        if n and contacts.takers(department) == [user]:
            words = _("%(department)s在办 %(n)d 件") % {"department": department_name(department.name), "n": n}
            found.append(Thing(department.pk, words))
    return found


def _tasks(user: User) -> list[Thing]:
    rows = Task.objects.filter(owner=user, done_at__isnull=True, dropped_at__isnull=True).select_related("department")
    words = _("%(department)s，%(day)s到期")
    return [
        Thing(row.pk, words % {"department": department_name(row.department.name), "day": day(row.due_at)})
        for row in rows
    ]


def _give_task(pk: int, leaver: User, to: User, actor: User) -> None:
    """Its owner belongs to the department that answers for it (C7.3)."""
    row = Task.objects.select_related("department", "case").get(pk=pk)
    if row.department.code not in standing(to).departments:
        raise Refused(
            _("%(name)s不是%(department)s的人，不能作它的责任人。请改选责任人或责任部门。")
            % {"name": to.name, "department": department_name(row.department.name)},
            code="owner_elsewhere",
        )
    passes(Task, "owner", name="owner_name")(pk, leaver, to, actor)
    told = {"task": row.pk, "kind": row.kind, "name": leaver.name, "to_name": to.name}
    record(f"case:{row.case.number}", "task.handed_over", told, actor_of(actor), rows=[row])


def _meetings(user: User) -> list[Thing]:
    rows = Meeting.objects.filter(chair=user, state__in=(Meeting.CONVENED, Meeting.HELD))
    return [Thing(row.pk, day(row.starts_at)) for row in rows]


def _give_meeting(pk: int, leaver: User, to: User, actor: User) -> None:
    """Somebody else chairs; the case's record says so."""
    row = Meeting.objects.select_related("case").get(pk=pk)
    passes(Meeting, "chair", name="chair_name")(pk, leaver, to, actor)
    told = {"meeting": row.number, "name": leaver.name, "to_name": to.name}
    record(f"case:{row.case.number}", "meeting.handed_over", told, actor_of(actor), rows=[row])


register(
    Kind(
        "case",
        gettext_lazy("在办件只有这一位能接"),
        _cases,
        how=gettext_lazy("请先在人员页任命接替的人。"),
    ),
    Kind("task", gettext_lazy("没有办结的任务"), _tasks, _give_task),
    Kind("meeting", gettext_lazy("主持的联席会议"), _meetings, _give_meeting),
)
