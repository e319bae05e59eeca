"""转办: choosing who has the case on a page of its own, its slip filled in; and the slip, ready to print (C10.5)."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _t

from huiying.desk.dispatch import perform
from huiying.desk.forms import VerbForm
from huiying.desk.forms_routing import DecideSlipForm, SlipForm
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.language import lang
from huiying.desk.sentences.work import WORDS
from huiying.handling.access import get_case
from huiying.handling.actions.routing import decide_return, route
from huiying.handling.models import Case, Clock, TransferSlip
from huiying.handling.process import allows
from huiying.handling.queries import shown_clocks
from huiying.handling.slips import UNKNOWN, VALUE
from huiying.people.queries import regulation_of


@staff("GET", "HEAD", "POST")
def route_case(request: StaffRequest, number: str) -> HttpResponse:
    """Route it, or after a return name who keeps it."""
    case = get_case(request.user, number)
    deciding = case.state == "returned"
    or_404(request.user, "case.decide_return" if deciding else "case.route", case)
    if not deciding and not allows(case.state, "route"):
        raise Http404
    form_class: type[VerbForm] = DecideSlipForm if deciding else SlipForm
    data = (request.POST,) if request.method == "POST" else ()
    form = form_class(*data, subject=case, user=request.user)
    return perform(
        request,
        lambda: (_decide if deciding else _route)(case, form.cleaned_data, request),
        done=lambda sentence: sentence,
        to=reverse("desk:case", args=[case.number]),
        form=form,
        again=partial(_page, request, case, form, deciding),
    )


def _route(case: Case, told: dict[str, Any], request: StaffRequest) -> str:
    route(
        case,
        told["department"],
        list(told["joint"]),
        told["reason"],
        request.user,
        told["elements"],
        told["requirements"],
    )
    return _t("已转办。十分钟内、对方打开之前可以撤回。")


def _decide(case: Case, told: dict[str, Any], request: StaffRequest) -> str:
    decide_return(case, told["department"], told["decision"], request.user, told["elements"], told["requirements"])
    return _t("已指定主办部门。")


def _page(request: StaffRequest, case: Case, form: VerbForm, deciding: bool, status: int = 200) -> HttpResponse:
    context = {
        "case": case,
        "form": form,
        "deciding": deciding,
        "clocks": shown_clocks(case),
        "returned": case.returns.select_related("department").last() if deciding else None,
    }
    return render(request, "desk/route.html", context, status=status)


@staff()
def slip(request: StaffRequest, pk: int) -> HttpResponse:
    clocks = Clock.objects.filter(case=OuterRef("case"), is_legal=True, due_at=OuterRef("due_at")).order_by("pk")
    slips = TransferSlip.objects.select_related("case", "assignment__department")
    found = get_object_or_404(slips.annotate(due_act=Subquery(clocks.values("act")[:1])), pk=pk)
    case = get_case(request.user, found.case.number)
    regulation = regulation_of(case.regulation)
    assignment = found.assignment
    ours = {"department": assignment.department}
    matched = assignment.matched or {}
    reports = list(case.node_reports.filter(department=assignment.department.name, at__gte=assignment.since))
    for report in reports:
        report.word = WORDS.get(report.node, report.node)  # type: ignore[attr-defined]
    context = {
        "slip": found,
        "case": case,
        "assignment": assignment,
        "matched": matched.get("reason_en") if lang() == "en" else matched.get("reason"),
        "elements": [
            (regulation.name_of("word", name, lang()), element.get(VALUE, ""), element.get(UNKNOWN, ""))
            # In the regulation's order (§4.6): PostgreSQL's jsonb keeps no order of keys.
            for name in regulation.transfer.required_fields
            if (element := found.elements.get(name)) is not None
        ],
        "returned": case.returns.filter(**ours, at__gte=assignment.since).last(),
        "findings": case.findings.filter(**ours, at__gte=assignment.since).prefetch_related("disposals"),
        "reports": reports,
    }
    return render(request, "desk/slip.html", context)
