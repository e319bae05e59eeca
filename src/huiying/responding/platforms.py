"""What the register says of our own site and of an account's posts, counted in the rooms above it (C11.2)."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from huiying.handling.queries import cases_for
from huiying.judging.models import Event, EventPost, Screening
from huiying.listening.models import Message
from huiying.people.models import Platform, User
from huiying.responding.models import Publication

SHOWN = 10
SETTLED = ("declined", "closed", "voided")


def unanswered_here() -> int:
    """Messages left on our own site that have no public answer yet, and of which no person said that none is needed."""
    settled = Q()
    for event in ("event", "event__merged_into"):
        settled |= Q(**{f"{event}__state__in": (Event.DISMISSED, Event.NOTED)})
        settled |= Q(**{f"{event}__case__answered_at__isnull": False}) | Q(**{f"{event}__case__state__in": SETTLED})
        settled |= Q(**{f"{event}__case__merged_into__answered_at__isnull": False})
    places = EventPost.objects.filter(settled, post__message__isnull=False, withdrawn_at__isnull=True)
    out = Screening.objects.filter(cleared=Screening.OUT, post__message__isnull=False)
    return Message.objects.exclude(post__in=places.values("post")).exclude(post__in=out.values("post")).count()


def latest_on(platform: Platform, user: User) -> QuerySet[Publication]:
    """The last texts sent to an account: press releases, and those of cases that the person may see (C7.5)."""
    theirs = Q(press__isnull=False) | Q(case__in=cases_for(user).values("pk"))
    rows = Publication.objects.filter(theirs, platform=platform).select_related("case", "press__release", "evidence")
    return rows.order_by("-released_at", "-id")[:SHOWN]
