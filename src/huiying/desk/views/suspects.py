"""待辨: one key a post, in or out, and ten minutes to think again (C5.14, C5.16)."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render

from huiying.desk.dispatch import perform
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.views.events import page_of, why
from huiying.judging import actions, queries
from huiying.judging.models import Screening
from huiying.kernel import clock
from huiying.listening.reserved import without_sensitive
from huiying.people.models import User

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
