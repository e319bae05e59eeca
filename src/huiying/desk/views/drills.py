"""演练: which were held, how the next one is started, and the review of each （九）C9.6."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from huiying.desk.charts.drill import lines
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.overseeing import drills as reading

STEP_WORDS: dict[str, str | Promise] = {
    "opened_at": _("立案"),
    "decided_at": _("定级"),
    "routed_at": _("转办"),
    "accepted_at": _("签收"),
    "found_at": _("查明"),
    "answered_at": _("回应"),
}


@staff()
def drills(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "drill.view")
    context = {"drills": reading.drills(), "recorded": reading.recorded()}
    return render(request, "desk/drills.html", context)


@staff()
def drill(request: StaffRequest, name: str) -> HttpResponse:
    or_404(request.user, "drill.view")
    found = reading.drill(name)
    if found is None:
        raise Http404
    context = {
        "drill": found,
        "lines": lines(found.cases),
        "steps": [(n, STEP_WORDS[step], found.median.get(step)) for n, step in enumerate(reading.STEPS, 1)],
    }
    return render(request, "desk/drill.html", context)
