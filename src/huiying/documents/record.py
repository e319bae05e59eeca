"""What the record said at a moment: the one thing from which documents take their figures (INV-9).

Everything is folded from ledger entries before the cut-off (or up to the heads of named chains), so that nothing which
happens later can alter a document that is made again. Of other tables only columns are read that never change: of a
received text where and when it came, of a patrol window when it opened.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Q

from huiying.judging.models import EventPost
from huiying.ledger.models import ChainHead, LedgerEntry
from huiying.overseeing.history.case import CaseHistory
from huiying.overseeing.history.entries import moment
from huiying.overseeing.history.reading import read_entry

Payload = Mapping[str, Any]
_CHUNK = 2000

DANGER = "涉及人身安全，不列内容"
SENSITIVE = "敏感事项（限知悉），不列内容"


@dataclass(frozen=True)
class Entry:
    """One entry as it is cited. `data` is empty where the payload was erased by decision."""

    chain: str
    seq: int
    at: dt.datetime
    kind: str
    who: str
    data: Payload
    erased: bool = False

    @property
    def source(self) -> str:
        return f"{self.chain}#{self.seq}"

    @property
    def subject(self) -> str:
        """The number behind the chain: of a case, of an event."""
        return self.chain.partition(":")[2]


# The entries of a case that papers cite: kind → where `CaseAt` has the newest, and where it has all of them.
NEWEST = {
    "case.opened": "opening",
    "case.accepted": "acceptance",
    "case.found": "finding",
    "case.disposed": "disposal",
    "case.sustained": "going_on",
    "facts.agreed": "agreed",
}
LISTED = {
    "clock.breached": "broken",
    "liaison.sent": "letters",
    "liaison.answered": "letters",
    "liaison.silent": "letters",
    "release.live": "lives",
}


@dataclass
class CaseAt(CaseHistory):
    """A case with the entries that papers cite of it."""

    number: str = ""
    last: str = ""  # the source of its newest entry
    opening: Entry | None = None
    acceptance: Entry | None = None
    finding: Entry | None = None
    disposal: Entry | None = None
    going_on: Entry | None = None  # whether the response goes on, as a person decided it （十）
    agreed: Entry | None = None  # the facts in their newest version （七）
    broken: list[Entry] = field(default_factory=list)
    letters: list[Entry] = field(default_factory=list)
    lives: list[Entry] = field(default_factory=list)

    @property
    def opened(self) -> str:
        """The source of its opening."""
        return self.opening.source if self.opening else ""

    @property
    def level_words(self) -> str:
        return self.level_name + ("" if self.confirmed else "（建议）")


@dataclass
class EventAt:
    number: str
    post: int = 0
    life: bool = False
    sensitive: bool = False
    opened_at: dt.datetime | None = None
    known_at: dt.datetime | None = None
    published_at: dt.datetime | None = None
    suggested: str = ""
    level: str = ""  # by a person
    concern: str = ""  # by persons
    title: str = ""
    posts: int = 1
    merged_into: str = ""
    dismissed: bool = False
    opened: str = ""
    graded: Entry | None = None

    @property
    def graded_level(self) -> str:
        return self.level or self.suggested

    @property
    def kept_back(self) -> str:
        """What a paper says instead of words about a labelled matter (§6.1 S8); "" where it bears none."""
        return DANGER if self.life else SENSITIVE if self.sensitive else ""


@dataclass
class Book:
    """Cases and events as they stood, and the entries of the window that a document speaks of."""

    cases: dict[str, CaseAt] = field(default_factory=dict)
    events: dict[str, EventAt] = field(default_factory=dict)
    window: list[Entry] = field(default_factory=list)
    by_kind: dict[str, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    dangers: set[int] = field(default_factory=set)  # posts that a life-safety call was raised for

    def of(self, *kinds: str) -> list[Entry]:
        """The window's entries of these kinds, in the order of the record."""
        if len(kinds) == 1:
            return list(self.by_kind.get(kinds[0], ()))
        wanted = set(kinds)
        return [entry for entry in self.window if entry.kind in wanted]

    def live(self) -> list[CaseAt]:
        """Live cases, the next deadline first."""
        far = dt.datetime.max.replace(tzinfo=dt.UTC)
        rows = [case for case in self.cases.values() if case.is_live]
        return sorted(rows, key=lambda case: (case.next_due[0] if case.next_due else far, case.number))

    def hidden(self, subject: str) -> bool:
        """Whether the case or event of this number bears a label: counted everywhere, listed nowhere."""
        case = self.cases.get(subject)
        return bool(self.kept_back(case.event if case is not None else subject))

    def kept_back(self, event: str) -> str:
        found = self.events.get(event)
        return found.kept_back if found is not None else ""


def read(cut_off: dt.datetime, since: dt.datetime | None = None) -> Book:
    """Every case and event before `cut_off`, and whatever else lies in the window [since, cut_off)."""
    wanted = Q(chain__startswith="case:") | Q(chain__startswith="event:") | Q(kind="urgent.raised")
    if since is not None:
        wanted |= Q(at__gte=since)
    return _folded(LedgerEntry.objects.filter(wanted, at__lt=cut_off), since)


