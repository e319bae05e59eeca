"""待辨: one key a post, in or out, and ten minutes to think again (C5.14, C5.16)."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.views.events import page_of, why
from huiying.judging import actions, queries
from huiying.judging.models import Screening
from huiying.kernel import clock
from huiying.people.errors import Refused

UNDO_FOR = dt.timedelta(minutes=10)
DECISIONS = ("hit", "out", "undo")


@staff()
def suspects(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "suspect.clear")
    page = page_of(request, queries.suspects(), 20)
    just_done = (
        Screening.objects.filter(
            band=Screening.SUSPECT,
            cleared_by=request.user.name,
            cleared_at__gt=clock.now() - UNDO_FOR,
            post__life_safety=False,
        )
        .select_related("post")
        .order_by("-cleared_at")[:5]
    )
    rows = [{"screening": row, "post": row.post, **why(row.post)} for row in page]
    return render(request, "desk/suspects.html", {"page": page, "rows": rows, "just_done": just_done})


@staff("POST")
def decide(request: StaffRequest, pk: int, decision: str) -> HttpResponse:
    or_404(request.user, "suspect.clear")
    if decision not in DECISIONS:
        raise Http404
    row = get_object_or_404(Screening, pk=pk)
    try:
        if decision == "undo":
            actions.undo_clear(row, request.user)
        else:
            actions.clear_suspect(row, decision, request.user)
    except Refused as refused:
        messages.error(request, refused.sentence)
    return redirect("desk:suspects")
