"""The texts for the work group, to be copied (§7.4)."""

from __future__ import annotations

import datetime as dt

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from huiying.desk import group_texts
from huiying.desk.gate import StaffRequest, staff
from huiying.handling.access import get_case
from huiying.kernel import clock

HOURS = (2, 6, 24)


@staff()
def texts(request: StaffRequest, number: str) -> HttpResponse:
    case = get_case(request.user, number)
    asked = request.GET.get("hours", "")
    hours = int(asked) if asked in map(str, HOURS) else HOURS[-1]
    made: list[tuple[str, str]] = []
    if not case.event.reserved:
        facts = group_texts.facts_of(case)
        page = request.build_absolute_uri(reverse("portal:answer", args=[case.number]))
        made = [
            ("quick", group_texts.quick(facts)),
            ("update", group_texts.update(facts, clock.now() - dt.timedelta(hours=hours))),
        ]
        if group_texts.is_over(case):
            made.append(("final", group_texts.final(facts, page)))
    return render(request, "desk/group_texts.html", {"case": case, "texts": made, "hours": hours, "choices": HOURS})
