"""发言人名册 (C12.1): who may be authorised to speak, since when, trained or not, and what the register lacks."""

from __future__ import annotations

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from huiying.desk.bar import form_for
from huiying.desk.dispatch import perform_verb
from huiying.desk.forms import VerbForm
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.verbs.forms import SPEAKER_VERBS
from huiying.people.models import Spokesperson
from huiying.people.permissions import may
from huiying.people.speakers import YEAR, register


@staff()
def speakers(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "register.view")
    return _page(request)


@staff("POST")
def appoint(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "register.view")
    return _do(request, "appoint", None)


@staff("POST")
def do(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    or_404(request.user, "register.view")
    row = get_object_or_404(Spokesperson.objects.select_related("user"), pk=pk)
    return _do(request, verb, row)


def _do(request: StaffRequest, verb: str, row: Spokesperson | None) -> HttpResponse:
    verbs = {name: one for name, one in SPEAKER_VERBS.items() if (name == "appoint") == (row is None)}
    page = reverse("desk:speakers")
    return perform_verb(request, verbs, verb, row, to=page, again=lambda bound: _page(request, bound, row))


def _page(
    request: StaffRequest, bound: dict[str, VerbForm] | None = None, about: Spokesperson | None = None
) -> HttpResponse:
    """`bound` is a form that was refused, `about` the entry it was about."""
    found, bound = register(), bound or {}
    may_edit = may(request.user, "speaker.register").allowed
    spoken = dict(Spokesperson.objects.annotate(n=Count("authorisations")).values_list("pk", "n"))
    rows = []
    for row in found.live:
        mine = bound if about is not None and about.pk == row.pk else {}
        train = mine.get("train") or form_for(SPEAKER_VERBS["train"], f"train-{row.pk}", row, request.user)
        refused = mine["end"].non_field_errors() if "end" in mine else []
        rows.append((row, train, refused, spoken[row.pk]))
    ended = Spokesperson.objects.exclude(pk__in=[row.pk for row in found.live]).select_related("user")
    context = {
        "found": found,
        "year": YEAR,
        "rows": rows,
        "ended": ended.order_by("-until", "-id")[:20],
        "appoint_form": (
            bound.get("appoint") or form_for(SPEAKER_VERBS["appoint"], "appoint", None, request.user)
            if may_edit or "appoint" in bound
            else None
        ),
        "may_edit": may_edit,
        "lost": _lost(bound, about, found.live),
    }
    return render(request, "desk/speakers.html", context)


def _lost(bound: dict[str, VerbForm], about: Spokesperson | None, live: list[Spokesperson]) -> list[str]:
    """What was refused about an entry that is not shown any more."""
    if about is None or any(row.pk == about.pk for row in live):
        return []
    return [str(error) for form in bound.values() for error in form.non_field_errors()]
