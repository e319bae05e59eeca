"""Events over REST, for those who judge them. Danger to life only for those who act on it."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from huiying.api import cases
from huiying.api.bodies import Problem, Problems, StatePage, caller
from huiying.handling.queries import case_of_event
from huiying.judging import stream
from huiying.judging.access import events_for, get_event, without_words
from huiying.ledger import queries as ledger
from huiying.people.queries import standing

router = Router()


class EventsAsked(StatePage):
    """The filters and orders of the desk's event list."""

    q: str = Field("", max_length=100)
    concern: str = Field("", max_length=20)
    lead: str = Field("", max_length=20)
    level: str = Field("", max_length=20)
    case: Literal["", "yes", "no"] = ""
    since: dt.date | None = None
    until: dt.date | None = None
    sort: Literal["latest", "gravest", "most", "due"] = "latest"


@router.get("/events", response={200: cases.EventPage, 401: Problem, 404: Problem, 422: Problems})
def events(request: HttpRequest, page: Query[EventsAsked]) -> dict[str, object]:
    """Events, the one with the newest post first where nothing else is asked."""
    filters = stream.Filters(**page.dict(exclude={"offset", "limit", "sort"}))
    found = stream.events(filters, page.sort, events_for(caller(request)), with_life=True)
    regulation = standing(caller(request)).regulation
    shown = found[page.offset : page.offset + page.limit]
    return {"count": found.count(), "items": [cases.event_row(event, regulation) for event in shown]}


@router.get("/events/{number}", response={200: cases.EventOut, 401: Problem, 404: Problem})
def event(request: HttpRequest, number: str) -> dict[str, object]:
    """One event with its suggestion, its case and its timeline."""
    found = get_event(caller(request), number)
    case = case_of_event(found.pk)
    return cases.event_out(
        found, case.number if case else None, without_words(found, ledger.timeline([f"event:{number}"]))
    )
