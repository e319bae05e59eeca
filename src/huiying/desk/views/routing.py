"""转办: the table of who leads what (C7.1), choosing who has the case and its slip (C10.5), whom to call (C10.3)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _t

from huiying.desk.dispatch import perform
from huiying.desk.forms import VerbForm
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.language import lang
from huiying.desk.subjects.routing import DecideSlipForm, PhoneTestForm, RuleForm, SlipForm
from huiying.desk.subjects.work import WORDS
from huiying.handling import routing_table
from huiying.handling.access import get_case
from huiying.handling.actions.routing import decide_return, route
from huiying.handling.actions.table import propose_rule, second_rule
from huiying.handling.models import Case, Clock, RoutingRule, TransferSlip
from huiying.handling.process import allows
from huiying.handling.queries import shown_clocks
from huiying.handling.slips import UNKNOWN, VALUE
from huiying.people.actions.base import test_phone
from huiying.people.contacts import HEAD, LIAISON, cards
from huiying.people.models import User
from huiying.people.permissions import may
from huiying.people.queries import manned, regulation_of, standing
from huiying.regulation import Regulation


@dataclass(frozen=True)
class Line:
    """One row as it is read: the keys in words, who stands in, whether somebody is there to accept."""

    row: routing_table.Route
    keys: str
    backup: str  # department code
    unmanned: bool


@staff()
def table(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "contact.view")
    return _table_page(request)


def _table_page(request: StaffRequest, form: RuleForm | None = None, status: int = 200) -> HttpResponse:
    regulation, ready = standing(request.user).regulation, manned()
    rules = list(RoutingRule.objects.select_related("lead").order_by("-id")[:50])
    may_edit = may(request.user, "routing.edit").allowed
    context = {
        "lines": [_line(row, regulation, ready) for row in routing_table.table()],
        "waiting": [(rule, _keys(rule, regulation)) for rule in rules if rule.agreed is None],
        "past": [(rule, _keys(rule, regulation)) for rule in rules if rule.agreed is not None],
        "may_edit": may_edit,
        "form": (form or RuleForm(regulation=regulation)) if may_edit else None,
    }
    return render(request, "desk/routing_table.html", context, status=status)


def _line(row: routing_table.Route, regulation: Regulation, ready: frozenset[str]) -> Line:
    keys = routing_table.spoken(row.keys, regulation, lang())
    return Line(row, keys, routing_table.backup_of(row, regulation), row.lead not in ready)


def _keys(rule: RoutingRule, regulation: Regulation) -> str:
    keys = {"category": rule.category, "nature": rule.nature, "trade": rule.trade}
    return routing_table.spoken(keys, regulation, lang())


@staff("POST")
def propose(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "routing.edit")
    form = RuleForm(request.POST, regulation=standing(request.user).regulation)
    return perform(
        request,
        lambda: propose_rule(**form.told(), actor=request.user),
        done=_t("已提议，等另一人同意后生效。"),
        to="desk:routing_table",
        form=form,
        again=partial(_table_page, request, form),
    )


@staff("POST")
def change(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    """Agree or refuse as the second person; propose to take a row out."""
    or_404(request.user, "routing.edit")
    rule = get_object_or_404(RoutingRule.objects.select_related("lead"), pk=pk)
    user, page = request.user, "desk:routing_table"
    if verb == "end":
        keys, reason = (rule.category, rule.nature, rule.trade), request.POST.get("reason", "")
        done = _t("已提议，等另一人同意后生效。")
        return perform(request, lambda: propose_rule(*keys, rule.lead, [], reason, user, ends=rule), done=done, to=page)
    if verb in ("agree", "refuse"):
        return perform(request, lambda: second_rule(rule, verb == "agree", user), done=_t("意见已记录。"), to=page)
    raise Http404


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
        again=partial(_slip_page, request, case, form, deciding),
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


def _slip_page(request: StaffRequest, case: Case, form: VerbForm, deciding: bool, status: int = 200) -> HttpResponse:
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


@staff()
def contacts(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "contact.view")
    every = cards()
    lacking = request.GET.get("gaps") == "1"
    context = {
        "cards": [card for card in every if card.gaps] if lacking else every,
        "lacking": lacking,
        "without_head": sum(HEAD in card.gaps for card in every),
        "without_liaison": sum(LIAISON in card.gaps for card in every),
        "total": len(every),
        "may_test": may(request.user, "contact.test").allowed,
    }
    return render(request, "desk/contacts.html", context)


@staff("POST")
def test(request: StaffRequest, pk: int) -> HttpResponse:
    or_404(request.user, "contact.test")
    user = get_object_or_404(User, pk=pk, is_administrator=False, oversees=None)
    form = PhoneTestForm(request.POST)
    if not form.is_valid():
        messages.error(request, _t("请选择接通还是未接通。"))
        return redirect("desk:contacts")
    return perform(
        request,
        lambda: test_phone(user, form.cleaned_data["reached"] == "yes", form.cleaned_data["note"], request.user),
        done=_t("抽查%(name)s的结果已记录。") % {"name": user.name},
        to="desk:contacts",
    )
