"""转办表: who leads what, by the regulation file and by the office's own rows; a change takes two persons (C7.1)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _t

from huiying.desk.dispatch import perform
from huiying.desk.forms_routing import RuleForm
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.language import lang
from huiying.handling import routing_table
from huiying.handling.actions.table import propose_rule, second_rule
from huiying.handling.models import RoutingRule
from huiying.people.permissions import may
from huiying.people.queries import manned, standing
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
        again=partial(_page, request, form),
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
