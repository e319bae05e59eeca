"""督查措施 （十二）C12.4–C12.6: what the ledger suggests, what was proposed, heard, decided and put right."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.desk import timeline
from huiying.desk.bar import build
from huiying.desk.dispatch import perform_verb
from huiying.desk.forms import VerbForm
from huiying.desk.forms_oversight import MeasureForm
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.offers import State, offered
from huiying.desk.templatetags.desk import actor
from huiying.desk.verbs.oversight import MEASURE_VERBS, PROPOSE_VERBS
from huiying.desk.views.conformance import hidden
from huiying.desk.views.documents import NAMES
from huiying.desk.views.events import page_of
from huiying.documents.actions import issuing
from huiying.ledger import queries
from huiying.overseeing import sanctions
from huiying.overseeing.models import Measure
from huiying.people.models import Department, User
from huiying.people.permissions import may
from huiying.people.queries import regulation_now, standing
from huiying.people.words import department_name

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
        "suggestions": [_suggested(row) for row in sanctions.suggestions()] if proposes else [],
        "by_hand": sanctions.by_hand(law) if proposes else [],
        "proposes": proposes,
        "begun": _begun(request) if proposes and bound is None else None,
        "bar": bar,
    }
    return render(request, "desk/measures.html", context)


def _suggested(row: sanctions.Suggestion) -> dict[str, Any]:
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
def do(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
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
        if sanctions.paper_of(found.step) == "talk" and not found.talk:
            rows.append(("talk", _("记录约谈"), may(user, "measure.follow").why))
        rows.append(("follow_up", _("回访"), may(user, "measure.follow").why))
    if found.state in (Measure.ISSUED, Measure.FOLLOWED) and not found.outcome:
        rows.append(("outcome", _("登记处理结果"), may(user, "measure.follow").why))
    return offered(rows)
