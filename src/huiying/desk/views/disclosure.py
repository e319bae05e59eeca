"""发布日历 and 信息缺口 （一）（六）C6.14（十一）: what is to be public on which day, and what people ask in vain."""

from __future__ import annotations

import datetime as dt
import re
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _t, gettext_lazy as _

from huiying.desk.bar import State, build, offered
from huiying.desk.dispatch import perform, perform_verb
from huiying.desk.forms import VerbForm
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.subjects.releasing import DISCLOSURE_VERBS, GAP_VERBS, REPEAT_WORDS, DisclosureForm, GapForm
from huiying.desk.templatetags.desk import MONTHS, in_english
from huiying.desk.views.events import page_of
from huiying.desk.views.press import STATES as PRESS_STATES
from huiying.kernel import clock
from huiying.people.errors import Refused
from huiying.people.models import Department, User
from huiying.people.permissions import may
from huiying.responding import releasing, releasing as reading
from huiying.responding.actions.releasing import make_gap, plan_disclosure
from huiying.responding.models import DisclosureItem, InfoGap


@staff()
def month(request: StaffRequest) -> HttpResponse:
    """`?month=2026-09`; `?year=2026` lists what the share of a year counts."""
    or_404(request.user, "press.view")
    return _page(request)


def _page(request: StaffRequest, form: DisclosureForm | None = None, status: int = 200) -> HttpResponse:
    here = releasing.here()
    first = _asked(request.GET.get("month", ""), here)
    found = re.fullmatch(r"20\d\d", request.GET.get("year", ""))
    year = int(found[0]) if found else 0
    overdue, overdue_releases = list(releasing.late_items(here)), list(releasing.planned_late(clock.now()))
    may_plan = may(request.user, "disclosure.edit").allowed
    context = {
        "first": first,
        "before": (first - dt.timedelta(days=1)).replace(day=1),
        "after": (first + dt.timedelta(days=32)).replace(day=1),
        "today": here.today,
        "days": _days(releasing.month(first, request.user, here), here, {*overdue, *overdue_releases}),
        "month_word": f"{MONTHS[first.month - 1]} {first.year}" if in_english() else f"{first.year}年{first.month}月",
        "overdue": [_row(item, here) for item in overdue],
        "overdue_releases": overdue_releases,
        "share": releasing.share(year or first.year, here),
        "year": year,
        "counted": [_row(item, here) for item in releasing.due_in(year, here)] if year else [],
        "form": (form or DisclosureForm(user=request.user, initial={"due_on": first})) if may_plan else None,
    }
    return render(request, "desk/calendar.html", context, status=status)


def _days(days: list[releasing.Day], here: releasing.Here, above: set[Any]) -> list[tuple[Any, ...]]:
    """What stands on each day; what is overdue stands above the month and is not repeated."""
    found = []
    for day in days:
        items = [_row(item, here) for item in day.items if item not in above]
        releases = [(row, PRESS_STATES[row.state]) for row in day.releases if row not in above]
        if items or releases or day.conferences:
            found.append((day.day, items, releases, day.conferences))
    return found


def _asked(text: str, here: releasing.Here) -> dt.date:
    """The month that the address names, else this one."""
    found = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", text, re.ASCII)
    return dt.date(int(found[1]), int(found[2]), 1) if found else here.today.replace(day=1)


def _row(item: DisclosureItem, here: releasing.Here) -> dict[str, Any]:
    return {"item": item, "kind": releasing.KINDS[item.kind], "late": releasing.is_late(item, here)}


@staff("POST")
def plan(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "press.view")
    if why := may(request.user, "disclosure.edit").why:
        messages.error(request, why)
        return _page(request, None, 409)
    form = DisclosureForm(request.POST, user=request.user)
    return perform(
        request,
        lambda: plan_disclosure(**form.cleaned_data, actor=request.user),
        done=_t("已列入发布日历。"),
        to=lambda made: f"{reverse('desk:calendar')}?month={made.due_on:%Y-%m}",
        form=form,
        again=partial(_page, request, form),
    )


def _get(user: User, pk: int) -> DisclosureItem:
    or_404(user, "press.view")
    rows = DisclosureItem.objects.select_related("department", "press", "follows")
    return get_object_or_404(rows, pk=pk)


@staff()
def item(request: StaffRequest, pk: int) -> HttpResponse:
    return _show(request, _get(request.user, pk))


@staff("POST")
def disclosure_do(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    found = _get(request.user, pk)
    page = reverse("desk:disclosure", args=[found.pk])
    return perform_verb(request, DISCLOSURE_VERBS, verb, found, to=page, again=partial(_show, request, found))


def _show(request: StaffRequest, found: DisclosureItem, bound: dict[str, VerbForm] | None = None) -> HttpResponse:
    context = {
        **_row(found, releasing.here()),
        "rhythm": REPEAT_WORDS[found.repeats],
        "next": DisclosureItem.objects.filter(follows=found).first(),
        "bar": build(
            _states(request.user, found),
            DISCLOSURE_VERBS,
            found,
            request.user,
            base=f"{reverse('desk:disclosure', args=[found.pk])}do/",
            bound=bound,
            forward=("finish",),
        ),
    }
    return render(request, "desk/disclosure.html", context)


def _states(user: User, found: DisclosureItem) -> list[State]:
    if found.done_at is not None or found.dropped_at is not None:
        return []
    why = may(user, "disclosure.edit", found).why
    return offered([("finish", _("登记已公开"), why), ("edit", _("修改"), why), ("drop", _("撤销"), why)])


@staff()
def gaps(request: StaffRequest) -> HttpResponse:
    """What goes on; `?all=1` every one. `?topic=` fills the form in from a suggestion."""
    or_404(request.user, "press.view")
    return _gaps_page(request)


def _gaps_page(request: StaffRequest, form: GapForm | None = None, status: int = 200) -> HttpResponse:
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
        return _gaps_page(request, None, 409)
    form = GapForm(request.POST, user=request.user)
    if not form.is_valid():
        return _gaps_page(request, form, 422)
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
        return _gaps_page(request, form, 409)
    messages.success(request, _t("任务已派给%(name)s。") % {"name": made.owner_name})
    return redirect("desk:gap", made.pk)


def _gap(user: User, pk: int) -> InfoGap:
    or_404(user, "press.view")
    return get_object_or_404(InfoGap.objects.select_related("department", "owner"), pk=pk)


@staff()
def gap(request: StaffRequest, pk: int) -> HttpResponse:
    return _show_gap(request, _gap(request.user, pk))


@staff("POST")
def gap_do(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    found = _gap(request.user, pk)
    page = reverse("desk:gap", args=[found.pk])
    return perform_verb(request, GAP_VERBS, verb, found, to=page, again=partial(_show_gap, request, found))


def _show_gap(request: StaffRequest, found: InfoGap, bound: dict[str, VerbForm] | None = None) -> HttpResponse:
    context = {
        "gap": found,
        "late": _is_late(found, clock.now()),
        "sees_events": may(request.user, "event.view").allowed,
        "bar": build(
            _gap_states(request.user, found),
            GAP_VERBS,
            found,
            request.user,
            base=f"{reverse('desk:gap', args=[found.pk])}do/",
            bound=bound,
            forward=("finish",),
        ),
    }
    return render(request, "desk/gap.html", context)


def _gap_states(user: User, found: InfoGap) -> list[State]:
    if found.done_at is not None or found.dropped_at is not None:
        return []
    why = "" if reading.theirs(user, found) else _t("须由责任人、责任部门或统筹部门办理。")
    return offered([("finish", _("登记已补上"), why), ("drop", _("不再需要"), why)])
