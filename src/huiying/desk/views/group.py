"""领导小组 （五）C5.1: who sits in it, and how the strength that it arranges stands."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from huiying.desk.bar import Verb, build, form_for
from huiying.desk.context import of
from huiying.desk.dispatch import perform_verb
from huiying.desk.forms import VerbForm
from huiying.desk.forms_roster import places
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.language import lang
from huiying.desk.offers import offered
from huiying.desk.verbs.roster import GROUP_VERBS, SEAT_VERBS
from huiying.kernel import clock
from huiying.listening import patrol
from huiying.people import roster
from huiying.people.models import GroupSeat
from huiying.people.permissions import may


@staff()
def leading_group(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "contact.view")
    return _page(request)


@staff("POST")
def do(request: StaffRequest, verb: str) -> HttpResponse:
    or_404(request.user, "contact.view")
    return _do(request, GROUP_VERBS, verb, None)


@staff("POST")
def seat(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    or_404(request.user, "contact.view")
    return _do(request, SEAT_VERBS, verb, get_object_or_404(GroupSeat.objects.select_related("user"), pk=pk))


def _do(request: StaffRequest, verbs: dict[str, Verb], verb: str, row: GroupSeat | None) -> HttpResponse:
    page = reverse("desk:leading_group")
    return perform_verb(request, verbs, verb, row, to=page, again=lambda bound: _page(request, bound, row))


def _page(
    request: StaffRequest, bound: dict[str, VerbForm] | None = None, about: GroupSeat | None = None
) -> HttpResponse:
    why, now, bound = may(request.user, "leading_group.edit").why, clock.now(), bound or {}
    words = dict(places())
    seats = []
    live, former = roster.group_then_and_now()
    for row in live:
        refused = bound.get("leave") if about is not None and about.pk == row.pk else None
        form = refused or (None if why else form_for(SEAT_VERBS["leave"], f"leave-{row.pk}", row, request.user))
        seats.append((row, words[row.place], form))
    regulation = of(request).regulation
    lacking = patrol.uncovered_classes(regulation, patrol.watched_classes())
    roles = regulation.roles_acting_as("leading_group")
    context = {
        "name": regulation.name_of("role", roles[0], lang()),
        "seats": seats,
        "no_head": not any(row.place == GroupSeat.HEAD for row, *_rest in seats),
        "former": [(row, words[row.place]) for row in former[:20]],
        "holes": roster.holes_ahead(now),
        "signed": roster.signed(now, now + roster.AHEAD),
        "required": len(regulation.monitor.channel_classes),
        "covered": len(regulation.monitor.channel_classes) - len(lacking),
        "completion": patrol.completion(now - 7 * patrol.DAY, now),
        "bar": build(
            offered([("seat", _("增加成员"), why)]), GROUP_VERBS, None, request.user,
            base=reverse("desk:leading_group") + "do/", bound=bound if about is None else None,
        ),
    }  # fmt: skip
    return render(request, "desk/leading_group.html", context)
