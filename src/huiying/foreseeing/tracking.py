"""The figures of 舆情跟踪 (C6.2): a saved search over a period, counted by the house and never typed."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

from django.db.models import Q

from huiying.judging.models import EventPost, Screening
from huiying.listening.models import Post
from huiying.listening.search.asking import find
from huiying.people.queries import zone

MOST = 5000
_CHUNK = 500


def figures(words: str, since: dt.datetime, until: dt.datetime) -> dict[str, Any]:
    """Counts of the posts that hold the words and were published, or where that is unknown received, in the period.

    `cut`: there were more than were read, so each count is a lower bound; the page says so.
    """
    own = Q(published_at__gte=since, published_at__lt=until)
    received = Q(published_at__isnull=True, received_at__gte=since, received_at__lt=until)
    found = find(words, MOST + 1, within=Post.objects.filter(own | received, version=1))
    posts, numbers = found.posts[:MOST], [post.pk for post in found.posts[:MOST]]
    hits, concerns, events = 0, Counter[str](), set[int]()
    for start in range(0, len(numbers), _CHUNK):
        part = numbers[start : start + _CHUNK]
        for band, concern in Screening.objects.filter(post__in=part).values_list("band", "concern"):
            hits += band == Screening.HIT
            if band == Screening.HIT and concern:
                concerns[concern] += 1
        places = EventPost.objects.filter(post__in=part, withdrawn_at__isnull=True)
        events.update(places.values_list("event_id", flat=True))
    local = zone()
    days = Counter((post.published_at or post.received_at).astimezone(local).date().isoformat() for post in posts)
    return {
        "posts": len(posts),
        "hits": hits,
        "events": len(events),
        "platforms": len({post.platform for post in posts}),
        "by_concern": dict(sorted(concerns.items())),
        "by_day": dict(sorted(days.items())),
        "cut": found.cut or len(found.posts) > MOST,
    }
