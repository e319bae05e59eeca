"""待决: what a leader decides today (C10.2)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from huiying.desk.decisions import waiting_for
from huiying.desk.gate import StaffRequest, or_404, staff


@staff()
def decisions(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "decisions.view")
    rows = waiting_for(request.user)
    return render(request, "desk/decisions.html", {"rows": rows, "late": sum(row.late for row in rows)})
