"""更正和删除请求 （四）§6.2: a queue of the office, each decided with a reason that the asker reads."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from huiying.desk.bar import build
from huiying.desk.dispatch import perform_verb
from huiying.desk.forms import VerbForm
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.offers import offered
from huiying.desk.verbs.dialogue import REQUEST_VERBS
from huiying.desk.views.events import page_of
from huiying.kernel import clock
from huiying.people.models import User
from huiying.people.permissions import may
from huiying.responding.models import PersonalRequest

KINDS: dict[str, str | Promise] = {
    PersonalRequest.CORRECTION: _("要求更正"),
    PersonalRequest.DELETION: _("要求删除"),
    PersonalRequest.COPY: _("要一份副本"),
}
DECISIONS: dict[str, str | Promise] = {
    PersonalRequest.GRANTED: _("照办"),
    PersonalRequest.PARTLY: _("部分照办"),
    PersonalRequest.REFUSED: _("不办"),
}


def _row(row: PersonalRequest) -> dict[str, Any]:
    return {
        "shown": row,
        "kind": KINDS[row.kind],
        "decision": DECISIONS.get(row.decision, ""),
        "late": (row.decided_at or clock.now()) > row.due_at,
    }


@staff()
def requests(request: StaffRequest) -> HttpResponse:
    """The open ones, the most urgent first; `?all=1` every one."""
    or_404(request.user, "personal_request.view")
    every = request.GET.get("all") == "1"
    rows = PersonalRequest.objects.order_by("-id")
    if not every:
        rows = PersonalRequest.objects.filter(decided_at__isnull=True).order_by("due_at")
    page = page_of(request, rows)
    context = {"page": page, "rows": [_row(row) for row in page], "every": every}
    return render(request, "desk/requests.html", context)


def _get(user: User, pk: int) -> PersonalRequest:
    or_404(user, "personal_request.view")
    return get_object_or_404(PersonalRequest, pk=pk)


@staff()
def request_page(request: StaffRequest, pk: int) -> HttpResponse:
    return _show(request, _get(request.user, pk))


@staff("POST")
def do(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    found = _get(request.user, pk)
    page = reverse("desk:request", args=[found.pk])
    return perform_verb(request, REQUEST_VERBS, verb, found, to=page, again=partial(_show, request, found))


def _show(request: StaffRequest, found: PersonalRequest, bound: dict[str, VerbForm] | None = None) -> HttpResponse:
    why = may(request.user, "personal_request.decide").why
    states = [] if found.decided_at is not None else offered([("decide", _("办结"), why)])
    bar = build(
        states,
        REQUEST_VERBS,
        found,
        request.user,
        base=f"{reverse('desk:request', args=[found.pk])}do/",
        bound=bound,
        forward=("decide",),
    )
    return render(request, "desk/request.html", {**_row(found), "bar": bar})
