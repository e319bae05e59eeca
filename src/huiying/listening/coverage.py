"""全覆盖 （五）C5.10: the regulation's classes × what watches them × the windows of the last days, gaps named.

A cell says which of the silences it is: looked at and nothing there, not looked at, could not be looked at, or nothing
watches this class at all. A class can not be hidden: the rows are the regulation's, whatever is registered.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from huiying.kernel import clock
from huiying.listening import patrol
from huiying.listening.models import ClassNote, PatrolCard
from huiying.people.queries import regulation_now

# States of one source in one window, the worst first.
MISSED, UNREACHABLE, LATE, OPEN, FOUND, NIL, NONE = "missed", "unreachable", "late", "open", "found", "nil", "none"
ORDER = (MISSED, UNREACHABLE, LATE, OPEN, FOUND, NIL, NONE)
DAYS = 3


@dataclass(frozen=True)
class Look:
    """What one source did in one window."""

    opens_at: dt.datetime
    state: str
    at: dt.datetime | None = None


@dataclass(frozen=True)
class Watched:
    """Something that watches a class: a patrol point, or a source that is fetched."""

    name: str
    channel_class: str
    owner: str
    kind: str  # "patrol" | "source"
    looks: tuple[Look, ...] = ()
    url: str = ""


@dataclass(frozen=True)
class Cell:
    """One class in one window: the worst state, and how many of its sources were in each."""

    window: patrol.Window
    state: str
    counts: tuple[tuple[str, int], ...]

    @property
    def is_gap(self) -> bool:
        return self.state in (MISSED, UNREACHABLE, NONE)


@dataclass(frozen=True)
class ClassRow:
    name: str
    required: bool  # one of the regulation's own classes, not an extra one
    sources: tuple[Watched, ...]
    cells: tuple[Cell, ...]
    note: ClassNote | None = None

    @property
    def uncovered(self) -> bool:
        return not self.sources


@dataclass(frozen=True)
class Matrix:
    windows: tuple[patrol.Window, ...]
    rows: tuple[ClassRow, ...]
    unclassed: tuple[Watched, ...] = field(default=())  # sources of a class that the regulation does not know

    @property
    def covered(self) -> int:
        """How many of the classes of the regulation are watched at all."""
        return sum(not row.uncovered for row in self.rows if row.required)

    @property
    def required(self) -> int:
        return sum(row.required for row in self.rows)


Provider = Callable[[list[patrol.Window]], Iterable[Watched]]
PROVIDERS: list[Provider] = []


def provider(found: Provider) -> Provider:
    """Register something that knows what watches the classes (patrol points here, fetched sources with them)."""
    PROVIDERS.append(found)
    return found


@provider
def patrolled(windows: list[patrol.Window]) -> Iterable[Watched]:
    """Patrol points with their cards of the windows; cards of an emergency count in the window in which they fall."""
    if not windows:
        return []
    start, end, now = windows[0].opens_at, windows[-1].due_at, clock.now()
    looks: dict[int, dict[dt.datetime, list[Look]]] = defaultdict(lambda: defaultdict(list))
    for card in PatrolCard.objects.filter(opens_at__gte=start, opens_at__lt=end).order_by("opens_at", "id"):
        home = next((window for window in windows if window.opens_at <= card.opens_at < window.due_at), None)
        if home is not None:
            looks[card.point_id][home.opens_at].append(Look(home.opens_at, state_of(card, now), card.ticked_at))
    return [
        Watched(
            name=point.name,
            channel_class=point.channel_class,
            owner=point.owner.name,
            kind="patrol",
            looks=tuple(worst(some) for _opens, some in sorted(looks[point.pk].items())),
            url=point.url,
        )
        for point in patrol.points()
    ]


def state_of(card: PatrolCard, now: dt.datetime) -> str:
    if not card.result:
        return MISSED if now >= card.due_at else OPEN
    if card.result == PatrolCard.UNREACHABLE:
        return UNREACHABLE
    if card.is_late:
        return LATE
    return FOUND if card.result == PatrolCard.FOUND else NIL


def worst(looks: list[Look]) -> Look:
    return min(looks, key=lambda look: ORDER.index(look.state))


def matrix(days: int = DAYS) -> Matrix:
    """The last `days` days up to the window that is open now."""
    regulation, now = regulation_now(), clock.now()
    moment = dt.timedelta(microseconds=1)
    windows = patrol.windows_between(regulation, now - dt.timedelta(days=days), now + moment)
    found = [watched for each in PROVIDERS for watched in each(windows)]
    notes = patrol.class_notes()
    rows = []
    for name in regulation.channel_classes:
        own = tuple(watched for watched in found if watched.channel_class == name)
        cells = tuple(_cell(window, own) for window in windows)
        rows.append(ClassRow(name, name in regulation.monitor.channel_classes, own, cells, notes.get(name)))
    known = set(regulation.channel_classes)
    return Matrix(tuple(windows), tuple(rows), tuple(one for one in found if one.channel_class not in known))


def _cell(window: patrol.Window, sources: Iterable[Watched]) -> Cell:
    states = [look.state for one in sources for look in one.looks if look.opens_at == window.opens_at]
    states = [state for state in states if state != NONE]
    if not states:
        return Cell(window, NONE, ())
    counts = tuple((state, states.count(state)) for state in ORDER if state in states)
    # One source that was looked at does not cover up another that was not.
    return Cell(window, counts[0][0], counts)
