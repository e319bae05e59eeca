"""How well each class of channels is heard （五）C5.2, C5.10: the matrix of 全覆盖, this moment, and 政民互动渠道
(C4.1).

Looked at and nothing there, not looked at, could not be looked at, nothing watches it: the silences are never one
another. No class can be hidden: the rows are the regulation's.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from django.db.models import Count, Max, OuterRef, Q, Subquery

from huiying.kernel import clock
from huiying.ledger.models import LedgerEntry
from huiying.listening import coverage, outcomes, patrol, rhythm
from huiying.listening.actions import CHAIN
from huiying.listening.models import ClassNote, PatrolCard, Post, Source, SourceCheck
from huiying.listening.patrol import Window
from huiying.people.queries import regulation_now
from huiying.regulation import Regulation
from huiying.regulation.schema_blocks import Inlet

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


@coverage.provider
def collected(windows: list[Window]) -> Iterable[coverage.Watched]:
    """Active sources with what their looks of each window brought; a window that had begun and has none was missed."""
    sources = list(Source.objects.filter(state=Source.ACTIVE).select_related("owner").order_by("channel_class", "name"))
    if not windows or not sources:
        return []
    looked: dict[tuple[int, dt.datetime], set[str]] = defaultdict(set)
    checks = SourceCheck.objects.filter(at__gte=windows[0].opens_at, at__lt=windows[-1].due_at)
    for source, at, outcome in checks.values_list("source_id", "at", "outcome"):
        home = next((window for window in windows if window.opens_at <= at < window.due_at), None)
        if home is not None:
            looked[source, home.opens_at].add(outcome)
    now = clock.now()
    return [
        coverage.Watched(
            name=source.name,
            channel_class=source.channel_class,
            owner=source.owner.name if source.owner else source.owner_role,
            kind="source",
            looks=tuple(_look(window, looked[source.pk, window.opens_at], source, now) for window in windows),
            url=source.url,
        )
        for source in sources
    ]


def _look(window: Window, found: set[str], source: Source, now: dt.datetime) -> coverage.Look:
    if window.due_at <= source.added_at:
        state = coverage.NONE
    elif outcomes.NEW in found or outcomes.RECEIVED in found:
        state = coverage.FOUND
    elif found & outcomes.COLLECTED:
        state = coverage.NIL
    elif found - {outcomes.MOVED, outcomes.ROBOTS_READ}:
        state = coverage.UNREACHABLE
    else:
        state = coverage.MISSED if window.due_at <= now else coverage.OPEN
    return coverage.Look(window.opens_at, state)


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


def classes_now(regulation: Regulation, now: dt.datetime) -> list[ClassNow]:
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


INLET_NEVER, INLET_QUIET, INLET_HEARD = "never", "quiet", "heard"
UNKNOWN = ""


@dataclass
class Flow:
    """One channel: what came over it in all and since `since`, by which ways, and what the ledger has of that."""

    code: str
    inlet: Inlet | None  # None: messages that were sent to us over a channel that nobody registered
    total: int = 0
    lately: int = 0
    in_ledger: int = 0
    last_at: dt.datetime | None = None
    ways: Counter[str] = field(default_factory=Counter)  # how they were received, of `lately`
    state: str = INLET_NEVER

    @property
    def missing(self) -> int:
        """Messages of late that the ledger does not have: there must be none."""
        return max(self.lately - self.in_ledger, 0)

    @property
    def is_bad(self) -> bool:
        return self.state != INLET_HEARD or self.missing > 0 or self.inlet is None


def inlet_flows(since: dt.datetime) -> list[Flow]:
    """Every registered channel in the regulation's order, then what came over none of them."""
    regulation = regulation_now()
    found = {code: Flow(code, inlet) for code, inlet in regulation.asking.channels.items()}
    rows = (
        Post.objects.filter(own_channel=True)
        .values("platform", "channel_class", "received_how")
        .annotate(n=Count("pk"), late=Count("pk", filter=Q(received_at__gte=since)), last=Max("received_at"))
        .order_by()
    )
    for row in rows:
        code = regulation.inlet_of(row["platform"], row["channel_class"])
        flow = found.setdefault(code, Flow(code, None))
        flow.total += row["n"]
        flow.lately += row["late"]
        flow.last_at = max(filter(None, (flow.last_at, row["last"])))
        if row["late"]:
            flow.ways[row["received_how"]] += row["late"]
    for code, n in _in_the_ledger(since).items():
        if code in found:
            found[code].in_ledger = n
    for flow in found.values():
        flow.state = _state(flow, regulation)
    return list(found.values())


def _in_the_ledger(since: dt.datetime) -> Counter[str]:
    """What the ledger says it took in over each channel: counted apart from the posts, so that the two can differ."""
    counted: Counter[str] = Counter()
    entries = LedgerEntry.objects.filter(
        chain=CHAIN, kind="posts.received", at__gte=since, payload__contains='"inlets"'
    )
    for entry in entries.only("payload").iterator(chunk_size=500):
        counted.update((entry.data or {}).get("inlets", {}))
    return counted


def _state(flow: Flow, regulation: Regulation) -> str:
    if flow.last_at is None:
        return INLET_NEVER
    quiet_after = flow.inlet.quiet_after if flow.inlet else None
    if quiet_after is not None and regulation.work_calendar.add(flow.last_at, quiet_after) < clock.now():
        return INLET_QUIET
    return INLET_HEARD
