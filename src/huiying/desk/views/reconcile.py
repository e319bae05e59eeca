"""漏报核对: lists from outside, line by line beside what we heard, and the rate of what was missed （五）C5.16."""

from __future__ import annotations

from functools import partial

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from huiying.desk.bar import build
from huiying.desk.context import of
from huiying.desk.dispatch import perform, perform_verb
from huiying.desk.forms import VerbForm
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.language import lang
from huiying.desk.offers import offered
from huiying.desk.verbs.reconcile import RECONCILE_VERBS
from huiying.handling import reconciling
from huiying.handling.actions.reconciling import decide_item
from huiying.handling.models import OutsideItem, OutsideList
from huiying.judging import latency as lateness
from huiying.judging import topic_coverage
from huiying.listening.models import Post
from huiying.people.permissions import may


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
def do(request: StaffRequest, verb: str) -> HttpResponse:
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
    found, regulation = topic_coverage.matrix(), of(request).regulation
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
