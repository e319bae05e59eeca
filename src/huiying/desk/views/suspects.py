"""待辨: one key a post, in or out, and ten minutes to think again (C5.14, C5.16)."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render

from huiying.desk.dispatch import perform
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.views.events import page_of, why
from huiying.judging import actions, adjustments, queries
from huiying.judging.actions import sampling
from huiying.judging.models import SampledPost, SampleDraw, ScreenAdjustment, Screening
from huiying.kernel import clock
from huiying.listening.reserved import without_sensitive
from huiying.people.models import User
from huiying.people.permissions import may

UNDO_FOR = dt.timedelta(minutes=10)
DECISIONS = ("hit", "out", "undo")


@staff()
def suspects(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "suspect.clear")
    page = page_of(request, queries.suspects(), 20)
    rows = [{"screening": row, "post": row.post, **why(row.post)} for row in page]
    return render(
        request,
        "desk/suspects.html",
        {"page": page, "rows": rows, "just_done": just_cleared(request.user, Screening.SUSPECT)},
    )


def just_cleared(user: User, band: str) -> QuerySet[Screening]:
    """What this person decided in the last minutes and may still take back."""
    rows = Screening.objects.filter(
        band=band, cleared_by=user.name, cleared_at__gt=clock.now() - UNDO_FOR, post__life_safety=False
    )
    return without_sensitive(rows, "post").select_related("post").order_by("-cleared_at")[:5]


@staff("POST")
def decide(request: StaffRequest, pk: int, decision: str) -> HttpResponse:
    or_404(request.user, "suspect.clear")
    if decision not in DECISIONS:
        raise Http404
    row = get_object_or_404(Screening, pk=pk)
    if decision == "undo":
        return perform(request, lambda: actions.undo_clear(row, request.user), to="desk:suspects")
    return perform(request, lambda: actions.clear_suspect(row, decision, request.user), to="desk:suspects")


# 抽检: the weekly look at what was put aside, how much that says is missed, and what clearances taught (C5.16).

LESSONS_SHOWN = 5


@staff()
def sample(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "suspect.clear")
    page = page_of(request, sampling.sampled(), 20)
    rows = [{"screening": row.screening, "post": row.screening.post, **why(row.screening.post)} for row in page]
    in_force, estimate = adjustments.in_force(), sampling.estimate()
    return render(
        request,
        "desk/sample.html",
        {
            "page": page,
            "rows": rows,
            "just_done": just_cleared(request.user, Screening.OUT),
            "estimate": estimate,
            "shares": _shares(estimate),
            "draws": SampleDraw.objects.order_by("-week")[: sampling.WEEKS_COUNTED],
            "lessons": ScreenAdjustment.objects.all()[:LESSONS_SHOWN],
            "in_force": in_force,
            "may_withdraw": may(request.user, "screening.withdraw").allowed,
        },
    )


def _shares(estimate: sampling.Estimate) -> dict[str, str]:
    """The bounds as they are read: with one decimal, since a miss of half a per cent is not none."""
    recall = estimate.recall or (0.0, 0.0)
    bounds = {"low": estimate.low, "high": estimate.high, "recall_low": recall[0], "recall_high": recall[1]}
    return {name: f"{100 * share:.1f}%" for name, share in bounds.items()}


@staff("POST")
def decide_sample(request: StaffRequest, pk: int, decision: str) -> HttpResponse:
    or_404(request.user, "suspect.clear")
    if decision not in DECISIONS:
        raise Http404
    row = get_object_or_404(SampledPost.objects.select_related("screening"), screening_id=pk)
    if decision == "undo":
        return perform(request, lambda: actions.undo_clear(row.screening, request.user), to="desk:sample")
    return perform(request, lambda: actions.clear_suspect(row.screening, decision, request.user), to="desk:sample")


@staff("POST")
def withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    or_404(request.user, "screening.withdraw")
    lesson = get_object_or_404(ScreenAdjustment, pk=pk)
    return perform(request, lambda: adjustments.withdraw(lesson, request.user), to="desk:sample")
