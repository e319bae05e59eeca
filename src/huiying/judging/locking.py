"""Events that are about to be written: their rows are kept from everybody else until the commit.

Whoever writes an event back whole has to have read it so: else it undoes what was done since it looked, a case that was
opened, a level, a label. One order for all, or two wait for each other: first the rows of events, then their warnings
and alarms, then the chains of the ledger. Rows that point at an event may be added meanwhile (`no_key`). On the
embedded database there is one writer anyway.
"""

from __future__ import annotations

from django.db.models import QuerySet

from huiying.judging.models import Event


def locked_events(rows: QuerySet[Event]) -> list[Event]:
    """The events of `rows` as they stand now, by number in the store."""
    return list(rows.select_for_update(no_key=True, of=("self",)).order_by("pk"))


def locked_event(pk: int) -> Event:
    """One of them. Raises Event.DoesNotExist."""
    return Event.objects.select_for_update(no_key=True).get(pk=pk)
