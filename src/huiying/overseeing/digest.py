"""民意月报 C4.5: what people said in a month, praise and criticism in true proportion; issued by itself on the first
of the next month, from the whole of the records.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from huiying.handling.models import AskedAgain, Case, Satisfaction
from huiying.judging.models import ConcernDecision, Event, EventPost, Screening
from huiying.kernel import clock
from huiying.ledger.actions import Actor, lock, record
from huiying.ledger.models import LedgerEntry
from huiying.listening.actions import MESSAGE_KINDS
from huiying.listening.models import Message, Post
from huiying.overseeing.history.norms import Period, period
from huiying.people.queries import able, is_set_up, regulation_now
from huiying.regulation import Regulation
from huiying.work import notify
from huiying.work.schedule import every

UNKNOWN = "未分类"
SHOWN = 12
LIVE = Coalesce(F("event__merged_into"), F("event"))


@dataclass(frozen=True)
class Part:
    """How many of a whole, and their share of it (0–1; None where there is no whole)."""

    name: str
    count: int
    share: float | None


@dataclass(frozen=True)
class Matter:
    """What several people spoke of: the event, how many messages of the month, its answer."""

    event: Event
    count: int
    case: Case | None


@dataclass(frozen=True)
class Untold:
    """What people had to ask because our site did not say it, or said it where nobody found it."""

    event: Event
    asked: int
    case: Case | None
    after_the_answer: int  # of these, asked although the answer was public already


@dataclass(frozen=True)
class Digest:
    period: str
    messages: tuple[Part, ...]  # over our own channels, by what they are
    channels: tuple[Part, ...]
    heard: tuple[Part, ...]  # elsewhere and in scope, by concern
    grades: tuple[Part, ...]
    matters: tuple[Matter, ...]
    untold: tuple[Untold, ...]
    answered: int  # cases answered in the month
    asked_again: int

    @property
    def total(self) -> int:
        return sum(part.count for part in self.messages)

    @property
    def total_heard(self) -> int:
        return sum(part.count for part in self.heard)

    def figures(self) -> dict[str, Any]:
        """For the ledger: what was told to the leaders, so that it can be recomputed (INV-9)."""
        return {
            "period": self.period,
            "messages": {part.name: part.count for part in self.messages},
            "channels": {part.name: part.count for part in self.channels},
            "heard": {part.name: part.count for part in self.heard},
            "grades": {part.name: part.count for part in self.grades},
            "answered": self.answered,
            "asked_again": self.asked_again,
            "untold": [row.event.number for row in self.untold],
        }


def parts(counted: Counter[str], names: Iterable[str] = ()) -> tuple[Part, ...]:
    """Every name with its count, the named ones even at zero: a zero is news as well. The most frequent first."""
    whole = counted.total()
    order = {name: place for place, name in enumerate(dict.fromkeys([*names, *counted]))}
    rows = sorted(order, key=lambda name: (-counted[name], order[name]))
    return tuple(Part(name, counted[name], round(counted[name] / whole, 4) if whole else None) for name in rows)


def digest(wanted: Period) -> Digest:
    """The month as the records stand now."""
    regulation = regulation_now()
    span = _span(wanted, regulation)
    own = Post.objects.filter(own_channel=True, received_at__range=span, asked_again__isnull=True)
    messages = _by_kind(own)
    channels = Counter(
        regulation.name_of("inlet", code) if (code := regulation.inlet_of(platform, channel_class)) else UNKNOWN
        for platform, channel_class in own.values_list("platform", "channel_class").iterator()
    )
    in_scope = Q(screening__band=Screening.HIT) | Q(screening__cleared=Screening.HIT)
    elsewhere = Post.objects.filter(in_scope, own_channel=False, received_at__range=span)
    heard = _concerns(elsewhere.exclude(screening__cleared=Screening.OUT))
    rated = Satisfaction.objects.filter(at__range=span).values_list("name", flat=True)
    return Digest(
        period=wanted.words,
        messages=parts(messages, MESSAGE_KINDS),
        channels=parts(channels, (inlet.name for inlet in regulation.asking.channels.values())),
        heard=parts(heard),
        grades=parts(Counter(rated), (grade.name for grade in regulation.asking.grades.values())),
        matters=_matters(own),
        untold=_untold(own),
        answered=Case.objects.filter(answered_at__range=span).count(),
        asked_again=AskedAgain.objects.filter(at__range=span).count(),
    )


def _span(wanted: Period, regulation: Regulation) -> tuple[dt.datetime, dt.datetime]:
    """From midnight to the last moment before midnight, as the bureau's clocks show it."""
    first = dt.datetime.combine(wanted.first, dt.time(), regulation.zone)
    after = dt.datetime.combine(wanted.after, dt.time(), regulation.zone)
    return first, after - dt.timedelta(microseconds=1)


