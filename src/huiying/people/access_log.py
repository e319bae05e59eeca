"""Who looked at what must not be looked at lightly, and who took something out of the house (§6.1 S8, S9, S11).

A gate notes what it opened; before the answer leaves, all that was noted is written into the ledger, or nothing is
answered. A person's reads of one thing within an hour are one entry: a page and its tabs are one look.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from huiying.kernel import clock
from huiying.ledger.actions import lock, record
from huiying.ledger.models import LedgerEntry
from huiying.people.models import User
from huiying.people.standing import actor_of

READ, TAKEN = "access.read", "access.taken"
# Labels of §6.1 S8 as the ledger writes them; everything else of the house is 内部 and not noted.
LIFE, SENSITIVE = "人身安全", "敏感"
ONE_LOOK = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Noted:
    chain: str
    kind: str
    payload: tuple[tuple[str, str], ...]


def note_read(user: User, subject: str, label: str) -> None:
    """A gate opened something that bears a label, `subject` is like `case:20260914-01`."""
    _note(user, Noted(f"access:{subject}", READ, (("what", subject), ("label", label))))


def note_taken(user: User, subject: str, form: str, purpose: str) -> None:
    """Something leaves as a file, for a purpose (§6.3-8)."""
    _note(user, Noted("access:files", TAKEN, (("what", subject), ("form", form), ("purpose", purpose))))


def _note(user: User, one: Noted) -> None:
    noted: list[Noted] = user.__dict__.setdefault("_noted", [])
    if one not in noted:
        noted.append(one)


def noted(user: User) -> list[Noted]:
    found: list[Noted] = user.__dict__.get("_noted", [])
    return found


@transaction.atomic
def write_down(user: User) -> int:
    """How many entries were made. Raises what the database raises: then nothing may be answered."""
    made = 0
    for one in noted(user):
        if one.kind == READ and _just_looked(user, one.chain):
            continue
        lock(one.chain)
        record(one.chain, one.kind, dict(one.payload), actor_of(user))
        made += 1
    user.__dict__.pop("_noted", None)
    return made


def _just_looked(user: User, chain: str) -> bool:
    rows = LedgerEntry.objects.filter(chain=chain, kind=READ, at__gt=clock.now() - ONE_LOOK)
    return any(row.actor_data["user_id"] == user.pk for row in rows)
