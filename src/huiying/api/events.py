"""Events over REST, for those who judge them. Danger to life only for those who act on it."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from ninja import Query, Router

from huiying.api import shapes
from huiying.api.errors import Problem, Problems
from huiying.api.paging import StatePage
from huiying.api.security import caller
from huiying.handling.queries import case_of_event
from huiying.judging.models import Event
from huiying.ledger import queries as ledger
from huiying.people.models import User
from huiying.people.permissions import may

router = Router()


@router.get("/events", response={200: shapes.EventPage, 401: Problem, 404: Problem, 422: Problems})
def events(request: HttpRequest, page: Query[StatePage]) -> dict[str, object]:
    """Events, the one with the newest post first."""
    found = _visible(caller(request)).order_by("-last_post_at", "-id")
    if page.state:
        found = found.filter(state=page.state)
    return {
        "count": found.count(),
        "items": [shapes.event_row(event) for event in found[page.offset : page.offset + page.limit]],
    }


@router.get("/events/{number}", response={200: shapes.EventOut, 401: Problem, 404: Problem})
def event(request: HttpRequest, number: str) -> dict[str, object]:
    """One event with its suggestion, its case and its timeline."""
    found = _visible(caller(request)).filter(number=number).first()
    if found is None:
        raise Http404
    case = case_of_event(found.pk)
    return shapes.event_out(found, case.number if case else None, list(ledger.timeline([f"event:{number}"])))


def _visible(user: User) -> QuerySet[Event]:
    """Raises Http404 for people who judge nothing: outsiders do not learn what exists (habit 5)."""
    if not may(user, "event.view"):
        raise Http404
    if may(user, "urgent.view"):
        return Event.objects.all()
    return Event.objects.filter(life_safety=False)
