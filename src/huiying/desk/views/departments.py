"""A department's own page, the board （九）（十）, and 任务: mine and my department's, and the files of a case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import CharField, F, Q, QuerySet, Value
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _, gettext as _t

from huiying.desk.dispatch import perform
from huiying.desk.downloads import download
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.subjects.roster import AgendaForm
from huiying.desk.subjects.work import DoneForm, DropForm, shown
from huiying.desk.views.events import page_of
from huiying.handling import departments as reading
from huiying.handling.access import get_case
from huiying.handling.actions.tasks import drop_task, finish_task
from huiying.handling.actions.work import (
    acknowledge_agenda,
    content_of,
    finish_agenda,
    is_head_of,
    may_plan_for,
    plan_agenda,
    quarter_of,
)
from huiying.handling.departments import Has
from huiying.handling.models import AgendaItem, Attachment, Case, Liaison, Task
from huiying.handling.queries import late_tasks, own_tasks, tasks_for
from huiying.kernel import clock, store
from huiying.people.models import Department, User
from huiying.people.permissions import may
from huiying.people.queries import standing
from huiying.responding.models import BodyConfirmation, ReviewRound, ReviewStep


@dataclass(frozen=True)
class Wait:
    """Something that another has to do before the department can go on."""

    kind: str  # liaison | confirmation | review
    has: Has
    who: list[str]  # names of bodies, or codes of roles
    due_at: dt.datetime | None

    @property
    def names(self) -> str:
        return _("、").join(self.who)

    @property
    def late(self) -> bool:
        return self.due_at is not None and self.due_at < clock.now()


@staff()
def department(request: StaffRequest, code: str) -> HttpResponse:
    return _page(request, _get(request, code))


def _get(request: StaffRequest, code: str) -> Department:
    user = request.user
    rows = list(Department.objects.filter(Q(code=code) | Q(pk=user.department_id)))  # the page's and the reader's own
    user.department = next((row for row in rows if row.pk == user.department_id), None)
    found = next((row for row in rows if row.code == code), None)
    if found is None or not reading.may_see(user, code):
        raise Http404
    return found


def _page(request: StaffRequest, found: Department, form: AgendaForm | None = None) -> HttpResponse:
    user = request.user
    cases = reading.cases_of(found, user)
    own_tasks, owed_tasks = reading.tasks_around(found, cases, user)
    regulation = standing(user).regulation
    today = clock.now().astimezone(regulation.zone).date()
    accepting = standing(user).can_in("handle", {found.code})
    may_plan = may_plan_for(user, found)
    to_accept = [has for has in cases if has.role == "lead" and has.case.state == "assigned"]
    context: dict[str, Any] = {
        "department": found,
        "to_accept": to_accept,
        "may_accept": accepting,
        "lead": [has for has in cases if has.role == "lead" and has not in to_accept],
        "joint": [has for has in cases if has.role == "joint"],
        "late": sum(has.overdue for has in cases if has.role == "lead"),
        "tasks": own_tasks,
        "tasks_late": sum(task.due_at < clock.now() for task in own_tasks),
        "waits": waits(cases),
        "owed": owed_tasks,
        "now": clock.now(),
        "today": today,
        "quarter": quarter_of(today),
        "agenda": reading.agenda_of(found, quarter_of(today)),
        "may_acknowledge": is_head_of(user, found),
        "may_plan": may_plan,
        "form": (form or AgendaForm()) if may_plan else None,
        "contacts": reading.contacts_of(found, regulation),
    }
    return render(request, "desk/department.html", context)


def waits(cases: Iterable[Has]) -> list[Wait]:
    """Answers that other bodies and reviewers owe to the cases which the department leads, in one query."""
    led = {has.case.pk: has for has in cases if has.role == "lead"}
    if not led:
        return []

    def rows_of(rows: QuerySet[Any], case: str, kind: str, who: str, due: str, place: Any) -> QuerySet[Any]:
        return rows.order_by().values_list(case, Value(kind, CharField()), F(who), F(due), place)

    unanswered = {"case__in": led, "answered_at__isnull": True, "not_received_at__isnull": True}
    letters = Liaison.objects.filter(**unanswered, sent_at__isnull=False)
    asked = BodyConfirmation.objects.filter(**unanswered, overridden_at__isnull=True)
    steps = ReviewStep.objects.filter(round__case__in=led, round__state=ReviewRound.OPEN, decision="")
    rows = list(
        rows_of(letters, "case_id", "liaison", "body", "submit_before", Value(0)).union(
            rows_of(asked, "case_id", "confirmation", "body", "submit_before", Value(0)),
            rows_of(steps, "round__case_id", "review", "role", "due_at", F("position")),
            all=True,
        )
    )
    # Of one review only the steps whose turn it is are waited for.
    turn: dict[int, int] = {}
    for case, kind, _who, _due, place in rows:
        if kind == "review":
            turn[case] = min(place, turn.get(case, place))
    found: dict[tuple[int, str], Wait] = {}
    far = dt.datetime.max.replace(tzinfo=dt.UTC)
    for case, kind, who, due, place in rows:
        if kind == "review" and place != turn[case]:
            continue
        other = found.get((case, kind))
        if other is None:
            found[case, kind] = Wait(kind, led[case], [who], due)
        else:  # several of one kind stand in one line, with the earliest moment
            found[case, kind] = Wait(kind, led[case], [*other.who, who], _earlier(due, other.due_at))
    return sorted(found.values(), key=lambda wait: wait.due_at or far)


def _earlier(one: dt.datetime | None, other: dt.datetime | None) -> dt.datetime | None:
    return min(filter(None, (one, other)), default=None)


@staff("POST")
def plan(request: StaffRequest, code: str) -> HttpResponse:
    found = _get(request, code)
    or_404(request.user, "agenda.plan")
    form = AgendaForm(request.POST)
    return perform(
        request,
        lambda: plan_agenda(found, form.quarter, form.cleaned_data["title"], form.cleaned_data["due_on"], request.user),
        done=_("已列入日程，等部门负责人确认。"),
        to=reverse("desk:department", args=[code]),
        form=form,
        again=partial(_again, request, found, form),
    )


def _again(request: StaffRequest, found: Department, form: AgendaForm, status: int) -> HttpResponse:
    response = _page(request, found, form)
    response.status_code = status
    return response


@staff("POST")
def agenda(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    """The head has seen an item; or it is done."""
    item = get_object_or_404(AgendaItem.objects.select_related("department"), pk=pk)
    if not reading.may_see(request.user, item.department.code) or not may(request.user, "agenda.plan", item):
        raise Http404
    page = reverse("desk:department", args=[item.department.code])
    if verb == "acknowledge":
        return perform(request, lambda: acknowledge_agenda(item, request.user), done=_("已确认列入日程。"), to=page)
    if verb != "finish":
        raise Http404
    note = request.POST.get("note", "")
    return perform(request, lambda: finish_agenda(item, note, request.user), done=_("已记为完成。"), to=page)


@staff()
def board(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "board.view")
    who = standing(request.user)
    sees_all = any(who.can(capability) for capability in reading.SEES_ALL)
    quarter = quarter_of(clock.now().astimezone(who.regulation.zone).date())
    context = {
        "board": reading.board(quarter),
        "sees_all": sees_all,
        "own": who.departments,
        "quarter": quarter,
    }
    return render(request, "desk/board.html", context)


FORMS: dict[str, type[forms.Form]] = {"done": DoneForm, "drop": DropForm}
PERMISSIONS = {"done": "task.finish", "drop": "task.drop"}


@staff()
def tasks(request: StaffRequest) -> HttpResponse:
    """What waits for this person; `?whose=all` what they may finish for others too; `?late=1` what is late."""
    whose, late = request.GET.get("whose", ""), bool(request.GET.get("late"))
    found = tasks_for(request.user) if whose == "all" else own_tasks(request.user)
    if late:
        found = found.filter(pk__in=late_tasks().values("pk"))
    page = page_of(request, found)
    context = {"page": page, "rows": shown(list(page)), "whose": whose, "late": late, "filtered": bool(whose or late)}
    return render(request, "desk/tasks.html", context)


def _task(user: User, pk: int) -> tuple[Task, Case | None]:
    """The task, and its case where the person may see that too. A stranger to both gets 404."""
    row = get_object_or_404(Task.objects.select_related("case__event", "department", "owner"), pk=pk)
    try:
        return row, get_case(user, row.case.number)
    except Http404:
        if row.case.event.reserved and row.owner_id != user.pk:
            raise
        if not may(user, "task.finish", row):
            raise
    return row, None


@staff()
def task(request: StaffRequest, pk: int) -> HttpResponse:
    row, case = _task(request.user, pk)
    return _show_task(request, row, case)


def _offered(request: StaffRequest, row: Task, bound: dict[str, forms.Form]) -> dict[str, forms.Form]:
    open_ = row.done_at is None and row.dropped_at is None
    return {
        name: bound.get(name) or form(label_suffix="", auto_id=f"{name}-%s")
        for name, form in FORMS.items()
        if open_ and may(request.user, PERMISSIONS[name], row)
    }


def _show_task(
    request: StaffRequest, row: Task, case: Case | None, bound: dict[str, forms.Form] | None = None
) -> HttpResponse:
    offered = _offered(request, row, bound or {})
    context = {"task": shown([row])[0], "case": case, "done": offered.get("done"), "drop": offered.get("drop")}
    return render(request, "desk/task.html", context)


@staff("POST")
def task_do(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    row, case = _task(request.user, pk)
    if verb not in FORMS:
        raise Http404
    form = FORMS[verb](request.POST, label_suffix="", auto_id=f"{verb}-%s")

    def call() -> Task:
        if verb == "done":
            return finish_task(row, form.cleaned_data["note"], request.user)
        return drop_task(row, form.cleaned_data["reason"], request.user)

    def again(status: int) -> HttpResponse:
        if verb not in _offered(request, row, {}):  # nowhere to show it on the page
            for sentence in form.non_field_errors():
                messages.error(request, str(sentence))
        response = _show_task(request, row, case, {verb: form})
        response.status_code = status
        return response

    done = _t("任务已办结。") if verb == "done" else _t("已记为不再需要。")
    return perform(request, call, done=done, to=reverse("desk:task", args=[row.pk]), form=form, again=again)


@staff()
def attachment(request: StaffRequest, pk: int) -> HttpResponseBase:
    """A file of a case, as it was kept and always as a download: nothing from outside is ever a page of ours."""
    row = get_object_or_404(Attachment.objects.select_related("case"), pk=pk)
    get_case(request.user, row.case.number)
    kind = store.SERVED_AS.get(row.media_type, row.media_type)
    return download(content_of(row), row.name, kind)
