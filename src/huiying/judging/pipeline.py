"""From post to event: screen, group, grade, warn (C5.16, C6.11, C6.12).

A batch is one transaction under the judging lock. What it writes depends only on the order of the posts' ids, so a
batch that was killed and done again gives the same tables as one that ran through.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils.functional import SimpleLazyObject

from huiying.engine import post as engine_post
from huiying.engine.grading import Figures
from huiying.engine.normalise import normalise
from huiying.engine.said import Said
from huiying.engine.screening import figures_of
from huiying.judging import batch, engines, merging, opening, warnings
from huiying.judging.batch import locked_event, locked_events
from huiying.judging.models import Event, EventPost, Screening, WatchHit
from huiying.kernel import clock
from huiying.ledger.actions import Actor, record, together, vouch
from huiying.listening import ingest_masking, patrol
from huiying.listening.models import Post
from huiying.listening.queries import as_engine_post, unscreened
from huiying.listening.watching import level_code
from huiying.work.models import Lease
from huiying.work.outbox import enqueue
from huiying.work.rows import insert, locked, rewrite

LOCK = "judging"
CHAIN = "screening"
BATCH = 200
FIGURES = tuple(figure.name for figure in fields(Figures))
PASTED = Said(
    "由值班人员录入；规则判断与本局无关，先放入待甄别，由人决定",
    "Entered by the duty desk; the rules find it out of scope, so it waits among the suspects for a person to decide",
)


@dataclass(frozen=True)
class Judged:
    """What one batch did. `in_scope` counts hits, `events_new` events that were opened."""

    screened: int = 0
    in_scope: int = 0
    events_new: int = 0


@dataclass(slots=True)
class _PutAside:
    """The columns of a `Screening` that puts its post aside: 98 of 100 are no more than these."""

    score: float
    rules: list[str]
    confirm_with: list[str]
    concern: str
    sensitivity: int
    reasons: list[str]
    reasons_en: list[str]
    ruleset: str
    screened_at: dt.datetime
    id: int | None = None
    post_id: int | None = None
    band: ClassVar = Screening.OUT
    life_safety: ClassVar = False
    lead: ClassVar = ""
    co_leads: ClassVar[list[str]] = []
    level: ClassVar = ""
    figures: ClassVar[dict[str, Any]] = {}
    cleared: ClassVar = ""
    cleared_by: ClassVar = ""
    cleared_at: ClassVar = None


@dataclass(frozen=True)
class _Found:
    """What the rules said of some posts, one row for each in their order, with the rules' hits, and when."""

    rows: list[Screening | _PutAside]
    hits: list[list[dict[str, Any]]]
    at: dt.datetime

    @property
    def kept(self) -> list[Screening]:
        """What is a hit or waits for a person."""
        return [row for row in self.rows if isinstance(row, Screening)]


@dataclass
class Joined:
    """Events that a batch touched, by id: which of them it opened, which took another one in, and who came to each."""

    events: dict[int, Event] = field(default_factory=dict)
    opened: set[int] = field(default_factory=set)
    took_in: set[int] = field(default_factory=set)
    arrivals: dict[int, list[Post]] = field(default_factory=dict)
    places: dict[int, list[EventPost]] = field(default_factory=dict)


def judge_pending(limit: int = BATCH) -> Judged:
    """Judge the oldest posts that wait, at most `limit`; nothing waits → zeros. Rolls back whole on any error."""
    if not unscreened().exists():
        return Judged()
    judge = engines.engine()
    judge.boot()
    try:
        with transaction.atomic():
            locked(Lease, LOCK)
            posts = list(unscreened()[:limit])
            with batch.one_regulation():
                judge.catch_up()
                return _judge(posts, judge)
    except BaseException:
        judge.reset()
        raise


@contextmanager
def judged(posts: Sequence[Post]) -> Iterator[None]:
    """Judge rows in the transaction that stores them: screened before the block gives them their ids, placed after it.

    The same as to store them and call `judge_pending`, with one commit, and nothing is written to be read again. Rows
    that came earlier and still wait go first: then these wait too.
    """
    if not posts or unscreened().exists():
        yield
        return
    judge = engines.engine()
    try:
        locked(Lease, LOCK)
        with batch.one_regulation():
            judge.catch_up()
            found = _screened(posts, judge, clock.now())
            for post in posts:
                post.screened = True
            for row in found.kept:
                if row.band == Screening.SUSPECT:
                    ingest_masking.seal_voice(row.post)
            yield
            _place_all(posts, found, judge)
    except BaseException:
        judge.reset()
        raise


def _judge(posts: Sequence[Post], judge: engines.Judge) -> Judged:
    found = _screened(posts, judge, clock.now())
    _mark(posts, found)
    return _place_all(posts, found, judge)


def _place_all(posts: Sequence[Post], found: _Found, judge: engines.Judge) -> Judged:
    """Store what was found, give each hit its event, and say so in the ledger."""
    _keep(posts, found)
    hits = [row.post for row in found.kept if row.band == Screening.HIT]
    with together():
        joined = join(hits, judge, found.at)
        settle(joined, found.at)
        _tell(posts, found.kept)
    return Judged(len(posts), len(hits), len(joined.opened))


