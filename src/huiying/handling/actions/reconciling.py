"""漏报核对 （五）C5.16: a list comes in, which post of ours each line is, a person decides each, a missed one is
heard now; and how much we missed.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from huiying.engine.normalise import normalise
from huiying.handling.actions.grading import note_late_knowledge
from huiying.handling.models import OutsideItem, OutsideList
from huiying.judging import actions as judging, queries as judged
from huiying.kernel import clock
from huiying.kernel.masking import mask_personal
from huiying.ledger.actions import record, together
from huiying.listening.hosts import first_link, native_id_of
from huiying.listening.models import Post
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import actor_of

AROUND = dt.timedelta(days=3)
MOST_POSTS = 5000
LEAST = 0.3  # below this no post is suggested; a person looks for it
Z = 1.96


@dataclass(frozen=True)
class Missed:
    """漏报率: of the lines that were ours, how many we had missed, with the 95 % interval of Wilson; n shown."""

    n: int
    missed: int

    @property
    def rate(self) -> float | None:
        return self.missed / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float] | None:
        if not self.n:
            return None
        share, n = self.missed / self.n, self.n
        middle = (share + Z * Z / (2 * n)) / (1 + Z * Z / n)
        half = Z * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
        return max(0.0, middle - half), min(1.0, middle + half)


def missed_rate(since: dt.datetime | None = None) -> Missed:
    """Over the lines that persons decided since then, all of them without."""
    rows = OutsideItem.objects.filter(state__in=(OutsideItem.HEARD, OutsideItem.MISSED))
    if since is not None:
        rows = rows.filter(decided_at__gte=since)
    counts = dict(rows.order_by().values_list("state").annotate(n=Count("id")))
    missed = counts.get(OutsideItem.MISSED, 0)
    return Missed(missed + counts.get(OutsideItem.HEARD, 0), missed)


def lists() -> Iterable[OutsideList]:
    """The latest lists with how many of their lines wait for a person."""
    return OutsideList.objects.annotate(
        n=Count("items"), waiting=Count("items", filter=Q(items__state="")),
        missed=Count("items", filter=Q(items__state=OutsideItem.MISSED)),
    )[:30]  # fmt: skip


def candidates(period_from: dt.date, period_to: dt.date) -> list[Post]:
    """Posts received around the period, newest first, bounded."""
    start = dt.datetime.combine(period_from, dt.time(), dt.UTC) - AROUND
    end = dt.datetime.combine(period_to, dt.time(), dt.UTC) + AROUND
    rows = Post.objects.filter(received_at__gte=start, received_at__lte=min(end, clock.now()))
    return list(rows.only("id", "url", "title", "text", "native_id").order_by("-id")[:MOST_POSTS])


def nearest(text: str, url: str, posts: Iterable[Post]) -> tuple[Post | None, float]:
    """The post that a line is most likely about: the same address, else the most alike words."""
    known = native_id_of(url) if url else ""
    grams = _grams(text)
    best, score = None, 0.0
    for post in posts:
        if known and (post.native_id == known or post.url == url):
            return post, 1.0
        other = _grams(f"{post.title} {post.text}")
        shared = len(grams & other)
        alike = shared / min(len(grams), len(other)) if grams and other else 0.0
        if alike > score:
            best, score = post, alike
    return (best, score) if score >= LEAST else (None, 0.0)


def link_in(line: str) -> str:
    return first_link(line)


def _grams(text: str) -> frozenset[str]:
    plain = "".join(char for char in normalise(text).text if char.isalnum())
    return frozenset(plain[at : at + 3] for at in range(len(plain) - 2))


CHAIN = "reconciling"
MOST_LINES = 500


@transaction.atomic
@together()
def take_list(body: str, period_from: dt.date, period_to: dt.date, text: str, actor: User) -> OutsideList:
    """A list from outside, a line an item. Each gets the post of ours that is most alike, for a person to confirm."""
    require(actor, "reconcile.decide")
    body = body.strip()
    lines = list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    if len(body) < 2:
        raise Refused(_("请写这份清单是哪里来的，例如“12345”。"), code="no_body")
    if not lines:
        raise Refused(_("清单是空的。请一行一件粘贴进来。"), code="empty")
    if len(lines) > MOST_LINES:
        raise Refused(_("一次最多 %(most)d 行，请分几次。") % {"most": MOST_LINES}, code="too_many")
    if period_to < period_from:
        raise Refused(_("起止日期反了。"), code="no_period")
    made = OutsideList.objects.create(
        body=body[:100], period_from=period_from, period_to=period_to, by=actor.name, at=clock.now()
    )
    posts = candidates(period_from, period_to)
    items = []
    for position, line in enumerate(lines, 1):
        url = link_in(line)
        post, similarity = nearest(line, url, posts)
        items.append(
            OutsideItem(
                list=made, position=position, text=mask_personal(line).text[:2000], url=url[:2000],
                suggested=post, similarity=round(similarity, 3),
            )
        )  # fmt: skip
    OutsideItem.objects.bulk_create(items)
    told = {"list": made.pk, "body": made.body, "lines": len(items), "from": period_from.isoformat(),
            "to": period_to.isoformat()}  # fmt: skip
    record(CHAIN, "reconcile.listed", told, actor_of(actor), rows=[made, *items])
    return made


@transaction.atomic
@together()
def decide_item(
    item: OutsideItem, state: str, actor: User, *, post: Post | None = None, cause: str = ""
) -> OutsideItem:
    """Heard by us (which post), missed (why: it comes in now, and is first known now), or not ours (why)."""
    require(actor, "reconcile.decide")
    item = OutsideItem.objects.select_for_update(of=("self",)).select_related("list", "suggested").get(pk=item.pk)
    if item.state:
        raise Refused(_("这一行已经核对过。"), code="decided")
    if state not in (OutsideItem.HEARD, OutsideItem.MISSED, OutsideItem.NOT_OURS):
        raise Refused(_("请选择：已收到、漏报或与本局无关。"), code="unknown_state")
    cause = cause.strip()[:200]
    if state != OutsideItem.HEARD and len(cause) < 4:
        raise Refused(_("请写明原因，至少 4 个字。"), code="no_cause")
    if state == OutsideItem.HEARD:
        item.post = post or item.suggested
        if item.post is None:
            raise Refused(_("请写明是哪一条来文。"), code="no_post")
        item.event = judged.event_of_post(item.post)
    elif state == OutsideItem.MISSED:
        taken = judging.take_in(item.text, platform=item.list.body[:60], url=item.url, actor=actor)
        item.post, item.event = taken.post, taken.event
        if taken.event is not None:
            first = dt.datetime.combine(item.list.period_from, dt.time(), dt.UTC)
            hours = max((clock.now() - first).total_seconds() / 3600, 0.0)
            note_late_knowledge(taken.event, hours, f"{item.list.body}清单核对：{cause}"[:200])
    item.state, item.cause = state, cause
    item.decided_by, item.decided_at = actor.name, clock.now()
    item.save()
    told = {"list": item.list_id, "line": item.position, "state": state, "cause": cause, "post": item.post_id}
    record(CHAIN, "reconcile.decided", told, actor_of(actor), rows=[item])
    return item
