"""共享 of one event: to whom, for what, opened how often, what came back （五）C5.18."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _t

from huiying.desk import second_factor
from huiying.desk.bar import build
from huiying.desk.dispatch import perform_verb
from huiying.desk.forms import VerbForm
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.offers import offered
from huiying.desk.verbs.reconcile import SHARE_VERBS
from huiying.desk.views.events import get_event
from huiying.judging.actions import sharing
from huiying.judging.models import Event, SharePackage
from huiying.kernel import clock
from huiying.people import access_log
from huiying.people.models import User
from huiying.people.permissions import may


@staff()
def shares(request: StaffRequest, number: str) -> HttpResponse:
    return _page(request, get_event(request.user, number))


def _page(request: StaffRequest, event: Event, bound: dict[str, VerbForm] | None = None) -> HttpResponse:
    rows = SharePackage.objects.filter(event=event).prefetch_related("replies")
    why = may(request.user, "event.share").why
    context = {
        "event": event,
        "rows": rows,
        "now": clock.now(),
        "may_share": not why,
        "bar": build(
            offered([("share", _t("打包共享"), why)]),
            SHARE_VERBS,
            event,
            request.user,
            base=reverse("desk:shares", args=[event.number]) + "do/",
            bound=bound,
        ),
    }
    return render(request, "desk/shares.html", context)


@staff("POST")
def do(request: StaffRequest, number: str, verb: str) -> HttpResponse:
    event = get_event(request.user, number)

    def made(result: tuple[SharePackage, str]) -> str:
        """The link is shown once: only its hash is kept."""
        link = request.build_absolute_uri(reverse("portal:shared", args=[result[1]]))
        return _t("已打包。把这个链接交给对方，它只显示这一次，七天有效：%(link)s") % {"link": link}

    verbs = {name: replace(one, done=made) for name, one in SHARE_VERBS.items()}
    page = reverse("desk:shares", args=[event.number])
    return perform_verb(request, verbs, verb, event, to=page, again=partial(_page, request, event))


@staff("POST")
def revoke(request: StaffRequest, pk: int) -> HttpResponse:
    found = _get(request.user, pk)
    or_404(request.user, "event.share")
    if found.revoked_at is None:
        sharing.revoke_share(found, request.user)
    return redirect("desk:shares", found.event.number)


@second_factor.before_it_leaves
@staff()
def export(request: StaffRequest, pk: int) -> HttpResponse:
    """The package as a signed file, to be taken along where no link can go."""
    found = _get(request.user, pk)
    access_log.note_taken(request.user, f"share:{found.event.number}-{found.pk}", "json", found.purpose)
    response = JsonResponse(sharing.signed(found), json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = f'attachment; filename="share-{found.event.number}-{found.pk}.json"'
    return response


def _get(user: User, pk: int) -> SharePackage:
    found = SharePackage.objects.select_related("event").filter(pk=pk).first()
    if found is None:
        raise Http404
    get_event(user, found.event.number)
    return found
