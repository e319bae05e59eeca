"""转办表: who leads what, by the regulation file and by the office's own rows; a change takes two persons (C7.1)."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _t

from huiying.desk.forms_routing import RuleForm
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.language import lang
from huiying.handling import routing_table
from huiying.handling.actions.table import propose_rule, second_rule
from huiying.handling.models import RoutingRule
from huiying.people.errors import Refused
from huiying.people.permissions import may
from huiying.people.queries import manned, standing
from huiying.regulation import Regulation


@dataclass(frozen=True)
class Line:
    """One row as it is read: the keys in words, who stands in, whether somebody is there to accept."""

    row: routing_table.Row
    keys: str
    backup: str  # department code
    unmanned: bool


@staff()
def table(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "contact.view")
    return _page(request)


def _page(request: StaffRequest, form: RuleForm | None = None, status: int = 200) -> HttpResponse:
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


def _line(row: routing_table.Row, regulation: Regulation, ready: frozenset[str]) -> Line:
    keys = routing_table.spoken(row.keys, regulation, lang())
    return Line(row, keys, routing_table.backup_of(row, regulation), row.lead not in ready)


def _keys(rule: RoutingRule, regulation: Regulation) -> str:
    keys = {"category": rule.category, "nature": rule.nature, "trade": rule.trade}
    return routing_table.spoken(keys, regulation, lang())


@staff("POST")
def propose(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "routing.edit")
    form = RuleForm(request.POST, regulation=standing(request.user).regulation)
    if not form.is_valid():
        return _page(request, form, 422)
    try:
        propose_rule(**form.told(), actor=request.user)
    except Refused as refused:
        form.add_error(None, refused.sentence)
        return _page(request, form, 409)
    messages.success(request, _t("已提议，等另一人同意后生效。"))
    return redirect("desk:routing_table")


@staff("POST")
def change(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    """Agree or refuse as the second person; propose to take a row out."""
    or_404(request.user, "routing.edit")
    rule = get_object_or_404(RoutingRule.objects.select_related("lead"), pk=pk)
    try:
        if verb == "end":
            propose_rule(
                rule.category,
                rule.nature,
                rule.trade,
                rule.lead,
                [],
                request.POST.get("reason", ""),
                request.user,
                ends=rule,
            )
            messages.success(request, _t("已提议，等另一人同意后生效。"))
        elif verb in ("agree", "refuse"):
            second_rule(rule, verb == "agree", request.user)
            messages.success(request, _t("意见已记录。"))
        else:
            raise Http404
    except Refused as refused:
        messages.error(request, refused.sentence)
    return redirect("desk:routing_table")
