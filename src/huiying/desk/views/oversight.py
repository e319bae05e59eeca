"""考核 and 督查措施 （十二）C12.3–C12.6: each department's score and what it says to it; what was proposed, heard,
decided.
"""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _t, gettext_lazy as _

from huiying.desk import timeline
from huiying.desk.bar import State, build, offered
from huiying.desk.dispatch import perform_verb
from huiying.desk.forms import VerbForm
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.language import lang
from huiying.desk.subjects.oversight import (
    APPEAL_VERBS,
    ASSESSMENT_VERBS,
    MEASURE_VERBS,
    PROPOSE_VERBS,
    SHOW_VERBS,
    MeasureForm,
)
from huiying.desk.templatetags.desk import actor
from huiying.desk.views.conformance import hidden, this_quarter
from huiying.desk.views.documents import NAMES
from huiying.desk.views.events import page_of
from huiying.documents.actions import issuing
from huiying.handling.models import Breach, Case, CaseDepartment
from huiying.kernel import clock
from huiying.ledger import queries
from huiying.overseeing.actions import measures as actions_measures
from huiying.overseeing.history.norms import period
from huiying.overseeing.indicators.table import BY_NAME
from huiying.overseeing.models import Appeal, Assessment, Measure
from huiying.people.models import Department, User
from huiying.people.permissions import may
from huiying.people.queries import regulation_now, standing
from huiying.people.versions import department_name

ASSESSMENT_STATES: dict[str, str | Promise] = {
    Assessment.SHOWN: _("已出示，可以提意见和申诉"),
    Assessment.FINAL: _("已定"),
}
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
    return _assessment_list(request)


@staff("POST")
def show(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "assessment.view")
    return perform_verb(
        request,
        SHOW_VERBS,
        "show",
        None,
        to=lambda made: reverse("desk:assessment", args=[made.period]),
        again=partial(_assessment_list, request),
    )


def _assessment_list(request: StaffRequest, bound: dict[str, VerbForm] | None = None) -> HttpResponse:
    why = may(request.user, "assessment.show").why
    law = regulation_now()
    context = {
        "rows": [(row, ASSESSMENT_STATES[row.state]) for row in Assessment.objects.all()],
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


def _assessment(user: User, words: str) -> Assessment:
    or_404(user, "assessment.view")
    return get_object_or_404(Assessment, period=words)


@staff()
def assessment(request: StaffRequest, words: str) -> HttpResponse:
    return _show_assessment(request, _assessment(request.user, words))


@staff("POST")
def assessment_do(request: StaffRequest, words: str, verb: str) -> HttpResponse:
    found = _assessment(request.user, words)
    page = reverse("desk:assessment", args=[found.period])
    return perform_verb(
        request, ASSESSMENT_VERBS, verb, found, to=page, again=partial(_show_assessment, request, found)
    )


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
        again=lambda bound: _show_assessment(request, row.assessment, appeal=(row.pk, bound)),
    )


