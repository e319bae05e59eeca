"""The one gate to an event, and which labelled events a person may know of: 人身安全, 敏感 (§6.1 S8, S9, §6.2).

Whoever may not see an event gets 404, and a look at a labelled one is recorded. What the gate opened it notes on the
caller; the innermost middleware writes that into the ledger before the answer leaves (docs/adr/0020): no view can
forget it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.http import Http404

from huiying.judging.models import Event
from huiying.ledger.models import LedgerEntry
from huiying.people import access_log
from huiying.people.models import User
from huiying.people.permissions import may
from huiying.people.standing import standing


def in_sight(user: User, prefix: str = "") -> Q:
    """For lists that show labelled events to those who act on them; `permissions.knows_the_label` as a condition."""
    if not may(user, "urgent.view"):
        return Q(**{f"{prefix}life_safety": False, f"{prefix}sensitive": ""})
    who = standing(user)
    if who.can("office") or who.can("lead_bureau"):
        return Q()
    return ~Q(**{f"{prefix}sensitive": Event.REPORTER})


def without_words(event: Event, entries: Iterable[LedgerEntry]) -> list[LedgerEntry]:
    """The timeline of a matter whose words are for leaders only: the first title was its first post's first line.
    Nothing is changed but what the page shows.
    """
    found = list(entries)
    for entry in found if event.masked else ():
        if entry.data is not None and WORDY & set(entry.data):
            entry.payload = json.dumps({name: value for name, value in entry.data.items() if name not in WORDY})
    return found


WORDY = {"title", "trigger"}


def get_event(user: User, number: str, rows: QuerySet[Event] | None = None) -> Event:
    """The event of that number, out of `rows` where a page asks for more at once. Raises Http404."""
    found = (Event.objects.all() if rows is None else rows).filter(number=number).first()
    if found is None or not opens(user, found):
        raise Http404
    note(user, found)
    return found


def find_event(user: User, number: str) -> Event | None:
    """For a form that names an event: None where there is none, or none that the person may know of."""
    found = Event.objects.filter(number=number.strip()).first()
    return found if found is not None and opens(user, found) else None


def opens(user: User, event: Event) -> bool:
    """A labelled one is for those who act on it."""
    if not may(user, "event.view", event):
        return False
    return not event.life_safety or may(user, "urgent.view").allowed


def events_for(user: User) -> QuerySet[Event]:
    """The events that a person may see: the rule of `opens` as a query. Raises Http404 for people who judge nothing."""
    if not may(user, "event.view"):
        raise Http404
    return Event.objects.filter(in_sight(user))


def note(user: User, event: Event) -> None:
    note_matter(user, f"event:{event.number}", event)


def note_matter(user: User, subject: str, event: Event) -> None:
    """A look at something of a labelled matter, named by `subject`; nothing where the matter bears no label."""
    if event.life_safety:
        access_log.note_read(user, subject, access_log.LIFE)
    if event.sensitive:
        access_log.note_read(user, subject, access_log.SENSITIVE)
