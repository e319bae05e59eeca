"""查找: posts, events and cases by words, two characters are enough. Never by author (INV-10)."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render

from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.rows import case_rows
from huiying.desk.views.stream import row_of
from huiying.handling.queries import cases_for
from huiying.judging import stream
from huiying.judging.stream import Filters
from huiying.kernel.tokenise import phrases
from huiying.listening.search.asking import SEARCH_CHARS, TAIL
from huiying.people.permissions import may

SHOWN = 30


@staff()
def search(request: StaffRequest) -> HttpResponse:
    """Cases and events by title or number, posts by their words. What this person may not see is not looked through."""
    or_404(request.user, "search.view")
    q = request.GET.get("q", "").strip()[:SEARCH_CHARS]
    words = phrases(q)
    context: dict[str, Any] = {"q": q, "words": words}
    if words:
        cases = cases_for(request.user).filter(
            event__life_safety=False, event__sensitive=""
        )  # found on the desk, by whom it calls (S8)
        for word in words:
            cases = cases.filter(Q(title__icontains=word) | Q(number__iexact=word))
        context["case_rows"] = case_rows(cases[:SHOWN])
    if words and may(request.user, "event.view").allowed:
        found = stream.posts(Filters(q=q), SHOWN)
        context |= {
            "events": stream.events(Filters(q=" ".join(words)))[:SHOWN],
            "posts": [row_of(row, Filters(q=q)) for row in found.rows],
            "more": found.after is not None,
            "lag": found.lag,
            "read_at_once": TAIL,
        }
    return render(request, "desk/search.html", context)
