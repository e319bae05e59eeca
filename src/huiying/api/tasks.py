"""Tasks over REST: one's own, and what their owner says of them （二）（七）（十）."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema
from pydantic import Field

from huiying.api.bodies import NO, Body, Page, Problem, Problems, ReasonIn, caller
from huiying.handling.access import get_case
from huiying.handling.actions import tasks
from huiying.handling.models import Task
from huiying.handling.queries import own_tasks, tasks_for
from huiying.people.models import User
from huiying.people.permissions import may

router = Router()


class FinishIn(Body):
    note: str = Field(min_length=1, max_length=4000)


class TaskOut(Schema):
    """`owner` is a user name, `department` a code; `meeting` the number of the one that decided it."""

    id: int
    case: str = Field(validation_alias="case.number")
    kind: str
    title: str
    department: str = Field(validation_alias="department.code")
    owner: str = Field(validation_alias="owner.username")
    owner_name: str
    deliverable: str
    meeting: str | None
    due_at: dt.datetime
    made_by: str
    made_at: dt.datetime
    done_at: dt.datetime | None
    done_by: str
    done_note: str
    dropped_at: dt.datetime | None
    dropped_by: str
    dropped_why: str

    @staticmethod
    def resolve_meeting(row: Task) -> str | None:
        return row.meeting.number if row.meeting else None


class TasksPage(Page):
    all: bool = False


class TaskPage(Schema):
    count: int
    items: list[TaskOut]


@router.get("/tasks", response={200: TaskPage, 401: Problem, 422: Problems})
def mine(request: HttpRequest, page: Query[TasksPage]) -> dict[str, Any]:
    """The caller's open tasks, the most urgent first; with `all` every one that they may finish."""
    rows = tasks_for(caller(request)) if page.all else own_tasks(caller(request))
    return page.of(rows.select_related("case", "department", "owner", "meeting"))


@router.post("/tasks/{pk}/finish", response={200: TaskOut, **NO})
def finish(request: HttpRequest, pk: int, data: FinishIn) -> Task:
    return tasks.finish_task(_task(caller(request), pk), data.note, caller(request))


@router.post("/tasks/{pk}/drop", response={200: TaskOut, **NO})
def drop(request: HttpRequest, pk: int, data: ReasonIn) -> Task:
    return tasks.drop_task(_task(caller(request), pk), data.reason, caller(request))


def _task(user: User, pk: int) -> Task:
    """For its owner, its department, and whoever may see the case; 404 for anybody else."""
    found = get_object_or_404(Task.objects.select_related("case__event", "department", "owner"), pk=pk)
    theirs = may(user, "task.finish", found).allowed
    if not theirs or (found.case.event.reserved and found.owner_id != user.pk):
        get_case(user, found.case.number)
    return found
