"""One matter, two events: members stay where they are, a pointer says which event goes on (INV-3). Reversible."""

from __future__ import annotations

from django.db.models import Q
from django.db.models.expressions import RawSQL

from huiying.judging import warnings
from huiying.judging.batch import locked_event
from huiying.judging.models import Event, Pin
from huiying.ledger.actions import Actor, lock, record


def live(event: Event) -> Event:
    """The event that goes on for `event`."""
    while event.merged_into_id is not None:
        event = Event.objects.get(pk=event.merged_into_id)
    return event


def family(event: Event) -> list[Event]:
    """The event and everything that was merged into it, at any depth."""
    found, layer = [event], [event]
    while layer:
        layer = list(Event.objects.filter(merged_into__in=layer).order_by("id"))
        found += layer
    return found


def within(event: Event) -> RawSQL:
    """The ids of `family` as a part of another query."""
    return RawSQL(
        "WITH RECURSIVE family(id) AS (SELECT id FROM judging_event WHERE id = %s"
        " UNION SELECT e.id FROM judging_event e JOIN family ON e.merged_into_id = family.id)"
        " SELECT id FROM family",
        [event.pk],
    )


def parted(left: Event, right: Event) -> bool:
    """Whether the last word of a person on these two, with all that was merged into them, is that they are two."""
    ours, theirs = family(left), family(right)
    said = Pin.objects.filter(Q(left__in=ours, right__in=theirs) | Q(left__in=theirs, right__in=ours)).last()
    return said is not None and said.kind != Pin.TOGETHER


def adopt(source: int, into: int, touched: dict[int, Event]) -> Event | None:
    """Follow a merge that the engine made of two stream numbers, where no person's decision stands against it.

    Returns the event that took the other one in, None where both go on as they were. A case is never merged by a
    machine: of two events with cases both go on, of one with a case that one does.
    """
    loser, winner = (Event.objects.filter(stream_no=number).first() for number in (source, into))
    if loser is None or winner is None:
        return None
    loser, winner = (touched.get(event.pk) or locked_event(event.pk) for event in (live(loser), live(winner)))
    if loser.state == Event.CASED:
        loser, winner = winner, loser
    if loser.pk == winner.pk or loser.state not in (Event.OPEN, Event.NOTED):
        return None
    if winner.state not in (Event.OPEN, Event.NOTED, Event.CASED):
        return None
    if parted(loser, winner):
        return None
    point(loser, winner, Actor.SYSTEM)
    return touched.setdefault(winner.pk, winner)


def point(loser: Event, winner: Event, actor: Actor) -> None:
    """Set the pointer and take the earliest knowledge (INV-3). The caller has checked that it may."""
    lock(f"event:{loser.number}", f"event:{winner.number}")
    loser.state_before_merge, loser.state, loser.merged_into = loser.state, Event.MERGED, winner
    loser.confirm_by = None
    loser.save()
    touched = [loser, winner]
    warnings.settle(loser, f"已并入 {winner.number}")
    winner.first_known_at = min(winner.first_known_at, loser.first_known_at)
    winner.life_safety = winner.life_safety or loser.life_safety
    if (label := winner.sensitive or loser.sensitive) and winner.sensitive != loser.sensitive:
        loser.sensitive = winner.sensitive = label
        touched = list({event.pk: event for event in (*family(loser), *family(winner))}.values())
        Event.objects.filter(pk__in=[event.pk for event in touched]).update(sensitive=label)
    winner.tally = {}  # it has more members now: they are counted again
    winner.save()
    payload = {"merged": loser.number, "into": winner.number, "first_known_at": winner.first_known_at}
    record(f"event:{loser.number}", "event.merged", payload, actor, rows=touched)
    record(f"event:{winner.number}", "event.took_in", payload, actor)
