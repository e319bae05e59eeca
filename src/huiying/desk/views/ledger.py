"""台账: the heads of the chains, the last entries, and the proof that nothing was altered (INV-8)."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render

from huiying.desk import timeline
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.templatetags.desk import actor
from huiying.desk.views.conformance import hidden
from huiying.ledger import queries
from huiying.ledger.models import ChainHead, LedgerEntry
from huiying.people.queries import standing

SHOWN = 50
HEADS = 12


@staff("GET", "HEAD", "POST")
def ledger(request: StaffRequest) -> HttpResponse:
    """POST verifies: reading every entry is work, so it is asked for, not done on each visit."""
    or_404(request.user, "ledger.view")
    chain = request.GET.get("chain", "")
    kept_back = hidden(request.user)
    found = LedgerEntry.objects.exclude(chain__in=kept_back).order_by("-id")
    if chain:
        found = found.filter(chain=chain)
    entries = list(found[:SHOWN])
    regulation = standing(request.user).regulation
    context: dict[str, Any] = {
        "chain": chain,
        "rows": [(entry, timeline.sentence(entry, regulation), actor(entry.actor, regulation)) for entry in entries],
        "heads": ChainHead.objects.filter(seq__gt=0).exclude(chain__in=kept_back).order_by("-at")[:HEADS],
        "chains": ChainHead.objects.filter(seq__gt=0).count(),
        "report": queries.verify() if request.method == "POST" else None,
    }
    return render(request, "desk/ledger.html", context)


# 查阅记录 (§6.1 S6, S9): who looked at what bears a label, took files out, whose account changed; no content.

SHOWN_ACCESS = 100
KINDS = ("access.", "person.", "factor.")


@staff()
def access(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "access.view")
    wanted = Q()
    for kind in KINDS:
        wanted |= Q(kind__startswith=kind)
    regulation = standing(request.user).regulation
    rows = LedgerEntry.objects.filter(wanted).order_by("-id")[:SHOWN_ACCESS]
    context = {
        "rows": [(row, timeline.sentence(row, regulation), actor(row.actor, regulation)) for row in rows],
        "shown": SHOWN_ACCESS,
    }
    return render(request, "desk/access.html", context)