def read_chains(heads: Mapping[str, int]) -> Book:
    """Only these chains, each up to its entry of that number: exact whatever is written meanwhile."""
    wanted = Q()
    for chain, seq in heads.items():
        wanted |= Q(chain=chain, seq__lte=seq)
    return _folded(LedgerEntry.objects.filter(wanted) if heads else LedgerEntry.objects.none(), None)


def heads_of(chains: Iterable[str]) -> dict[str, int]:
    rows = ChainHead.objects.filter(pk__in=sorted(set(chains)), seq__gt=0)
    return dict(rows.order_by("pk").values_list("chain", "seq"))


def _folded(rows: Any, since: dt.datetime | None) -> Book:
    book = Book()
    for entry in entries(rows):
        room, _, subject = entry.chain.partition(":")
        if room == "case":
            _take(book, subject, entry)
        elif room == "event":
            event = book.events.setdefault(subject, EventAt(subject))
            if (read_event := _OF_EVENTS.get(entry.kind)) is not None:
                read_event(event, entry)
        elif entry.kind == "urgent.raised":
            book.dangers.add(int(entry.data.get("post") or 0))
        if since is None or entry.at >= since:
            book.window.append(entry)
            book.by_kind[entry.kind].append(entry)
    _mark_dangers(book)
    return book


def _take(book: Book, number: str, entry: Entry) -> None:
    case = book.cases.setdefault(number, CaseAt(number=number))
    payload = None if entry.erased else entry.data
    read_entry(case, {"kind": entry.kind, "payload": payload, "at": entry.at, "actor": entry.who})
    if not entry.kind.startswith("document."):  # what was printed of a case is no step of it
        case.last = entry.source
    if entry.kind in NEWEST:
        setattr(case, NEWEST[entry.kind], entry)
    elif entry.kind in LISTED:
        getattr(case, LISTED[entry.kind]).append(entry)
    elif entry.kind == "case.merged":  # the earliest deadline of the two goes on (INV-3)
        other = book.cases.get(str(entry.data.get("from", "")), CaseAt())
        case.limits |= {number: replace(limit) for number, limit in other.limits.items()}


def _mark_dangers(book: Book) -> None:
    """A matter of life and death is not told of in words anywhere (Life first), however it began."""
    if book.dangers:
        places = EventPost.objects.filter(post__in=sorted(book.dangers)).values_list("event__number", flat=True)
        for number in places:
            if number in book.events:
                book.events[number].life = True


def entries(rows: Any) -> Iterator[Entry]:
    ordered = rows.order_by("id").only("chain", "seq", "at", "kind", "actor", "payload")
    for row in ordered.iterator(chunk_size=_CHUNK):
        data = row.data
        yield Entry(row.chain, row.seq, row.at, row.kind, row.actor_data["name"], data or {}, data is None)


# Events ---------------------------------------------------------------------------------------------------------------


def _event_opened(event: EventAt, entry: Entry) -> None:
    data = entry.data
    event.post, event.life = int(data.get("post") or 0), bool(data.get("life_safety"))
    event.opened_at, event.opened = entry.at, entry.source
    event.known_at = moment(data.get("first_known_at")) or entry.at
    event.published_at = moment(data.get("published_at"))


def _event_graded(event: EventAt, entry: Entry) -> None:
    event.suggested, event.graded = str(entry.data.get("level", "")), entry


def _event_level(event: EventAt, entry: Entry) -> None:
    event.level = str(entry.data.get("level", "")) or event.level


def _event_warned(event: EventAt, entry: Entry) -> None:
    trigger = str(entry.data.get("trigger", ""))
    if not event.title and trigger.startswith("新事件："):
        event.title = trigger.removeprefix("新事件：")


def _event_joined(event: EventAt, entry: Entry) -> None:
    event.posts = int(entry.data.get("posts_count") or event.posts)


def _event_concern(event: EventAt, entry: Entry) -> None:
    event.concern = str(entry.data.get("concern", "")) or event.concern


def _event_merged(event: EventAt, entry: Entry) -> None:
    event.merged_into = str(entry.data.get("into", ""))


def _event_unmerged(event: EventAt, entry: Entry) -> None:
    event.merged_into = ""


def _event_dismissed(event: EventAt, entry: Entry) -> None:
    event.dismissed = True


def _event_reopened(event: EventAt, entry: Entry) -> None:
    event.dismissed = False


def _event_labelled(event: EventAt, entry: Entry) -> None:
    event.sensitive = entry.kind == "event.labelled"


_OF_EVENTS: dict[str, Callable[[EventAt, Entry], None]] = {
    "event.opened": _event_opened,
    "event.graded": _event_graded,
    "level.confirmed": _event_level,
    "level.raised": _event_level,
    "level.lowered": _event_level,
    "event.warned": _event_warned,
    "event.joined": _event_joined,
    "concern.decided": _event_concern,
    "event.merged": _event_merged,
    "event.unmerged": _event_unmerged,
    "event.dismissed": _event_dismissed,
    "event.reopened": _event_reopened,
    "event.labelled": _event_labelled,
    "event.unlabelled": _event_labelled,
}
