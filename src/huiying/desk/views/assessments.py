"""考核 （十二）C12.3: what each department's score is made of, what it says to it, and when it is final."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from huiying.desk.bar import build
from huiying.desk.dispatch import perform_verb
from huiying.desk.forms import VerbForm
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.language import lang
from huiying.desk.offers import State, offered
from huiying.desk.verbs.oversight import APPEAL_VERBS, ASSESSMENT_VERBS, SHOW_VERBS
from huiying.desk.views.conformance import this_quarter
from huiying.handling.models import Breach, Case, CaseDepartment
from huiying.kernel import clock
from huiying.overseeing.indicator_table import BY_NAME
from huiying.overseeing.models import Appeal, Assessment
from huiying.overseeing.periods import period
from huiying.people.models import Department, User
from huiying.people.permissions import may
from huiying.people.queries import regulation_now, standing
from huiying.people.words import department_name

STATES: dict[str, str | Promise] = {Assessment.SHOWN: _("已出示，可以提意见和申诉"), Assessment.FINAL: _("已定")}
LISTED = 100


def figure_name(name: str) -> str:
    found = BY_NAME.get(name)
    if found is None:
        return name
    return found.en if lang() == "en" else found.zh


def per_cent(value: float | None) -> str:
    return "—" if value is None else f"{value * 100:.4g}%"


@staff()
def assessments(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "assessment.view")
    return _list(request)


@staff("POST")
def show(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "assessment.view")
    return perform_verb(
        request,
        SHOW_VERBS,
        "show",
        None,
        to=lambda made: reverse("desk:assessment", args=[made.period]),
        again=partial(_list, request),
    )


def _list(request: StaffRequest, bound: dict[str, VerbForm] | None = None) -> HttpResponse:
    why = may(request.user, "assessment.show").why
    law = regulation_now()
    context = {
        "rows": [(row, STATES[row.state]) for row in Assessment.objects.all()],
        "weights": [(figure_name(name), weight) for name, weight in law.assessment.weights.items()],
        "feeds": law.accountability.feeds,
        "now": this_quarter(),
        "bar": build(
            offered([("show", _("出示一个时期的考核"), why)]),
            SHOW_VERBS,
            None,
            request.user,
            base=reverse("desk:assessments"),
            bound=bound,
        ),
    }
    return render(request, "desk/assessments.html", context)


def _get(user: User, words: str) -> Assessment:
    or_404(user, "assessment.view")
    return get_object_or_404(Assessment, period=words)


@staff()
def assessment(request: StaffRequest, words: str) -> HttpResponse:
    return _show(request, _get(request.user, words))


@staff("POST")
def do(request: StaffRequest, words: str, verb: str) -> HttpResponse:
    found = _get(request.user, words)
    page = reverse("desk:assessment", args=[found.period])
    return perform_verb(request, ASSESSMENT_VERBS, verb, found, to=page, again=partial(_show, request, found))


@staff("POST")
def decide(request: StaffRequest, pk: int) -> HttpResponse:
    """A leader answers an appeal."""
    or_404(request.user, "assessment.view_all")
    row = get_object_or_404(Appeal.objects.select_related("assessment", "department"), pk=pk)
    page = reverse("desk:assessment", args=[row.assessment.period])
    return perform_verb(
        request,
        APPEAL_VERBS,
        "decide",
        row,
        to=page,
        again=lambda bound: _show(request, row.assessment, appeal=(row.pk, bound)),
    )


def _show(
    request: StaffRequest,
    found: Assessment,
    bound: dict[str, VerbForm] | None = None,
    appeal: tuple[int, dict[str, VerbForm]] | None = None,
) -> HttpResponse:
    user = request.user
    every = may(user, "assessment.view_all").allowed
    own = {name for name in standing(user).departments if standing(user).can_in("handle", {name})}
    departments = {row.name: row for row in Department.objects.all()}
    seen = [
        name for name in found.scores if every or (departments.get(name) is not None and departments[name].code in own)
    ]
    chosen = next((row for row in departments.values() if row.code == request.GET.get("department")), None)
    if chosen is not None and chosen.name not in seen:
        chosen = None
    appeals = [
        (row, _appeal_bar(user, row, appeal))
        for row in found.appeals.select_related("department", "assessment")
        if row.department.name in seen
    ]
    context = {
        "shown": found,
        "state": STATES[found.state],
        "weights": [(figure_name(name), weight) for name, weight in found.weights.items()],
        "rows": [
            {
                "name": department_name(name),
                "code": departments[name].code if name in departments else "",
                "score": found.scores[name],
                "basis": [(figure_name(key), per_cent(value)) for key, value in found.basis.get(name, {}).items()],
            }
            for name in seen
        ],
        "chosen": chosen,
        "cases": _cases(found, chosen)[:LISTED] if chosen is not None else [],
        "comments": [row for row in found.comments.select_related("department") if row.department.name in seen],
        "appeals": appeals,
        "waits": any(bar is not None and bar.may for _row, bar in appeals),
        "bar": build(
            _states(user, found),
            ASSESSMENT_VERBS,
            found,
            user,
            base=f"{reverse('desk:assessment', args=[found.period])}do/",
            bound=bound,
            forward=("finish",),
        ),
    }
    return render(request, "desk/assessment.html", context)


def _cases(found: Assessment, department: Department) -> QuerySet[Case]:
    """The drill-down: what the department led in the period, the late ones marked."""
    span, zone = period(found.period), regulation_now().zone
    lead = CaseDepartment.objects.filter(case=OuterRef("pk"), department=department, role="lead")
    late = Breach.objects.filter(clock__case=OuterRef("pk"), clock__act="respond", counts=True)
    return (
        Case.objects.annotate(led=Exists(lead), late=Exists(late))
        .filter(
            led=True,
            opened_at__gte=dt.datetime.combine(span.first, dt.time(), zone),
            opened_at__lt=dt.datetime.combine(span.after, dt.time(), zone),
            event__life_safety=False,
            event__sensitive="",
        )
        .order_by("-late", "opened_at")
    )


def _appeal_bar(user: User, row: Appeal, again: tuple[int, dict[str, VerbForm]] | None) -> Any:
    if row.upheld is not None or row.assessment.state == Assessment.FINAL:
        return None
    why = may(user, "appeal.decide", row).why
    bound = again[1] if again is not None and again[0] == row.pk else None
    base = f"{reverse('desk:assessments')}appeals/{row.pk}/"
    return build(offered([("decide", _("答复申诉"), why)]), APPEAL_VERBS, row, user, base=base, bound=bound)


def _states(user: User, found: Assessment) -> list[State]:
    if found.state == Assessment.FINAL:
        return []
    answering = may(user, "assessment.answer", user.department).why
    early = str(_("申诉期还没有过。")) if clock.now() < found.comment_until else ""
    late = str(_("申诉期已过。")) if clock.now() > found.comment_until else ""
    return offered(
        [
            ("comment", _("提意见"), answering),
            ("appeal", _("申诉"), answering or late),
            ("finish", _("定下这个时期的考核"), may(user, "assessment.finish", found).why or early),
        ]
    )
