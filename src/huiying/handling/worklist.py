"""Whose tasks wait, and which are late: what the task pages and the department's page read."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from huiying.handling.models import Task
from huiying.handling.queries import cases_for
from huiying.kernel import clock as time
from huiying.people.models import User
from huiying.people.standing import standing


def still_open() -> QuerySet[Task]:
    """Every open task, the most urgent first."""
    rows = Task.objects.filter(done_at__isnull=True, dropped_at__isnull=True)
    return rows.select_related("case__event", "department", "owner").order_by("due_at", "id")


def tasks_for(user: User) -> QuerySet[Task]:
    """What this person may finish: their own, those of the departments they handle for, all of them in the office.

    A task of a danger to life is for its owner and for who acts on that case (§6.2).
    """
    who = standing(user)
    if who.can("office"):
        return still_open()
    handled = [code for code in who.departments if who.can_in("handle", {code})]
    harmless = Q(case__event__life_safety=False, case__event__sensitive="") | Q(case__in=cases_for(user).values("pk"))
    return still_open().filter(Q(owner=user) | (Q(department__code__in=handled) & harmless))


def own_tasks(user: User) -> QuerySet[Task]:
    return still_open().filter(owner=user)


def late_tasks() -> QuerySet[Task]:
    return still_open().filter(due_at__lte=time.now())
