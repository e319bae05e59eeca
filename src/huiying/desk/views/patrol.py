"""巡查, made for a phone: open the place, look, one press; what was found is pasted in its row （五）C5.8, C5.13."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from huiying.desk import picture_shelf
from huiying.desk.bar import Bar, build
from huiying.desk.context import of
from huiying.desk.dispatch import perform_verb
from huiying.desk.forms import VerbForm
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.offers import offered
from huiying.desk.verbs.patrol import COVERAGE_VERBS, EMERGENCY_VERBS, POINT_VERBS
from huiying.kernel import clock
from huiying.listening import coverage as kept
from huiying.listening import patrol as reading
from huiying.listening.actions.patrolling import tick
from huiying.listening.models import EmergencyWatch, PatrolCard, PatrolPoint
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import may
from huiying.people.queries import standing


@staff()
def patrol(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "patrol.view")
    return _page(request)


def _page(request: StaffRequest, bound: dict[str, VerbForm] | None = None) -> HttpResponse:
    now = clock.now()
    cards = reading.cards_to_do(now)
    watch = reading.emergency()
    context = {
        "open": [card for card in cards if card.due_at > now],
        "missed": [card for card in cards if card.due_at <= now],
        "done": reading.done_lately(now),
        "completion": reading.completion(now - reading.DAY, now),
        "watch": watch,
        "bar": _emergency_bar(request.user, watch, bound),
        "may_tick": may(request.user, "patrol.tick").allowed,
        "has_points": bool(cards) or reading.points().exists(),
    }
    return render(request, "desk/patrol.html", context)


def _emergency_bar(user: User, watch: EmergencyWatch | None, bound: dict[str, VerbForm] | None) -> Bar:
    if watch is None:
        rows = [("declare", _("启动突发事件监测"), may(user, "emergency_watch.declare").why)]
    else:
        rows = [("end", _("解除突发事件监测"), may(user, "emergency_watch.end").why)]
    return build(offered(rows), EMERGENCY_VERBS, watch, user, base=reverse("desk:patrol") + "emergency/", bound=bound)


@staff("POST")
def emergency(request: StaffRequest, verb: str) -> HttpResponse:
    or_404(request.user, "patrol.view")
    page = reverse("desk:patrol")
    return perform_verb(request, EMERGENCY_VERBS, verb, reading.emergency(), to=page, again=partial(_page, request))


@staff("POST")
def look(request: StaffRequest, pk: int, result: str) -> HttpResponse:
    """One tick of one card; the time is the server's (INV-13). There is no way to tick several."""
    or_404(request.user, "patrol.view")
    card = get_object_or_404(PatrolCard, pk=pk)
    try:
        done = tick(card, result, request.user, note=request.POST.get("note", ""), text=request.POST.get("text", ""))
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect("desk:patrol")
    if done.is_late:
        messages.info(request, _("已记录，晚于规定时段，会一直显示为迟看。"))
    elif done.result == PatrolCard.FOUND:
        messages.success(request, _("已录入并记录，请在值班台上看它归到哪个事件。"))
    return redirect("desk:patrol")


# --- coverage ---------------------------------------------------------------------------------------------------------


@staff()
def coverage(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "patrol.view")
    return _coverage(request)


def _coverage(request: StaffRequest, bound: dict[str, VerbForm] | None = None) -> HttpResponse:
    found = kept.matrix()
    edits = may(request.user, "patrol.edit").why
    rows = [("add_point", _("增加巡查点"), edits), ("note_class", _("说明某一类为什么没有来源"), edits)]
    if any(not row.sources for row in found.rows):
        rows.append(("adopt", _("按巡查清单为空着的各类各建一个"), edits))
    context = {
        "matrix": found,
        "coverage": picture_shelf.heard(standing(request.user).regulation, of(request).moved),
        "points": reading.points(),
        "may_edit": not edits,
        "bar": build(
            offered(rows), COVERAGE_VERBS, None, request.user, base=reverse("desk:coverage") + "do/", bound=bound
        ),
    }
    return render(request, "desk/coverage.html", context)


@staff("POST")
def coverage_do(request: StaffRequest, verb: str) -> HttpResponse:
    or_404(request.user, "patrol.view")
    page = reverse("desk:coverage")
    return perform_verb(request, COVERAGE_VERBS, verb, None, to=page, again=partial(_coverage, request))


@staff()
def point(request: StaffRequest, pk: int) -> HttpResponse:
    or_404(request.user, "patrol.view")
    return _point(request, get_object_or_404(PatrolPoint.objects.select_related("owner", "backup"), pk=pk))


def _point(request: StaffRequest, row: PatrolPoint, bound: dict[str, VerbForm] | None = None) -> HttpResponse:
    why = may(request.user, "patrol.edit").why
    rows = [("retire", _("停用这个巡查点"), why)] if row.retired_at is None else []
    context = {
        "point": row,
        "cards": row.cards.select_related("post").order_by("-opens_at")[:40],
        "now": clock.now(),
        "bar": build(
            offered(rows),
            POINT_VERBS,
            row,
            request.user,
            base=reverse("desk:patrol_point", args=[row.pk]) + "do/",
            bound=bound,
        ),
    }
    return render(request, "desk/patrol_point.html", context)


@staff("POST")
def point_do(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    or_404(request.user, "patrol.view")
    row = get_object_or_404(PatrolPoint.objects.select_related("owner", "backup"), pk=pk)
    page = reverse("desk:coverage")
    return perform_verb(request, POINT_VERBS, verb, row, to=page, again=partial(_point, request, row))
