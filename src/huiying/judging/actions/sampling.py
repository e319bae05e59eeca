"""Weekly samples: of what was screened out (C5.16), and of how far two persons agree without seeing each other
(C5.14).

Two persons each say what the concern of a post is, without the machine's suggestion. Nothing follows for the event:
it measures how clear the definitions are, not who is right.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import random
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from huiying.engine.estimating import interval
from huiying.judging.models import ConcernRating, ConcernSample, SampledPost, SampleDraw, Screening
from huiying.kernel import clock
from huiying.ledger.actions import Actor, record
from huiying.listening import actions as listening
from huiying.listening.reserved import without_sensitive
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import actor_of, regulation_now
from huiying.work.models import Lease
from huiying.work.rows import locked

#: Looked through in a quarter of an hour; with none found at most 5 % of what was put aside concerns the bureau.
SIZE = 60
WEEKS_COUNTED = 4


@dataclass(frozen=True)
class Estimate:
    """What reviewed samples say of `population` posts put aside: `found` of `seen` concerned the bureau.

    `low` and `high` bound the share (95 %, Clopper-Pearson); `missed` bounds the posts. `recall` bounds the share of
    all relevant posts that reached a desk, None while there were none.
    """

    seen: int
    found: int
    population: int
    reached: int
    low: float
    high: float

    @property
    def share(self) -> float | None:
        return self.found / self.seen if self.seen else None

    @property
    def missed(self) -> tuple[int, int]:
        """At least and at most so many posts of the weeks counted were missed."""
        return round(self.low * self.population), round(self.high * self.population)

    @property
    def recall(self) -> tuple[float, float] | None:
        """At least and at most this share of what concerned the bureau was put before a person."""
        if not self.seen or not self.reached + self.missed[1]:
            return None
        least, most = self.missed
        return self.reached / max(self.reached + most, 1), self.reached / max(self.reached + least, 1)


def week_before(now: dt.datetime) -> dt.date:
    """The Monday of the last whole week, in the regulation's zone."""
    today = now.astimezone(regulation_now().zone).date()
    return today - dt.timedelta(days=today.weekday() + 7)


def bounds(week: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """The moments at which a week begins and ends."""
    start = dt.datetime.combine(week, dt.time(), tzinfo=regulation_now().zone)
    return start, start + dt.timedelta(days=7)


@transaction.atomic
def draw_week(week: dt.date, size: int = SIZE) -> SampleDraw | None:
    """Draw a week's sample once; the same week gives the same posts. Nothing put aside → None."""
    existing = SampleDraw.objects.filter(week=week).first()
    if existing is not None:
        return existing
    ids = list(frame(week).order_by("pk").values_list("pk", flat=True))
    if not ids:
        return None
    seed = f"out:{week.isoformat()}"
    start, end = bounds(week)
    reached = Screening.objects.filter(
        Q(band=Screening.HIT) | Q(band=Screening.SUSPECT, cleared=Screening.HIT),
        screened_at__gte=start,
        screened_at__lt=end,
    ).count()
    # Seeded on purpose: whoever doubts the sample draws it again.
    chosen = random.Random(seed).sample(ids, min(size, len(ids)))  # noqa: S311
    draw = SampleDraw.objects.create(
        week=week, seed=seed, population=len(ids), reached=reached, size=len(chosen), drawn_at=clock.now()
    )
    rows = SampledPost.objects.bulk_create(
        [SampledPost(draw=draw, screening_id=pk, place=place) for place, pk in enumerate(chosen)]
    )
    payload = {"week": week.isoformat(), "seed": seed, "population": draw.population, "size": draw.size}
    record(listening.CHAIN, "sample.drawn", payload, Actor.SYSTEM, rows=[draw, *rows])
    return draw


def frame(week: dt.date) -> QuerySet[Screening]:
    """What could be drawn: put aside in that week, without danger to life, which has a way of its own."""
    start, end = bounds(week)
    return Screening.objects.filter(
        band=Screening.OUT, screened_at__gte=start, screened_at__lt=end, life_safety=False, post__life_safety=False
    )


def sampled() -> QuerySet[SampledPost]:
    """Sampled posts that wait for a person, the oldest draw first, in the order of the draw."""
    waiting = SampledPost.objects.filter(screening__cleared="")
    return waiting.select_related("screening__post", "draw").order_by("draw__week", "place")


def estimate(weeks: int = WEEKS_COUNTED) -> Estimate:
    """What the last draws say together. Each week's sample has the same size, so weeks count alike."""
    draws = list(SampleDraw.objects.order_by("-week")[:weeks])
    counts = SampledPost.objects.filter(draw__in=draws).aggregate(
        seen=Count("pk", filter=~Q(screening__cleared="")),
        found=Count("pk", filter=Q(screening__cleared=Screening.HIT)),
    )
    low, high = interval(counts["found"], counts["seen"])
    population = sum(draw.population for draw in draws)
    return Estimate(counts["seen"], counts["found"], population, sum(draw.reached for draw in draws), low, high)


A_WEEK: Final = 10
RATERS: Final = 2
CONCERN_LOCK: Final = "concern_sample"


@transaction.atomic
def draw_concerns(now: dt.datetime) -> int:
    """Draw this week's posts among the hits of the last seven days; returns how many. The same posts, the same draw."""
    locked(Lease, CONCERN_LOCK)
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


def concerns_waiting_for(user: User) -> QuerySet[ConcernSample]:
    """Posts on which this person has not spoken and which still want a second word."""
    rows = ConcernSample.objects.filter(ratings_count__lt=RATERS).exclude(ratings__by_user=user.pk)
    return rows.select_related("post").order_by("id")


@transaction.atomic
def rate_concern(sample: ConcernSample, concern: str, actor: User) -> ConcernRating:
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


def agreement_progress() -> tuple[int, int]:
    """How many samples two persons have labelled, and how many there are."""
    counted = ConcernSample.objects.aggregate(done=Count("pk", filter=Q(ratings_count=RATERS)), all=Count("pk"))
    return counted["done"], counted["all"]
