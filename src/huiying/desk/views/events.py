"""Events: the list, and the page that says what it is, how grave, and what to decide."""

from __future__ import annotations

import re
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from huiying.desk import timeline
from huiying.desk.bar import build
from huiying.desk.dispatch import perform
from huiying.desk.event_verbs import EVENT_VERBS, states_for
from huiying.desk.forms import VerbForm
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.grade import grade_of
from huiying.desk.language import lang
from huiying.desk.templatetags.desk import actor
from huiying.handling.models import Case
from huiying.judging import queries as judging
from huiying.judging.models import Dismissal, Event, EventPost, Screening
from huiying.ledger.queries import timeline as ledger_timeline
from huiying.listening.models import Post
from huiying.people.models import User
from huiying.people.permissions import may
from huiying.people.queries import standing

A_PAGE = 30
POSTS = 40
FILTERS = {"state": "state", "level": "suggested_level", "concern": "concern"}


@staff()
def events(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "event.view")
    found = Event.objects.filter(life_safety=False).order_by("-last_post_at", "-id")
    chosen = {name: request.GET.get(name, "") for name in ("state", "level", "concern", "q")}
    for name, column in FILTERS.items():
        if chosen[name]:
            found = found.filter(**{column: chosen[name]})
    for word in chosen["q"].split():
        found = found.filter(title__icontains=word)
    regulation = standing(request.user).regulation
    context = {
        "page": page_of(request, found),
        "chosen": chosen,
        "filtered": any(chosen.values()),
        "levels": regulation.levels,
        "concerns": regulation.concerns,
        "states": [Event.OPEN, Event.CASED, Event.DISMISSED, Event.MERGED],
    }
    return render(request, "desk/events.html", context)


def page_of(request: StaffRequest, found: QuerySet[Any], size: int = A_PAGE) -> Page[Any]:
    return Paginator(found, size).get_page(request.GET.get("page"))


@staff()
def event(request: StaffRequest, number: str) -> HttpResponse:
    return _page(request, get_event(request.user, number))


def get_event(user: User, number: str) -> Event:
    """The gate to an event; danger to life is for those who act on it (Life first)."""
    found = Event.objects.select_related("merged_into", "dismissal").filter(number=number).first()
    if found is None or not may(user, "event.view", found):
        raise Http404
    if found.life_safety and not may(user, "urgent.view"):
        raise Http404
    return found


def _page(request: StaffRequest, found: Event, bound: dict[str, VerbForm] | None = None) -> HttpResponse:
    dismissal: Dismissal | None = getattr(found, "dismissal", None)
    waits = found.state in (Event.OPEN, Event.NOTED)
    base = reverse("desk:event", args=[found.number]) + "do/"
    context = {
        "event": found,
        "case": None if waits else Case.objects.filter(event=found).first(),
        "dismissal": dismissal,
        "warning": judging.open_warnings(request.user).filter(event=found).first() if waits else None,
        "grade": grade_of(found.grade),
        "reasons": reasons_of(found),
        "posts": posts_of(found),
        "posts_shown": POSTS,
        "series": judging.series(found) if found.posts_count > 2 else [],
        "bar": build(
            states_for(request.user, found, dismissal),
            EVENT_VERBS,
            found,
            request.user,
            base=base,
            bound=bound,
            forward=("second_dismissal", "second_concern", "open_case"),
        ),
        "entries": timeline.lines(ledger_timeline([f"event:{found.number}"]), standing(request.user).regulation, actor),
    }
    return render(request, "desk/event.html", context)


def posts_of(found: Event) -> list[dict[str, Any]]:
    """Originals with their near-duplicates folded under them, newest first; each with why it was a hit."""
    members = list(
        EventPost.objects.filter(event=found).select_related("post", "post__screening").order_by("-id")[: POSTS * 3]
    )
    folded: dict[int, int] = {}
    for member in members:
        if member.duplicate_of_id:
            folded[member.duplicate_of_id] = folded.get(member.duplicate_of_id, 0) + 1
    originals = [member for member in members if not member.duplicate_of_id][:POSTS]
    return [
        {"post": member.post, "member": member, "copies": folded.get(member.post_id, 0), **why(member.post)}
        for member in originals
    ]


QUOTED = re.compile(r"「([^」]+)」")


def why(post: Post) -> dict[str, Any]:
    """The screening's reasons, and the quoted words in them, which are marked in the text."""
    screening = getattr(post, "screening", None)
    if screening is None:
        return {"reasons": [], "words": []}
    quoted = [word for reason in screening.reasons for word in QUOTED.findall(str(reason))]
    return {"reasons": reasons_of(screening), "words": quoted}


def reasons_of(found: Event | Screening) -> list[str]:
    """The engine's reasons in the reader's language."""
    reasons: list[str] = found.reasons_en if found.reasons_en and lang() == "en" else found.reasons
    return reasons


@staff("POST")
def do(request: StaffRequest, number: str, verb: str) -> HttpResponse:
    found = get_event(request.user, number)

    def after(_verb: Any, result: Any) -> str:
        if isinstance(result, Case):
            return reverse("desk:case", args=[result.number])
        return reverse("desk:event", args=[found.number])

    return perform(request, EVENT_VERBS, verb, found, after=after, again=lambda bound: _page(request, found, bound))
