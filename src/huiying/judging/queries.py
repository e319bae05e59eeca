"""Reads of judging. Events about a danger to life are shown only where a page is made for them (Life first)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F, QuerySet

from huiying.engine.duplicates import fingerprint, overlap
from huiying.judging import merging
from huiying.judging.access import in_sight
from huiying.judging.actions.deciding import (
    confirmed_level as confirmed_level,
    current_level as current_level,
    open_proposal as open_proposal,
)
from huiying.judging.models import ConcernDecision, Event, EventPost, Screening, UrgentCall, Warning
from huiying.listening.models import Post
from huiying.people.models import User
from huiying.people.permissions import may
from huiying.people.versions import regulation_now
from huiying.regulation import Regulation

KNOWN_POSTS = 500
KNOWN_SHARE = 0.6
SERIES_HOURS = 168


@dataclass(frozen=True)
class Voices:
    """How many voices an event has at least and at most: merged events cannot be counted together (INV-10)."""

    least: int
    most: int


def events_to_do() -> QuerySet[Event]:
    """Events that wait for a person: unconfirmed first by the time they want confirming, then the latest."""
    return Event.objects.filter(state=Event.OPEN).order_by(F("confirm_by").asc(nulls_last=True), "-last_post_at")


def events_seen() -> QuerySet[Event]:
    """Every event that goes on or was decided, latest first; without danger to life, which has its own page."""
    return (
        Event.objects.exclude(state=Event.MERGED)
        .filter(life_safety=False, sensitive="")
        .order_by("-last_post_at", "-id")
    )


def unconfirmed_due(now: dt.datetime) -> QuerySet[Event]:
    """Open events whose hour of confirmation has passed (§4.2: a provisional clock is due)."""
    return Event.objects.filter(state=Event.OPEN, confirm_by__lte=now).order_by("confirm_by")


def missed_topics(now: dt.datetime, regulation: Regulation | None = None) -> QuerySet[Event]:
    """C1.3 不缺位: so many people speak of one matter, and past the time to confirm it nobody opened a case or decided
    that there is nothing to answer. Gravest first.
    """
    rule = regulation or regulation_now()
    rows = Event.objects.filter(state=Event.OPEN, posts_count__gte=rule.monitor.missed_topic_posts)
    waiting = rows.filter(opened_at__lte=now - rule.grading.confirm_within.elapsed, dismissal__isnull=True)
    return waiting.order_by("-suggested_level", "opened_at")


def suspects() -> QuerySet[Screening]:
    """The tray of posts that a person has yet to look at: danger to life first, then the surest, then the oldest."""
    rows = Screening.objects.filter(band=Screening.SUSPECT, cleared="").select_related("post")
    return rows.order_by("-life_safety", "-score", "post_id")


def open_warnings(user: User) -> QuerySet[Warning]:
    """Unacknowledged warnings, for whoever may acknowledge them; nobody else sees any."""
    if not may(user, "warning.acknowledge"):
        return Warning.objects.none()
    rows = Warning.objects.filter(in_sight(user, "event__"), acknowledged_at__isnull=True)
    return rows.select_related("event").order_by("at")


def urgent_calls() -> QuerySet[UrgentCall]:
    """Calls that nobody has acknowledged, oldest first."""
    return UrgentCall.objects.filter(acknowledged_at__isnull=True).select_related("post").order_by("raised_at")


def event_of_post(post: Post) -> Event | None:
    """The event that goes on for a post; None for what is not on the desk."""
    place = EventPost.objects.filter(post=post, withdrawn_at__isnull=True).select_related("event").first()
    return merging.live(place.event) if place else None


def similar_known(text: str) -> Event | None:
    """The event of a recent post that says the same as `text` (most of the shorter one's words in the longer one)."""
    asked = fingerprint(text)
    if len(asked.grams) == 0:
        return None
    places = EventPost.objects.filter(withdrawn_at__isnull=True, post__life_safety=False, event__sensitive="")
    best: tuple[float, EventPost] | None = None
    for place in places.select_related("post", "event").order_by("-id")[:KNOWN_POSTS]:
        _jaccard, share = overlap(asked.grams, fingerprint(f"{place.post.title}\n{place.post.text}").grams)
        if share >= KNOWN_SHARE and (best is None or share > best[0]):
            best = (share, place)
    return merging.live(best[1].event) if best else None


def members(event: Event) -> QuerySet[EventPost]:
    """Posts of an event and of what was merged into it, in the order they stood on the desk."""
    rows = EventPost.objects.filter(event__in=merging.within(event), withdrawn_at__isnull=True)
    return rows.select_related("post", "duplicate_of").order_by("id")


def series(event: Event, hours: int = SERIES_HOURS) -> list[tuple[dt.datetime, int]]:
    """Posts an hour, oldest first, empty hours included; by the post's own time, else by when it came in."""
    counts: Counter[dt.datetime] = Counter()
    for published, received, confidence in members(event).values_list(
        "post__published_at", "post__received_at", "post__time_confidence"
    ):
        moment = received if published is None or confidence == "future" else published
        counts[moment.replace(minute=0, second=0, microsecond=0)] += 1
    if not counts:
        return []
    last = max(counts)
    first = max(min(counts), last - dt.timedelta(hours=hours - 1))
    steps = int((last - first).total_seconds() // 3600)
    return [(hour, counts[hour]) for hour in (first + dt.timedelta(hours=step) for step in range(steps + 1))]


def voices(event: Event) -> Voices:
    """[largest, sum] over the event and what was merged into it."""
    counted = [one.voices_count for one in merging.family(event)]
    return Voices(max(counted), sum(counted))


def concern_of(event: Event) -> tuple[str, bool]:
    """The concern, and whether a person decided it; a machine's word is a suggestion only (C5.14)."""
    decided = next((row for row in reversed(event.concern_decisions.all()) if row.agreed), None)
    return (decided.concern, True) if decided else (event.concern, False)


def open_rumour(event: Event) -> ConcernDecision | None:
    """A proposed 谣言 that waits for its second person."""
    return next((row for row in reversed(event.concern_decisions.all()) if row.agreed is None), None)


def in_scope(post_ids: Sequence[int]) -> tuple[int, int]:
    """How many of the posts are hits, and how many events they belong to."""
    hits, events = 0, set[int]()
    for start in range(0, len(post_ids), 500):
        part = post_ids[start : start + 500]
        hits += Screening.objects.filter(post__in=part, band=Screening.HIT).count()
        events.update(EventPost.objects.filter(post__in=part).values_list("event_id", flat=True))
    return hits, len({merging.live(event).pk for event in Event.objects.filter(pk__in=events)})
