"""How each class of channels is heard at this moment （五）C5.2, C5.10: heard, nothing found, not collected, silent.

The four are never one another: that nothing was found says something only where somebody looked, and a source that has
said nothing for longer than its own rhythm is asked about, not believed.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db.models import OuterRef, Q, Subquery

from huiying.listening import patrol, rhythm
from huiying.listening.models import PatrolCard, Source
from huiying.regulation import Regulation

HEARD, NOTHING, SILENT, NOT_COLLECTED = "heard", "nothing", "silent", "not_collected"
STATES: Final = (HEARD, NOTHING, SILENT, NOT_COLLECTED)
_OF_SOURCE: Final = {
    rhythm.NEW: HEARD,
    rhythm.NOTHING: NOTHING,
    rhythm.SILENT: SILENT,
    rhythm.FAILED: NOT_COLLECTED,
    rhythm.UNCHECKED: NOT_COLLECTED,
}
_OF_LOOK: Final = {PatrolCard.FOUND: HEARD, PatrolCard.NIL: NOTHING}


@dataclass(frozen=True)
class Place:
    """A source, or a place that people look at; `pk` of the one or the other."""

    name: str
    kind: str  # source | patrol
    pk: int
    state: str


@dataclass(frozen=True)
class ClassNow:
    """One class of the regulation; it stays on the map where nothing watches it (C5.10)."""

    name: str
    required: bool
    places: tuple[Place, ...]

    @property
    def counts(self) -> dict[str, int]:
        return {state: sum(place.state == state for place in self.places) for state in STATES}

    @property
    def deaf(self) -> bool:
        """Nothing of it reaches the bureau now, whatever is registered."""
        return not any(place.state in (HEARD, NOTHING) for place in self.places)


def classes(regulation: Regulation, now: dt.datetime) -> list[ClassNow]:
    """Every class in the regulation's order, with what watches it. Two queries, and one for sources read by people."""
    found: defaultdict[str, list[Place]] = defaultdict(list)
    for channel_class, place in (*_sources(now), *_points(now)):
        found[channel_class].append(place)
    known = list(regulation.channel_classes)
    names = [*known, *sorted(name for name in found if name not in known)]
    return [ClassNow(name, name in regulation.monitor.channel_classes, tuple(found[name])) for name in names]


def _sources(now: dt.datetime) -> Iterable[tuple[str, Place]]:
    for source in Source.objects.filter(state=Source.ACTIVE).order_by("name", "pk"):
        state = _OF_SOURCE[rhythm.state_of(source, now).code]
        yield source.channel_class, Place(source.name, "source", source.pk, state)


def _points(now: dt.datetime) -> Iterable[tuple[str, Place]]:
    """By the last look that was due or done: a window that is still open accuses nobody."""
    cards = PatrolCard.objects.filter(point=OuterRef("pk")).filter(Q(due_at__lte=now) | ~Q(result=""))
    last = cards.order_by("-opens_at").values("result")[:1]
    for point in patrol.points().annotate(last=Subquery(last)).order_by("name", "pk"):
        yield point.channel_class, Place(point.name, "patrol", point.pk, _OF_LOOK.get(point.last or "", NOT_COLLECTED))
