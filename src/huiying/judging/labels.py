"""Which labelled events a person may know of: 人身安全 and 敏感 in one condition (§6.1 S8, §6.2)."""

from __future__ import annotations

import json
from collections.abc import Iterable

from django.db.models import Q

from huiying.judging.models import Event
from huiying.ledger.models import LedgerEntry
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