def _tell(posts: Sequence[Post], told: Sequence[Screening]) -> None:
    """One entry a batch, of what is a hit or a suspect; what is put aside needs none (`kept.py`)."""
    if not told:
        return
    hits = sum(row.band == Screening.HIT for row in told)
    payload = {"posts": len(posts), "hits": hits, "suspects": len(told) - hits}
    in_danger = [post for post in posts if post.life_safety]  # marked just now
    record(CHAIN, "posts.screened", payload, Actor.SYSTEM, rows=[*told, *in_danger])


def _mark(posts: Sequence[Post], found: _Found) -> None:
    """The posts are screened. A voice that is counted or out of scope is destroyed with this commit."""
    stored = Post.objects.filter(pk__in=[post.pk for post in posts])
    suspects = [row.post.pk for row in found.kept if row.band == Screening.SUSPECT]
    if suspects:
        stored.filter(pk__in=suspects).update(screened=True)
    stored.exclude(pk__in=suspects).update(screened=True, sealed_voice=None)


def _screened(posts: Sequence[Post], judge: engines.Judge, now: dt.datetime) -> _Found:
    """What the rules say of posts that may not be stored yet."""
    looked = [post.look.found for post in posts if post.look is not None and post.look.rules == judge.rules]
    screened = looked if len(looked) == len(posts) else judge.screen([as_engine_post(post) for post in posts])
    wider = patrol.wider_words()
    rows: list[Screening | _PutAside] = []
    for post, found in zip(posts, screened, strict=True):
        band, why = _band(post, found, wider)
        if band == Screening.OUT:
            rows.append(_put_aside(found, now))
        else:
            rows.append(_screening(post, found, band, why, now))
    return _Found(rows, [found["hits"] for found in screened], now)


def _keep(posts: Sequence[Post], found: _Found) -> None:
    """Store the screenings, and which clause of which version of which rule stands where in what is kept (C5.11)."""
    for post, row in zip(posts, found.rows, strict=True):
        if isinstance(row, Screening):
            row.post = post  # which has its id by now
        else:
            row.post_id = post.pk
    insert(found.rows, Screening)
    insert(
        [
            WatchHit(post=row.post, rule=hit["rule"], version=hit["version"], places=hit["terms"], at=found.at)
            for row, hits in zip(found.rows, found.hits, strict=True)
            if isinstance(row, Screening)
            for hit in hits
        ]
    )
    _begin_to_call([row.post for row in found.kept if row.life_safety])


def _begin_to_call(posts: Sequence[Post]) -> None:
    """A danger to life that was not seen at the door starts to call now (Life first)."""
    new = [post for post in posts if not post.life_safety]
    for post in new:
        post.life_safety = True
        enqueue("urgent_call", {"post": post.pk}, key=f"urgent:{post.pk}", comes_first=True)
    if new:
        Post.objects.filter(pk__in=[post.pk for post in new]).update(life_safety=True)


def own_word(heard: str) -> str:
    """The regulation's word for what the engine heard; nothing where it has none."""
    regulation = batch.regulation()
    word = regulation.monitor.heard_as.get(heard, heard)
    return word if word in regulation.concerns else ""


def _band(post: Post, found: dict[str, Any], wider: Sequence[str]) -> tuple[str, Said | None]:
    """The rules' band, and for what they would put aside whether a person is to look at it all the same, and why."""
    if found["band"] != Screening.OUT:
        return found["band"], None
    # A person who pastes a text wants it looked at: it may be set aside, but not by a rule alone (C5.16).
    if post.received_how == "paste":
        return Screening.SUSPECT, PASTED
    # A danger seen at the door stands on the desk whatever the rules say.
    if found["life_safety"] or post.life_safety:
        return Screening.SUSPECT, None
    # While an emergency watch is on, a post with one of its wider words is looked at by a person (C5.9).
    text = normalise(as_engine_post(post).full_text).text if wider else ""
    word = next((word for word in wider if normalise(word).text in text), None)
    if word is None:
        return Screening.OUT, None
    return Screening.SUSPECT, Said(
        f"突发事件监测的扩大词「{word}」", f"A wider word of the emergency watch, 「{word}」"
    )


def _put_aside(found: dict[str, Any], now: dt.datetime) -> _PutAside:
    return _PutAside(
        score=found["score"],
        rules=found["rules"],
        confirm_with=found["confirm_with"],
        concern=own_word(found["concern"]),
        sensitivity=found["sensitivity"],
        reasons=found["reasons"],
        reasons_en=found["reasons_en"],
        ruleset=found["ruleset"],
        screened_at=now,
    )


