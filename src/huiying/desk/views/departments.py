"""A department's own page, and the board where the departments stand side by side （九）（十）."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import CharField, F, Q, QuerySet, Value
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from huiying.desk.dispatch import perform
from huiying.desk.forms_departments import AgendaForm
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.handling import departments as reading
from huiying.handling.actions.agenda import (
    acknowledge_agenda,
    finish_agenda,
    is_head_of,
    may_plan_for,
    plan_agenda,
    quarter_of,
)
from huiying.handling.departments import Has
from huiying.handling.models import AgendaItem, Liaison
from huiying.kernel import clock
from huiying.people.models import Department
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