def _show_assessment(
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
        "state": ASSESSMENT_STATES[found.state],
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
            _assessment_states(user, found),
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


def _assessment_states(user: User, found: Assessment) -> list[State]:
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


STATES: dict[str, str | Promise] = {
    Measure.PROPOSED: _("待决定"),
    Measure.ISSUED: _("已作出，待回访"),
    Measure.DROPPED: _("不予作出"),
    Measure.FOLLOWED: _("已回访"),
}
ENTRIES = 200


@staff()
def measures(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "assessment.view")
    return _list(request)


@staff("POST")
def propose(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "assessment.view")
    return perform_verb(
        request,
        PROPOSE_VERBS,
        "propose",
        None,
        to=lambda made: reverse("desk:measure", args=[made.pk]),
        again=partial(_list, request),
    )


def _list(request: StaffRequest, bound: dict[str, VerbForm] | None = None) -> HttpResponse:
    user, law = request.user, regulation_now()
    every = may(user, "assessment.view_all").allowed
    rows = Measure.objects.select_related("department")
    if not every:
        own = {code for code in standing(user).departments if standing(user).can_in("handle", {code})}
        rows = rows.filter(department__code__in=own)
    page = page_of(request, rows)
    proposes = may(user, "measure.propose").allowed
    bar = build(
        offered([("propose", _("提出一项措施"), may(user, "measure.propose").why)]),
        PROPOSE_VERBS,
        None,
        user,
        base=reverse("desk:measures"),
        bound=bound,
    )
    context = {
        "page": page,
        "rows": [(row, STATES[row.state], department_name(row.department.name)) for row in page],
        "ladder": law.accountability.ladder,
        "never": law.accountability.never_automatic,
        "suggestions": [_suggested(row) for row in actions_measures.suggestions()] if proposes else [],
        "by_hand": actions_measures.by_hand(law) if proposes else [],
        "proposes": proposes,
        "begun": _begun(request) if proposes and bound is None else None,
        "bar": bar,
    }
    return render(request, "desk/measures.html", context)


def _suggested(row: actions_measures.Suggestion) -> dict[str, Any]:
    """With the address that fills the form in: a suggestion does nothing by itself."""
    department = Department.objects.filter(name=row.department).first()
    told = {
        "department": department.code if department else "",
        "step": row.step,
        "trigger": row.trigger,
        "cases": " ".join(row.cases),
    }
    return {"row": row, "name": department_name(row.department), "url": f"?{urlencode(told)}"}


def _begun(request: StaffRequest) -> VerbForm | None:
    """The form filled in from a suggestion, still to be written and sent by a person."""
    if not request.GET.get("step"):
        return None
    names = ("department", "step", "trigger", "cases")
    initial = {name: request.GET.get(name, "")[:1000] for name in names}
    return MeasureForm(subject=None, user=request.user, auto_id="propose-%s", initial=initial)


def _get(user: User, pk: int) -> Measure:
    found = get_object_or_404(Measure.objects.select_related("department"), pk=pk)
    or_404(user, "measure.view", found)
    return found


@staff()
def measure(request: StaffRequest, pk: int) -> HttpResponse:
    return _show(request, _get(request.user, pk))


@staff("POST")
def measure_do(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    found = _get(request.user, pk)
    page = reverse("desk:measure", args=[found.pk])
    return perform_verb(request, MEASURE_VERBS, verb, found, to=page, again=partial(_show, request, found))


def _show(request: StaffRequest, found: Measure, bound: dict[str, VerbForm] | None = None) -> HttpResponse:
    law = standing(request.user).regulation
    kept_back = hidden(request.user)
    entries = queries.timeline(row["chain"] for row in found.evidence if row["chain"] not in kept_back)[:ENTRIES]
    paper = issuing.printable_measure(found) if may(request.user, "measure.propose") else ""
    context = {
        "paper": paper,
        "paper_name": NAMES.get(paper, ""),
        "talked_at": dt.datetime.fromisoformat(found.talk["held_at"]) if found.talk else None,
        "shown": found,
        "state": STATES[found.state],
        "department": department_name(found.department.name),
        "ladder": law.accountability.ladder,
        "rows": [(entry, timeline.sentence(entry, law), actor(entry.actor, law)) for entry in entries],
        "refers": found.step == law.accountability.ladder[-1],
        "bar": build(
            _states(request.user, found),
            MEASURE_VERBS,
            found,
            request.user,
            base=f"{reverse('desk:measure', args=[found.pk])}do/",
            bound=bound,
            forward=("decide", "state", "follow_up"),
        ),
    }
    return render(request, "desk/measure.html", context)


def _states(user: User, found: Measure) -> list[State]:
    rows: list[tuple[str, Any, str]] = []
    if found.state == Measure.PROPOSED:
        stated = _t("本部门已经陈述过。") if found.statement else ""
        rows.append(("state", _("陈述意见"), may(user, "measure.state", found).why or stated))
        own = _t("提出的人不能自己决定，请另一人决定。") if found.proposed_user == user.pk else ""
        rows.append(("decide", _("决定"), may(user, "measure.decide", found).why or own))
    if found.state == Measure.ISSUED:
        if actions_measures.paper_of(found.step) == "talk" and not found.talk:
            rows.append(("talk", _("记录约谈"), may(user, "measure.follow").why))
        rows.append(("follow_up", _("回访"), may(user, "measure.follow").why))
    if found.state in (Measure.ISSUED, Measure.FOLLOWED) and not found.outcome:
        rows.append(("outcome", _("登记处理结果"), may(user, "measure.follow").why))
    return offered(rows)
