"""Whether two persons who do not see each other's word call the same post the same (C5.14).

Each week some posts are drawn; two persons each say what the concern is, without the machine's suggestion and without
the other's answer. Nothing follows for the event: it measures how clear the definitions are, not who is right.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Final

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from huiying.judging.models import ConcernRating, ConcernSample, Screening
from huiying.kernel import clock
from huiying.ledger.actions import Actor, record
from huiying.listening.reserved import without_sensitive
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import actor_of, regulation_now
from huiying.work.models import Lease
from huiying.work.rows import locked

A_WEEK: Final = 10
RATERS: Final = 2
LOCK: Final = "concern_sample"


@transaction.atomic
def draw(now: dt.datetime) -> int:
    """Draw this week's posts among the hits of the last seven days; returns how many. The same posts, the same draw."""
    locked(Lease, LOCK)
    since = now - dt.timedelta(days=7)
    drawn = ConcernSample.objects.filter(drawn_at__gt=since).count()
    hits = Screening.objects.filter(
        band=Screening.HIT, screened_at__gt=since, life_safety=False, post__life_safety=False, post__concern_sample=None
    )
    found = without_sensitive(hits, "post").values_list("post_id", flat=True)
    chosen = sorted(found, key=lambda pk: hashlib.sha256(f"{pk}".encode()).digest())[: max(0, A_WEEK - drawn)]
    rows = ConcernSample.objects.bulk_create([ConcernSample(post_id=pk, drawn_at=now) for pk in chosen])
    if rows:
        record("system", "concern.drawn", {"posts": len(rows)}, Actor.SYSTEM, rows=rows)
    return len(rows)


def waiting_for(user: User) -> QuerySet[ConcernSample]:
    """Posts on which this person has not spoken and which still want a second word."""
    rows = ConcernSample.objects.filter(ratings_count__lt=RATERS).exclude(ratings__by_user=user.pk)
    return rows.select_related("post").order_by("id")


@transaction.atomic
def rate(sample: ConcernSample, concern: str, actor: User) -> ConcernRating:
    """One person's word. Two persons, each once; a third is not needed. Raises Refused."""
    require(actor, "sample.rate")
    sample = ConcernSample.objects.select_for_update().get(pk=sample.pk)
    if concern not in regulation_now().concerns:
        raise Refused(_("制度里没有这一性质。"), code="unknown_concern")
    if ConcernRating.objects.filter(sample=sample, by_user=actor.pk).exists():
        raise Refused(_("这一条您已经标过，另一次须由别人标。"), code="second_person")
    if sample.ratings_count >= RATERS:
        raise Refused(_("这一条已有两个人标过。"), code="decided")
    rating = ConcernRating.objects.create(
        sample=sample, concern=concern, by=actor.name, by_user=actor.pk, at=clock.now()
    )
    sample.ratings_count += 1
    sample.save(update_fields=["ratings_count"])
    record("system", "concern.rated", {"sample": sample.pk, "concern": concern}, actor_of(actor), [rating, sample])
    return rating


def progress() -> tuple[int, int]:
    """How many samples two persons have labelled, and how many there are."""
    counted = ConcernSample.objects.aggregate(done=Count("pk", filter=Q(ratings_count=RATERS)), all=Count("pk"))
    return counted["done"], counted["all"]
