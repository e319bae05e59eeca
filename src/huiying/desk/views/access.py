"""查阅记录 (§6.1 S6, S9): who looked at what bears a label, took files out, whose account changed; no content."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render

from huiying.desk import timeline
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.templatetags.desk import actor
from huiying.ledger.models import LedgerEntry
from huiying.people.queries import standing

SHOWN = 100
KINDS = ("access.", "person.", "factor.")


@staff()
def access(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "access.view")
    wanted = Q()
    for kind in KINDS:
        wanted |= Q(kind__startswith=kind)
    regulation = standing(request.user).regulation
    rows = LedgerEntry.objects.filter(wanted).order_by("-id")[:SHOWN]
    context = {
        "rows": [(row, timeline.sentence(row, regulation), actor(row.actor, regulation)) for row in rows],
        "shown": SHOWN,
    }
    return render(request, "desk/access.html", context)