def _screening(post: Post, found: dict[str, Any], band: str, why: Said | None, now: dt.datetime) -> Screening:
    return Screening(
        post=post,
        band=band,
        score=found["score"],
        life_safety=found["life_safety"] or post.life_safety,
        rules=found["rules"],
        lead=found["lead"] or "",
        co_leads=found["co_leads"],
        confirm_with=found["confirm_with"],
        concern=own_word(found["concern"]),
        level=level_code(batch.regulation(), found["level"]) if found["level"] else "",
        sensitivity=found["sensitivity"],
        reasons=[*found["reasons"], *([why.zh] if why else [])],
        reasons_en=[*found["reasons_en"], *([why.en] if why else [])],
        figures=figures(as_engine_post(post), found["sensitivity"], found["concern"]),
        ruleset=found["ruleset"],
        screened_at=now,
    )


def figures(seen: engine_post.Post, sensitivity: int, concern: str) -> dict[str, Any]:
    """The grading's inputs that a text itself gives; of what is put aside nobody asks them."""
    read = figures_of(seen, normalise(seen.full_text).text, sensitivity, concern)
    return {name: getattr(read, name) for name in FIGURES}


def join(posts: Sequence[Post], judge: engines.Judge, now: dt.datetime) -> Joined:
    """Give each post its event, in order, and record it. The caller holds the judging lock, has caught up the engine
    and opened the ledger `together`: entries tell their events as `settle` leaves them.
    """
    joined = Joined()
    if not posts:
        return joined
    assigned, merges = judge.observe(engines.for_stream(posts))
    events = _events_of(posts, [found["event"] for found in assigned], joined, now)
    for event, post in zip(events, posts, strict=True):
        opening.add_post(event, post, now)
        joined.arrivals.setdefault(event.pk, []).append(post)
    opening.count_voice(list(zip(events, posts, strict=True)), joined.opened)
    rows = [_place(*placed, now) for placed in zip(events, posts, assigned, strict=True)]
    insert(rows)
    for event, row in zip(events, rows, strict=True):
        joined.places.setdefault(event.pk, []).append(row)
    _record_joined(joined)
    judge.knows(rows[-1].pk)
    for source, into in merges:
        if (winner := merging.adopt(source, into, joined.events)) is not None:
            joined.took_in.add(winner.pk)
    return joined


def _record_joined(joined: Joined) -> None:
    """What came to which event; the first posts of a new one belong to the entry that opens it."""
    known = [event for event in joined.events.values() if event.pk not in joined.opened]
    with together(f"event:{event.number}" for event in known):
        for event in joined.events.values():
            rows = joined.places.get(event.pk, [])
            if event.pk in joined.opened:
                vouch(f"event:{event.number}", rows, "event.opened")
                continue
            payload: dict[str, Any] = {"posts_count": event.posts_count, "last_post_at": event.last_post_at}
            # Whoever wrote to the bureau: from the ledger alone it can be told when they were heard (C4.3).
            if asked := [post.pk for post in joined.arrivals.get(event.pk, ()) if post.kind == "message"]:
                payload["messages"] = asked
            record(f"event:{event.number}", "event.joined", payload, Actor.SYSTEM, rows=[event, *rows])


def _events_of(posts: Sequence[Post], numbers: Sequence[int], joined: Joined, now: dt.datetime) -> list[Event]:
    """The live event of each stream number: merges are followed, a number that is new opens an event."""
    there = locked_events(Event.objects.filter(stream_no__in=set(numbers)))
    found = {event.stream_no: event for event in there}
    firsts: dict[int, Post] = {}
    for number, post in zip(numbers, posts, strict=True):
        if number not in found:
            firsts.setdefault(number, post)
    opened = opening.open_events([(post, number) for number, post in firsts.items()], now)
    joined.opened.update(event.pk for event in opened)
    found |= {event.stream_no: event for event in opened}
    events = []
    for number in numbers:
        event = found[number]
        if event.merged_into_id is not None:
            event = merging.live(event)
            event = joined.events.get(event.pk) or locked_event(event.pk)
        events.append(joined.events.setdefault(event.pk, event))
    return events


def _place(event: Event, post: Post, found: dict[str, Any], now: dt.datetime) -> EventPost:
    parent = found["parent"] or ""
    return EventPost(
        event=event,
        post=post,
        duplicate_of_id=int(found["duplicate_of"]) if found["duplicate_of"] else None,
        parent=parent[1:] if parent.startswith(":") else f"#{parent}" if parent else "",
        parent_evidence=(found["parent_evidence"] or "")[:200],
        parent_confidence=found["parent_confidence"],
        similarity=found["similarity"],
        stream_no=found["event"],
        stood_at=now,
    )


def settle(joined: Joined, now: dt.datetime) -> None:
    """After a batch: grade each touched event once, warn where it needs an answer."""
    # A merged event's pointer is saved, and the event that goes on is among the touched ones.
    events = [event for event in joined.events.values() if event.state != Event.MERGED]
    if not events:
        return
    desk: Any = SimpleLazyObject(lambda: warnings.ladder(0))  # asked only where somebody is to be warned
    prefetch_related_objects(events, "warnings", "level_decisions", "concern_decisions")
    with together(f"event:{event.number}" for event in events):
        for event in events:
            if event.pk in joined.took_in:
                opening.count(event, now, desk)
            else:
                is_new = event.pk in joined.opened
                opening.grow(event, joined.arrivals.get(event.pk, ()), now, desk, is_new=is_new)
        rewrite(events)
