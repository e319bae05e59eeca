"""At each hand-off the next person is told: what happened to a case is seen in its ledger, whichever verb wrote it."""

from __future__ import annotations

import datetime as dt
import json

from django.db.models import QuerySet

from huiying.handling.models import Case
from huiying.ledger.models import LedgerEntry
from huiying.responding import turns
from huiying.work.models import Counter
from huiying.work.rows import locked
from huiying.work.schedule import poller

SEEN = "turns"
OVERLAP = 200  # entries looked at again: a transaction may commit after one that began later; nobody is told twice


def _since(number: int) -> QuerySet[LedgerEntry]:
    return LedgerEntry.objects.filter(pk__gt=number, chain__startswith="case:")


def _moved(_now: dt.datetime) -> bool:
    seen = Counter.objects.filter(pk=SEEN).values_list("value", flat=True).first() or 0
    return _since(seen).exists()


@poller("turns", due=_moved)
def tell_whose_turn(_now: dt.datetime, limit: int) -> int:
    seen = locked(Counter, SEEN)
    entries = _since(max(0, seen.value - OVERLAP)).order_by("pk").values_list("pk", "chain", "actor")
    acted: dict[str, str] = {}  # by case number, who acted last: what the system adds to an act is the same act
    for pk, chain, actor in entries[: limit + OVERLAP]:
        who = json.loads(actor)
        number = chain.removeprefix("case:")
        acted[number] = who["name"] if who.get("user_id") else acted.get(number, "")
        seen.value = max(seen.value, pk)
    if not acted:
        return 0
    seen.save(update_fields=["value"])
    cases = dict(Case.objects.filter(number__in=acted).values_list("pk", "number"))
    return turns.tell(cases, {pk: acted[number] for pk, number in cases.items()})
