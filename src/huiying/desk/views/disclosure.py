"""发布日历: what is to be public on which day, what is planned to be said, and what is late （一）（十一）."""

from __future__ import annotations

import datetime as dt
import re
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.desk.bar import build
from huiying.desk.dispatch import perform, perform_verb
from huiying.desk.forms import VerbForm
from huiying.desk.forms_releasing import REPEAT_WORDS, DisclosureForm
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.offers import State, offered
from huiying.desk.templatetags.desk import MONTHS, in_english
from huiying.desk.verbs.releasing import DISCLOSURE_VERBS
from huiying.desk.views.press import STATES as PRESS_STATES
from huiying.kernel import clock
from huiying.people.models import User
from huiying.people.permissions import may
from huiying.responding import disclosure, press
from huiying.responding.actions.disclosure import plan_disclosure
from huiying.responding.models import DisclosureItem


@staff()
def month(request: StaffRequest) -> HttpResponse:
    """`?month=2026-09`; `?year=2026` lists what the share of a year counts."""
    or_404(request.user, "press.view")
    return _page(request)


def _page(request: StaffRequest, form: DisclosureForm | None = None, status: int = 200) -> HttpResponse:
    here = disclosure.here()
    first = _asked(request.GET.get("month", ""), here)
    found = re.fullmatch(r"20\d\d", request.GET.get("year", ""))
    year = int(found[0]) if found else 0
    overdue, overdue_releases = list(disclosure.late_items(here)), list(press.planned_late(clock.now()))
    may_plan = may(request.user, "disclosure.edit").allowed
    context = {
        "first": first,
        "before": (first - dt.timedelta(days=1)).replace(day=1),
        "after": (first + dt.timedelta(days=32)).replace(day=1),
        "today": here.today,
        "days": _days(disclosure.month(first, request.user, here), here, {*overdue, *overdue_releases}),
        "month_word": f"{MONTHS[first.month - 1]} {first.year}" if in_english() else f"{first.year}年{first.month}月",
        "overdue": [_row(item, here) for item in overdue],
        "overdue_releases": overdue_releases,
        "share": disclosure.share(year or first.year, here),
        "year": year,
        "counted": [_row(item, here) for item in disclosure.due_in(year, here)] if year else [],
        "form": (form or DisclosureForm(user=request.user, initial={"due_on": first})) if may_plan else None,
    }
    return render(request, "desk/calendar.html", context, status=status)


def _days(days: list[disclosure.Day], here: disclosure.Here, above: set[Any]) -> list[tuple[Any, ...]]:
    """What stands on each day; what is overdue stands above the month and is not repeated."""
    found = []
    for day in days:
        items = [_row(item, here) for item in day.items if item not in above]
        releases = [(row, PRESS_STATES[row.state]) for row in day.releases if row not in above]
        if items or releases or day.conferences:
            found.append((day.day, items, releases, day.conferences))
    return found


def _asked(text: str, here: disclosure.Here) -> dt.date:
    """The month that the address names, else this one."""
    found = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", text, re.ASCII)
    return dt.date(int(found[1]), int(found[2]), 1) if found else here.today.replace(day=1)


def _row(item: DisclosureItem, here: disclosure.Here) -> dict[str, Any]:
    return {"item": item, "kind": disclosure.KINDS[item.kind], "late": disclosure.is_late(item, here)}


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
def do(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    found = _get(request.user, pk)
    page = reverse("desk:disclosure", args=[found.pk])
    return perform_verb(request, DISCLOSURE_VERBS, verb, found, to=page, again=partial(_show, request, found))


def _show(request: StaffRequest, found: DisclosureItem, bound: dict[str, VerbForm] | None = None) -> HttpResponse:
    context = {
        **_row(found, disclosure.here()),
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
