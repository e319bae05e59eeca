"""Which events meet a plan's trigger (C6.8): words, level and size as the judging room reports them.

Danger to life has its own path and meets none (Life first).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from django.db.models import Max

from huiying.engine.normalise import normalise
from huiying.foreseeing.models import Plan, PlanHit, Trigger
from huiying.judging.models import Event, EventPost
from huiying.people.queries import regulation_now

READ = 300  # events a look; the rest is read the next time, nothing is skipped
POSTS = 50  # of an event, the latest
_OVER = (Event.MERGED, Event.DISMISSED)


def newest_move() -> dt.datetime | None:
    """When the stream last moved."""
    found: dt.datetime | None = Event.objects.filter(life_safety=False, sensitive="").aggregate(at=Max("last_post_at"))[
        "at"
    ]
    return found


def moved_since(since: dt.datetime | None) -> tuple[list[Event], dt.datetime | None]:
    """Events with a post since, oldest first, and until when they were read: never beyond what stood there, or a post
    that is judged in this very moment would be passed over.
    """
    rows = Event.objects.filter(life_safety=False, sensitive="").exclude(state__in=_OVER)
    if since is not None:
        rows = rows.filter(last_post_at__gt=since)
    found = list(rows.order_by("last_post_at", "id")[: READ + 1])
    if len(found) <= READ:
        return found, found[-1].last_post_at if found else since
    edge = found[READ - 1].last_post_at
    # All that moved in the same moment belong together: a cut through it would lose the rest.
    return list(rows.filter(last_post_at__lte=edge).order_by("last_post_at", "id")), edge


def met(plan: Plan, events: Sequence[Event]) -> Iterator[tuple[Event, list[str]]]:
    """Each event that a trigger of the plan is about, with the words found; none that was put to people already."""
    known = set(PlanHit.objects.filter(plan=plan, event__in=events).values_list("event_id", flat=True))
    triggers = list(plan.triggers.all())
    for event in events:
        if event.pk in known:
            continue
        text = _text(event)
        for trigger in triggers:
            if words := meets(trigger, event, text):
                yield event, words
                break


def meets(trigger: Trigger, event: Event, text: str) -> list[str]:
    """The words found where all of the trigger holds; [] where not."""
    if event.posts_count < trigger.posts or not _as_grave(trigger.level, event.suggested_level):
        return []
    return [word for word in trigger.words if normalise(word).text in text]


def _as_grave(least: str, level: str) -> bool:
    if not least:
        return True
    order = [one.code for one in regulation_now().levels]
    return level in order and least in order and order.index(level) >= order.index(least)


def _text(event: Event) -> str:
    rows = EventPost.objects.filter(event=event, withdrawn_at__isnull=True).order_by("-id")
    posts = rows.values_list("post__title", "post__text")[:POSTS]
    return normalise("\n".join([event.title, *(f"{title}\n{text}" for title, text in posts)])).text
