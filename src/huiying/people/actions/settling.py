"""People of a demonstration, who sign in by card and have no password. Nothing here is reached from a page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from huiying.kernel import clock
from huiying.ledger.actions import Actor, record
from huiying.people.models import Bureau, Department, User


@dataclass(frozen=True)
class Newcomer:
    username: str
    name: str
    department: Department | None = None
    phone: str = ""
    is_administrator: bool = False


@transaction.atomic
def settle(bureau_name: str, people: Iterable[Newcomer]) -> dict[str, User]:
    """Name the bureau and enter those who are not there yet; gives the new ones by user name. One entry for all."""
    bureau, is_new = Bureau.objects.get_or_create(pk=1, defaults={"name": bureau_name, "set_up_at": clock.now()})
    there = set(User.objects.values_list("username", flat=True))
    made = {
        one.username: User.objects.create_user(
            one.username,
            one.name,
            None,
            department=one.department,
            phone=one.phone,
            is_administrator=one.is_administrator,
            joined_at=clock.now(),
        )
        for one in people
        if one.username not in there
    }
    rows = [*([bureau] if is_new else []), *made.values()]
    if rows:
        record("system", "bureau.set_up", {"bureau": bureau.name, "people": len(made)}, Actor.SYSTEM, rows=rows)
    return made
