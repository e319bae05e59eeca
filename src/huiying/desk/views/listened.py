"""What the listening reaches: business categories × channels (C5.11), and how late things are heard (C5.12, C5.17)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from huiying.desk.context import of
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.language import lang
from huiying.handling import reconciling
from huiying.judging import latency as lateness
from huiying.judging import topic_coverage
from huiying.people.permissions import may


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
