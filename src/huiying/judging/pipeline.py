"""From post to event: screen, group, grade, warn (C5.16, C6.11, C6.12).

A batch is one transaction under the judging lock. What it writes depends only on the order of the posts' ids, so a
batch that was killed and done again gives the same tables as one that ran through.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

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
from huiying.listening import patrol
from huiying.listening.models import Post
from huiying.listening.queries import as_engine_post, unscreened
from huiying.listening.watching import level_code, ruleset
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


def _judge(posts: Sequence[Post], judge: engines.Judge) -> Judged:
    now = clock.now()
    screenings = _screened(posts, judge, now)
    hits = [post for post, row in zip(posts, screenings, strict=True) if row.band == Screening.HIT]
    with together():
        joined = join(hits, judge, now)
        _mark(posts, screenings)
        settle(joined, now)
        _tell(posts, screenings)
    return Judged(len(posts), len(hits), len(joined.opened))


def _tell(posts: Sequence[Post], screenings: Sequence[Screening]) -> None:
    """One entry a batch, of what is a hit, a suspect or about a life; what is put aside needs none (`kept.py`)."""
    told = [row for row in screenings if row.band != Screening.OUT or row.life_safety]
    if not told:
        return
    hits = sum(row.band == Screening.HIT for row in told)
    payload = {"posts": len(screenings), "hits": hits, "suspects": len(told) - hits}
    in_danger = [post for post in posts if post.life_safety]  # marked just now
    record(CHAIN, "posts.screened", payload, Actor.SYSTEM, rows=[*told, *in_danger])


def _mark(posts: Sequence[Post], screenings: Sequence[Screening]) -> None:
    """The posts are screened. A voice that was counted or is out of scope is destroyed with this commit."""
    stored = Post.objects.filter(pk__in=[post.pk for post in posts])
    suspects = [row.post_id for row in screenings if row.band == Screening.SUSPECT]
    if suspects:
        stored.filter(pk__in=suspects).update(screened=True)
    stored.exclude(pk__in=suspects).update(screened=True, sealed_voice=None)
    in_danger = [post.pk for post in posts if post.life_safety]
    if in_danger:
        stored.filter(pk__in=in_danger).update(life_safety=True)


def _screened(posts: Sequence[Post], judge: engines.Judge, now: dt.datetime) -> list[Screening]:
    regulation = batch.regulation()
    rules = ruleset(regulation)
    seen = [as_engine_post(post) for post in posts]
    screened = judge.screen(seen)
    foremost = {found["rules"][0] for found in screened if found["rules"]}
    first = {rule.id: list(rule.confirm_with) for rule in rules.rules if rule.id in foremost}
    rows = []
    hits: list[WatchHit] = []
    wider = patrol.wider_words()
    for post, read, found in zip(posts, seen, screened, strict=True):
        row = _screening(post, read, found, now)
        row.confirm_with = first.get(found["rules"][0], []) if found["rules"] else []
        row.level = level_code(regulation, found["level"]) if found["level"] else ""
        _mind_life(post, row)
        _mind_emergency(read, row, wider)
        rows.append(row)
        if row.band != Screening.OUT:
            hits += _hits(post, found["hits"], now)
    insert(rows)
    WatchHit.objects.bulk_create(hits)
    return rows


def _hits(post: Post, found: Sequence[dict[str, Any]], now: dt.datetime) -> list[WatchHit]:
    """Which clause of which version of which rule stands where in the post (C5.11)."""
    return [WatchHit(post=post, rule=hit["rule"], version=hit["version"], places=hit["terms"], at=now) for hit in found]


def own_word(heard: str) -> str:
    """The regulation's word for what the engine heard; nothing where it has none."""
    regulation = batch.regulation()
    word = regulation.monitor.heard_as.get(heard, heard)
    return word if word in regulation.concerns else ""


def _screening(post: Post, seen: engine_post.Post, found: dict[str, Any], now: dt.datetime) -> Screening:
    is_kept = post.received_how == "paste" and found["band"] == Screening.OUT
    figures = figures_of(seen, normalise(seen.full_text).text, found["sensitivity"], found["concern"])
    return Screening(
        post=post,
        # A person who pastes a text wants it looked at: it may be set aside, but not by a rule alone (C5.16).
        band=Screening.SUSPECT if is_kept else found["band"],
        score=found["score"],
        life_safety=found["life_safety"] or post.life_safety,
        rules=found["rules"],
        lead=found["lead"] or "",
        co_leads=found["co_leads"],
        concern=own_word(found["concern"]),
        sensitivity=found["sensitivity"],
        reasons=[*found["reasons"], PASTED.zh] if is_kept else found["reasons"],
        reasons_en=[*found["reasons_en"], PASTED.en] if is_kept else found["reasons_en"],
        figures={name: getattr(figures, name) for name in FIGURES},
        ruleset=found["ruleset"],
        screened_at=now,
    )


def _mind_emergency(post: engine_post.Post, row: Screening, wider: Sequence[str]) -> None:
    """While an emergency watch is on, a post with one of its wider words is looked at by a person (C5.9)."""
    if not wider or row.band != Screening.OUT:
        return
    text = normalise(post.full_text).text
    word = next((word for word in wider if normalise(word).text in text), None)
    if word is not None:
        row.band = Screening.SUSPECT
        row.reasons = [*row.reasons, f"突发事件监测的扩大词「{word}」"]
        row.reasons_en = [*row.reasons_en, f"A wider word of the emergency watch, 「{word}」"]


def _mind_life(post: Post, row: Screening) -> None:
    """A danger seen at the door stands on the desk whatever the rules say; one seen only now starts to call."""
    if row.life_safety and row.band == Screening.OUT:
        row.band = Screening.SUSPECT
    if row.life_safety and not post.life_safety:
        post.life_safety = True
        enqueue("urgent_call", {"post": post.pk}, key=f"urgent:{post.pk}", comes_first=True)


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
