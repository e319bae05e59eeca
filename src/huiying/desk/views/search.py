"""查找: posts, events and cases by words, two characters are enough. Never by author (INV-10)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.rows import case_rows
from huiying.handling.queries import cases_for
from huiying.judging.models import Event
from huiying.listening import queries as listening
from huiying.people.permissions import may

SHOWN = 30


@staff()
def search(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "search.view")
    words = request.GET.get("q", "").split()
    sees_events = may(request.user, "event.view").allowed
    cases = cases_for(request.user)
    events = Event.objects.filter(life_safety=False)
    for word in words:
        cases = cases.filter(title__icontains=word) | cases.filter(number=word)
        events = events.filter(title__icontains=word) | events.filter(number=word)
    context = {
        "q": " ".join(words),
        "words": words,
        "case_rows": case_rows(cases[:SHOWN]) if words else [],
        "events": events.order_by("-last_post_at")[:SHOWN] if words and sees_events else [],
        "posts": listening.search(" ".join(words), SHOWN) if words and sees_events else [],
    }
    return render(request, "desk/search.html", context)