def _by_kind(own: QuerySet[Post]) -> Counter[str]:
    """The asker's own word first, then what a person decided, then what the machine heard."""
    said = Counter(Message.objects.filter(post__in=own).values_list("kind", flat=True))
    return said + _concerns(own.exclude(pk__in=Message.objects.values("post")))


def _concerns(posts: QuerySet[Post]) -> Counter[str]:
    """Each post once: by what a person decided of its event, else by what the machine heard."""
    places = EventPost.objects.filter(post__in=posts, withdrawn_at__isnull=True)
    by_people = places.filter(event__in=ConcernDecision.objects.values("event")).order_by()
    decided = dict(by_people.values_list("post_id", "event__concern"))
    heard = posts.order_by().values_list("pk", "screening__concern")
    return Counter(decided.get(pk) or concern or UNKNOWN for pk, concern in heard.iterator())


def _places(own: QuerySet[Post]) -> QuerySet[EventPost]:
    """Where the month's messages stand, danger to life left out; `LIVE` is the event that goes on."""
    places = EventPost.objects.filter(
        post__in=own, withdrawn_at__isnull=True, event__life_safety=False, event__sensitive=""
    )
    return (
        places.filter(post__life_safety=False).annotate(live=Coalesce(F("event__merged_into"), F("event"))).order_by()
    )


def _matters(own: QuerySet[Post]) -> tuple[Matter, ...]:
    counted = Counter(_places(own).values_list(LIVE, flat=True))
    top = counted.most_common(SHOWN)
    events = Event.objects.in_bulk([pk for pk, _n in top])
    cases = _cases(events)
    return tuple(Matter(events[pk], n, cases.get(pk)) for pk, n in top if pk in events)


def _untold(own: QuerySet[Post]) -> tuple[Untold, ...]:
    """Questions only: a complaint is no gap of the site. The most asked first."""
    asked = own.filter(Q(message__kind="咨询") | Q(message__isnull=True, screening__concern="咨询"))
    at: dict[int, list[dt.datetime]] = {}
    for event, received_at in _places(asked).values_list(LIVE, "post__received_at"):
        at.setdefault(event, []).append(received_at)
    top = sorted(at, key=lambda pk: (-len(at[pk]), pk))[:SHOWN]
    events = Event.objects.in_bulk(top)
    cases = _cases(events)
    return tuple(Untold(events[pk], len(at[pk]), cases.get(pk), _late(at[pk], cases.get(pk))) for pk in top)


def _late(asked: list[dt.datetime], case: Case | None) -> int:
    if case is None or case.answered_at is None:
        return 0
    return sum(moment > case.answered_at for moment in asked)


def _cases(events: dict[int, Event]) -> dict[int, Case]:
    return {case.event_id: case for case in Case.objects.filter(event_id__in=list(events))}


def chain_of(month: str) -> str:
    return f"digest:{month}"


def last_month(now: dt.datetime) -> Period:
    """The month before this one, in the bureau's zone."""
    first = now.astimezone(regulation_now().zone).date().replace(day=1)
    return period(f"{first - dt.timedelta(days=1):%Y-%m}")


@every("digest.issue", 3600)
def issue_when_due() -> None:
    """Once a month; a program that was off on the first does it when it is back."""
    if is_set_up():
        issue(last_month(clock.now()))


@transaction.atomic
def issue(wanted: Period) -> Digest | None:
    """Write the month's figures into the ledger and tell the leaders. None where that was done (INV-9)."""
    chain = chain_of(wanted.words)
    lock(chain)
    if issued_at(wanted.words) is not None:
        return None
    made = digest(wanted)
    record(chain, "digest.issued", made.figures(), Actor.SYSTEM)
    people = dict.fromkeys(user.username for user in (*able("lead_bureau"), *able("office")))
    notify.send(
        f"{wanted.words} 民意月报：来文 {made.total} 条",
        "",
        list(people),
        key=f"digest:{wanted.words}",
        url=f"/desk/digest/{wanted.words}/",
        digest=True,
    )
    return made


def issued_at(month: str) -> dt.datetime | None:
    entry = LedgerEntry.objects.filter(chain=chain_of(month), kind="digest.issued").order_by("seq").first()
    return entry.at if entry else None
