"""交接班: the sheet that built itself, and two confirmations （五）C5.1, §7.2."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from huiying.desk.bar import Bar, build
from huiying.desk.dispatch import perform_verb
from huiying.desk.forms import VerbForm
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.offers import offered
from huiying.desk.verbs.patrol import HANDOVER_VERBS
from huiying.handling import handover_sheet
from huiying.handling.actions.handover import GRACE, since_of
from huiying.handling.models import Handover
from huiying.kernel import clock
from huiying.people.models import User
from huiying.people.permissions import may

SHOWN = 14


@staff()
def handovers(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "handover.view")
    return _list(request)


def _list(request: StaffRequest, bound: dict[str, VerbForm] | None = None) -> HttpResponse:
    rows = Handover.objects.select_related("outgoing", "incoming")[:SHOWN]
    now = clock.now()
    begin = offered([("begin", _("现在交班"), may(request.user, "handover.give").why)])
    context = {
        "rows": [(row, row.took_at is None and now > row.changes_at + GRACE) for row in rows],
        "bar": build(begin, HANDOVER_VERBS, None, request.user, base=reverse("desk:handovers") + "do/", bound=bound),
    }
    return render(request, "desk/handovers.html", context)


@staff("POST")
def begin(request: StaffRequest, verb: str) -> HttpResponse:
    or_404(request.user, "handover.view")
    verbs = {"begin": HANDOVER_VERBS["begin"]}
    return perform_verb(
        request,
        verbs,
        verb,
        None,
        to=lambda row: reverse("desk:handover", args=[row.pk]),
        again=partial(_list, request),
    )


@staff()
def handover(request: StaffRequest, pk: int) -> HttpResponse:
    or_404(request.user, "handover.view")
    return _show(request, _get(pk))


@staff("POST")
def do(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    or_404(request.user, "handover.view")
    row = _get(pk)
    verbs = {name: one for name, one in HANDOVER_VERBS.items() if name != "begin"}
    page = reverse("desk:handover", args=[row.pk])
    return perform_verb(request, verbs, verb, row, to=page, again=partial(_show, request, row))


def _get(pk: int) -> Handover:
    return get_object_or_404(Handover.objects.select_related("outgoing", "incoming"), pk=pk)


def _show(request: StaffRequest, row: Handover, bound: dict[str, VerbForm] | None = None) -> HttpResponse:
    sheet: dict[str, Any] = row.sheet if row.gave_at else handover_sheet.compose(since_of(row)).to_json()
    context = {
        "row": row,
        "sections": handover_sheet.shown_to(request.user, sheet),
        "since": sheet["since"],
        "late": row.took_at is None and clock.now() > row.changes_at + GRACE,
        "bar": _bar(request.user, row, bound),
        "may_print": row.took_at is not None and may(request.user, "document.make").allowed,
    }
    return render(request, "desk/handover.html", context)


def _bar(user: User, row: Handover, bound: dict[str, VerbForm] | None) -> Bar:
    verdict = may(user, "handover.give").why
    rows: list[tuple[str, Any, str]] = []
    if row.gave_at is None:
        mine = "" if user.pk == row.outgoing_id else _("须由交班人%(name)s确认。") % {"name": row.outgoing.name}
        rows.append(("give", _("确认交班"), verdict or mine))
    elif row.took_at is None:
        mine = "" if user.pk == row.incoming_id else _("须由接班人%(name)s确认。") % {"name": row.incoming.name}
        rows.append(("take", _("确认接班"), verdict or mine))
    base = reverse("desk:handover", args=[row.pk]) + "do/"
    return build(offered(rows), HANDOVER_VERBS, row, user, base=base, bound=bound, forward=("give", "take"))
