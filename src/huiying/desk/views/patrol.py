"""巡查, made for a phone, 交接班 and 漏报核对 （五）C5.1, C5.8, C5.13, C5.16."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from huiying.desk import picture_shelf
from huiying.desk.bar import Bar, build, offered
from huiying.desk.context import of
from huiying.desk.dispatch import perform, perform_verb
from huiying.desk.forms import VerbForm
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.language import lang
from huiying.desk.subjects.patrol import COVERAGE_VERBS, EMERGENCY_VERBS, HANDOVER_VERBS, POINT_VERBS, RECONCILE_VERBS
from huiying.handling import handover as handling_handover
from huiying.handling.actions import reconciling
from huiying.handling.actions.reconciling import decide_item
from huiying.handling.handover import GRACE, since_of
from huiying.handling.models import Handover, OutsideItem, OutsideList
from huiying.judging import coverage as judging_coverage, coverage as lateness
from huiying.kernel import clock
from huiying.listening import coverage as kept, patrol as reading
from huiying.listening.actions.patrolling import tick
from huiying.listening.models import EmergencyWatch, PatrolCard, PatrolPoint, Post
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
def handover_do(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    or_404(request.user, "handover.view")
    row = _get(pk)
    verbs = {name: one for name, one in HANDOVER_VERBS.items() if name != "begin"}
    page = reverse("desk:handover", args=[row.pk])
    return perform_verb(request, verbs, verb, row, to=page, again=partial(_show, request, row))


def _get(pk: int) -> Handover:
    return get_object_or_404(Handover.objects.select_related("outgoing", "incoming"), pk=pk)


def _show(request: StaffRequest, row: Handover, bound: dict[str, VerbForm] | None = None) -> HttpResponse:
    sheet: dict[str, Any] = row.sheet if row.gave_at else handling_handover.compose(since_of(row)).to_json()
    context = {
        "row": row,
        "sections": handling_handover.shown_to(request.user, sheet),
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


@staff()
def lists(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "reconcile.decide")
    return _lists(request)


def _lists(request: StaffRequest, bound: dict[str, VerbForm] | None = None) -> HttpResponse:
    bar = build(
        offered([("take", _("粘贴一份清单"), "")]),
        RECONCILE_VERBS,
        None,
        request.user,
        base=reverse("desk:reconcile") + "do/",
        bound=bound,
    )
    context = {"rows": reconciling.lists(), "rate": reconciling.missed_rate(), "bar": bar}
    return render(request, "desk/reconcile.html", context)


@staff("POST")
def reconcile_do(request: StaffRequest, verb: str) -> HttpResponse:
    or_404(request.user, "reconcile.decide")
    return perform_verb(
        request,
        RECONCILE_VERBS,
        verb,
        None,
        to=lambda made: reverse("desk:outside_list", args=[made.pk]),
        again=partial(_lists, request),
    )


@staff()
def outside_list(request: StaffRequest, pk: int) -> HttpResponse:
    or_404(request.user, "reconcile.decide")
    row = get_object_or_404(OutsideList, pk=pk)
    items = list(row.items.select_related("suggested", "post", "event"))
    context = {
        "row": row,
        "waiting": [item for item in items if not item.state],
        "decided": [item for item in items if item.state],
    }
    return render(request, "desk/outside_list.html", context)


@staff("POST")
def decide(request: StaffRequest, pk: int, state: str) -> HttpResponse:
    or_404(request.user, "reconcile.decide")
    item = get_object_or_404(OutsideItem, pk=pk)
    named = request.POST.get("post", "").strip()
    post = (
        Post.objects.filter(pk=int(named)).first() if named.isascii() and named.isdigit() and len(named) < 16 else None
    )
    return perform(
        request,
        lambda: decide_item(item, state, request.user, post=post, cause=request.POST.get("cause", "")),
        to=reverse("desk:outside_list", args=[item.list_id]),
    )


# What the listening reaches: business categories × channels (C5.11), and how late things are heard (C5.12, C5.17).


@staff()
def topics(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "patrol.view")
    found, regulation = judging_coverage.matrix(), of(request).regulation
    context = {
        "matrix": found,
        "rows": [(row, regulation.name_of("category", row.category, lang())) for row in found.rows],
        "may_see_rules": may(request.user, "watch.view").allowed,
    }
    return render(request, "desk/topics.html", context)


@staff()
def latency(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "patrol.view")
    context = {
        "found": lateness.latency(),
        "days": lateness.WINDOW.days,
        "missed": reconciling.missed_rate(),
        "may_compare": may(request.user, "reconcile.decide").allowed,
    }
    return render(request, "desk/latency.html", context)
