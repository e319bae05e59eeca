"""信息缺口: what people keep asking and our site does not say; tasks to say it （六）C6.14."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.desk.bar import build
from huiying.desk.dispatch import perform_verb
from huiying.desk.forms import VerbForm
from huiying.desk.forms_releasing import GapForm
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.offers import State, offered
from huiying.desk.verbs.releasing import GAP_VERBS
from huiying.desk.views.events import page_of
from huiying.kernel import clock
from huiying.people.errors import Refused
from huiying.people.models import Department, User
from huiying.people.permissions import may
from huiying.responding import gaps as reading
from huiying.responding.actions.gaps import make_gap
from huiying.responding.models import InfoGap


@staff()
def gaps(request: StaffRequest) -> HttpResponse:
    """What goes on; `?all=1` every one. `?topic=` fills the form in from a suggestion."""
    or_404(request.user, "press.view")
    return _page(request)


def _page(request: StaffRequest, form: GapForm | None = None, status: int = 200) -> HttpResponse:
    every = request.GET.get("all") == "1"
    asked = reading.asked_often()
    suggested = reading.suggestions(asked)
    may_make = may(request.user, "gap.edit").allowed
    if form is None and may_make:
        form = GapForm(user=request.user, initial=_chosen(request.GET.get("topic", ""), suggested))
    page = page_of(request, reading.gaps().order_by("-id") if every else reading.open_gaps())
    now = clock.now()
    context = {
        "page": page,
        "rows": [(gap, _is_late(gap, now)) for gap in page],
        "every": every,
        "suggested": suggested,
        "answered": reading.answered_already(asked),
        "sees_events": may(request.user, "event.view").allowed,
        "form": form if may_make else None,
        "form_open": bool(request.GET.get("topic")) or (form is not None and form.is_bound),
        "enough": reading.ENOUGH,
        "days": reading.WINDOW.days,
    }
    return render(request, "desk/gaps.html", context, status=status)


def _chosen(topic: str, suggested: list[reading.RecurringMatter]) -> dict[str, Any]:
    row = next((row for row in suggested if row.topic == topic), None)
    if row is None:
        return {}
    department = Department.objects.filter(code=row.department).first()
    return {"topic": row.topic, "department": department, "question": row.topic}


def _is_late(gap: InfoGap, now: Any) -> bool:
    return gap.dropped_at is None and (gap.done_at or now) > gap.due_at


@staff("POST")
def make(request: StaffRequest) -> HttpResponse:
    """The events are those that the machine counted for the topic, looked up again: no form names them."""
    or_404(request.user, "press.view")
    if why := may(request.user, "gap.edit").why:
        messages.error(request, why)
        return _page(request, None, 409)
    form = GapForm(request.POST, user=request.user)
    if not form.is_valid():
        return _page(request, form, 422)
    told = form.cleaned_data
    row = next((row for row in reading.asked_often() if row.topic == told["topic"]), None)
    try:
        made = make_gap(
            question=told["question"],
            department=told["department"],
            owner=told["owner"],
            due_at=told["due_at"],
            topic=row.topic if row is not None else "",
            events=row.numbers if row is not None else (),
            actor=request.user,
        )
    except Refused as refused:
        form.add_error(None, refused.sentence)
        return _page(request, form, 409)
    messages.success(request, _t("任务已派给%(name)s。") % {"name": made.owner_name})
    return redirect("desk:gap", made.pk)


def _get(user: User, pk: int) -> InfoGap:
    or_404(user, "press.view")
    return get_object_or_404(InfoGap.objects.select_related("department", "owner"), pk=pk)


@staff()
def gap(request: StaffRequest, pk: int) -> HttpResponse:
    return _show(request, _get(request.user, pk))


@staff("POST")
def do(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    found = _get(request.user, pk)
    page = reverse("desk:gap", args=[found.pk])
    return perform_verb(request, GAP_VERBS, verb, found, to=page, again=partial(_show, request, found))


def _show(request: StaffRequest, found: InfoGap, bound: dict[str, VerbForm] | None = None) -> HttpResponse:
    context = {
        "gap": found,
        "late": _is_late(found, clock.now()),
        "sees_events": may(request.user, "event.view").allowed,
        "bar": build(
            _states(request.user, found),
            GAP_VERBS,
            found,
            request.user,
            base=f"{reverse('desk:gap', args=[found.pk])}do/",
            bound=bound,
            forward=("finish",),
        ),
    }
    return render(request, "desk/gap.html", context)


def _states(user: User, found: InfoGap) -> list[State]:
    if found.done_at is not None or found.dropped_at is not None:
        return []
    why = "" if reading.theirs(user, found) else _t("须由责任人、责任部门或统筹部门办理。")
    return offered([("finish", _("登记已补上"), why), ("drop", _("不再需要"), why)])
