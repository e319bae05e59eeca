"""From post to event: screen, group, grade, warn (C5.16, C6.11, C6.12).

A batch is one transaction under the judging lock. What it writes depends only on the order of the posts' ids, so a
batch that was killed and done again gives the same tables as one that ran through.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction

from huiying.engine.normalise import normalise
from huiying.engine.rules import RuleSet
from huiying.engine.said import Said
from huiying.engine.screening import figures_of
from huiying.judging import engines, merging, opening, standards, voices, warnings
from huiying.judging.models import Event, EventPost, Screening
from huiying.kernel import clock
from huiying.ledger.actions import Actor, record
from huiying.listening.models import Post
from huiying.listening.queries import as_engine_post, unscreened
from huiying.listening.watching import level_code, ruleset
from huiying.work.models import Lease
from huiying.work.outbox import enqueue
from huiying.work.rows import locked

LOCK = "judging"
BATCH = 200
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
    """Events that a batch touched, by id, and which of them it opened."""

    events: dict[int, Event] = field(default_factory=dict)
    opened: set[int] = field(default_factory=set)


def judge_pending(limit: int = BATCH) -> Judged:
    """Judge the oldest posts that wait, at most `limit`; nothing waits → zeros. Rolls back whole on any error."""
    if not unscreened().exists():
        return Judged()
    judge = engines.engine()
    try:
        with transaction.atomic():
            locked(Lease, LOCK)
            posts = list(unscreened()[:limit])
            judge.catch_up()
            with standards.one_regulation():
                return _judge(posts, judge)
    except BaseException:
        judge.reset()
        raise


def _judge(posts: Sequence[Post], judge: engines.Judge) -> Judged:
    now = clock.now()
    screenings = _screened(posts, judge, now)
    hits = [post for post, row in zip(posts, screenings, strict=True) if row.band == Screening.HIT]
    joined = join(hits, judge, now)
    suspects = {row.post_id for row in screenings if row.band == Screening.SUSPECT}
    for post in posts:
        post.screened = True
        if post.pk not in suspects:
            post.sealed_voice = None  # counted or out of scope: either way it is destroyed with this commit
    Post.objects.bulk_update(posts, ["screened", "sealed_voice", "life_safety"])
    settle(joined, now)
    return Judged(len(posts), len(hits), len(joined.opened))


def _screened(posts: Sequence[Post], judge: engines.Judge, now: dt.datetime) -> list[Screening]:
    regulation = standards.regulation()
    rules = ruleset(regulation)
    confirm_with = {rule.id: list(rule.confirm_with) for rule in rules.rules}
    rows = []
    for post, found in zip(posts, judge.screen([as_engine_post(post) for post in posts]), strict=True):
        row = _screening(post, found, now, _named(rules))
        row.confirm_with = confirm_with.get(found["rules"][0], []) if found["rules"] else []
        row.level = level_code(regulation, found["level"]) if found["level"] else ""
        _mind_life(post, row)
        rows.append(row)
    return Screening.objects.bulk_create(rows)


def own_word(heard: str) -> str:
    """The regulation's word for what the engine heard; nothing where it has none."""
    regulation = standards.regulation()
    word = regulation.monitor.heard_as.get(heard, heard)
    return word if word in regulation.concerns else ""


def _screening(post: Post, found: dict[str, Any], now: dt.datetime, rules: str) -> Screening:
    is_kept = post.received_how == "paste" and found["band"] == Screening.OUT
    seen = as_engine_post(post)
    figures = asdict(figures_of(seen, normalise(seen.full_text).text, found["sensitivity"], found["concern"]))
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
        figures=figures,
        ruleset=rules,
        screened_at=now,
    )


def _mind_life(post: Post, row: Screening) -> None:
    """A danger seen at the door stands on the desk whatever the rules say; one seen only now starts to call."""
    if row.life_safety and row.band == Screening.OUT:
        row.band = Screening.SUSPECT
    if row.life_safety and not post.life_safety:
        post.life_safety = True
        enqueue("urgent_call", {"post": post.pk}, key=f"urgent:{post.pk}")


def _named(rules: RuleSet) -> str:
    return f"{Path(rules.name).name}@{rules.version}"[:64]


def join(posts: Sequence[Post], judge: engines.Judge, now: dt.datetime) -> Joined:
    """Give each post its event, in order. The caller holds the judging lock and has caught up the engine."""
    joined = Joined()
    if not posts:
        return joined
    assigned, merges = judge.observe(engines.for_stream(posts))
    rows: list[EventPost] = []
    for post, found in zip(posts, assigned, strict=True):
        event = _event_of(post, found["event"], joined, now)
        opening.add_post(event, post, now)
        rows.append(_place(event, post, found, now))
    judge.knows(EventPost.objects.bulk_create(rows)[-1].pk)
    for source, into in merges:
        merging.adopt(source, into, joined.events)
    return joined


def _event_of(post: Post, stream_no: int, joined: Joined, now: dt.datetime) -> Event:
    """The live event of a stream number: merges are followed, a new number opens an event."""
    found = Event.objects.filter(stream_no=stream_no).first()
    event = merging.live(found) if found else opening.open_event(post, stream_no, now)
    if found is None:
        joined.opened.add(event.pk)
    return joined.events.setdefault(event.pk, event)


def _place(event: Event, post: Post, found: dict[str, Any], now: dt.datetime) -> EventPost:
    voices.count(event, post)
    parent = found["parent"] or ""
    return EventPost(
        event=event,
        post=post,
        duplicate_of_id=int(found["duplicate_of"]) if found["duplicate_of"] else None,
        parent=parent[1:] if parent.startswith(":") else f"#{parent}" if parent else "",
        parent_evidence=(found["parent_evidence"] or "")[:200],
        similarity=found["similarity"],
        stream_no=found["event"],
        stood_at=now,
    )


def settle(joined: Joined, now: dt.datetime) -> None:
    """After a batch: record what joined, grade each touched event once, warn where it needs an answer."""
    desk = warnings.ladder(0) if joined.events else None
    for event in joined.events.values():
        if event.state == Event.MERGED:
            continue  # its pointer is saved, and the event that goes on is among the touched ones
        if event.pk not in joined.opened:
            payload = {"posts_count": event.posts_count, "last_post_at": event.last_post_at}
            record(f"event:{event.number}", "event.joined", payload, Actor.SYSTEM)
        opening.assess(event, now, desk)
