"""What persons say of the grouping: one matter, two matters, these posts are another matter (C5.10, C6.2, INV-3).

Each word is a `Pin` in the stream's log. The engine hears it before its next post, and again at each replay.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from huiying.judging import merging, opening
from huiying.judging.locking import locked_event
from huiying.judging.models import Event, EventPost, Pin
from huiying.kernel import clock
from huiying.ledger.actions import lock, record, together
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import actor_of
from huiying.work.models import Lease
from huiying.work.rows import locked

# Events numbered from here on are no events of the stream: a part of a case hangs its levels on one.
STREAM_NUMBERS = 2_000_000_000
LOCK = "judging"
_SAID = 4


def pin(
    kind: str, left: Event, right: Event, actor: User, *, posts: Sequence[int] = (), reason: str = ""
) -> Pin | None:
    """Write a person's word into the stream's log. The caller holds the judging lock. None for no stream events."""
    if left.stream_no >= STREAM_NUMBERS or right.stream_no >= STREAM_NUMBERS:
        return None
    after = EventPost.objects.aggregate(last=Max("pk"))["last"] or 0
    return Pin.objects.create(
        kind=kind, left=left, right=right, posts=list(posts), reason=reason, by=actor.name, by_user=actor.pk,
        at=clock.now(), after=after,
    )  # fmt: skip


@transaction.atomic
def keep_apart(event: Event, other: Event, reason: str, actor: User) -> Pin | None:
    """Say that two events are two matters: the machine never merges them. Twice is once. Raises Refused."""
    require(actor, "event.judge", event)
    locked(Lease, LOCK)
    event, other = (merging.live(Event.objects.get(pk=one.pk)) for one in (event, other))
    if event.pk == other.pk:
        raise Refused(_("这两个编号现在是同一事件；要分开，请用“拆出部分来文”或“撤销并入”。"), code="same_event")
    reason = _said(reason)
    if merging.parted(event, other):
        return None
    made = pin(Pin.APART, event, other, actor, reason=reason)
    lock(f"event:{event.number}", f"event:{other.number}")
    for one, two in ((event, other), (other, event)):
        told = {"from": two.number, "reason": reason}
        record(f"event:{one.number}", "event.kept_apart", told, actor_of(actor), rows=[made] if made else [])
    return made


@transaction.atomic
@together()
def split_event(event: Event, post_ids: Iterable[int], reason: str, actor: User) -> Event:
    """Say that some posts of an event are another matter: they become an event of their own, and the two stay apart.

    It was first known when the first of these posts stood on the desk; the event that is left keeps its own moment,
    which moves nothing later (INV-2, INV-3). Raises Refused.
    """
    require(actor, "event.judge", event)
    locked(Lease, LOCK)
    event = locked_event(event.pk)
    if event.state not in (Event.OPEN, Event.NOTED):
        raise Refused(_("%(number)s 已立案或已了结，请在办件中拆分。") % {"number": event.number}, code="settled")
    places, left = _taken(event, post_ids)
    reason = _said(reason)
    now = clock.now()
    (made,) = opening.open_events([(places[0].post, _next_number())], now)
    made.first_known_at = min(place.stood_at for place in places)
    made.confirm_by = event.confirm_by
    EventPost.objects.filter(pk__in=[place.pk for place in places]).update(event=made)
    for place in places:
        place.event = made
    for one, rows in ((made, places), (event, left)):
        _recount(one, rows)
    moved = [place.post_id for place in places]
    told_by = pin(Pin.SPLIT, event, made, actor, posts=moved, reason=reason)
    lock(f"event:{event.number}", f"event:{made.number}")
    payload = {"into": made.number, "posts": len(moved), "reason": reason}
    kept = [event, made, *places, *([told_by] if told_by else [])]
    record(f"event:{event.number}", "event.split", payload, actor_of(actor), rows=kept)
    told = {"from": event.number, "posts": len(moved), "first_known_at": made.first_known_at}
    record(f"event:{made.number}", "event.split_from", told, actor_of(actor))
    opening.assess(made, now)
    opening.assess(event, now)
    return made


def _taken(event: Event, post_ids: Iterable[int]) -> tuple[list[EventPost], list[EventPost]]:
    """(what goes, what stays) of an event's posts, merged families included."""
    chosen = set(post_ids)
    rows = EventPost.objects.filter(event__in=merging.family(event), withdrawn_at__isnull=True)
    there = list(rows.select_related("post").order_by("id"))
    goes = [place for place in there if place.post_id in chosen]
    stays = [place for place in there if place.post_id not in chosen]
    if not goes or len(goes) < len(chosen):
        raise Refused(_("请选择本事件里的来文，至少一条。"), code="no_such_post")
    if not stays:
        raise Refused(_("至少留一条来文在原事件里。"), code="nothing_left")
    return goes, stays


def _recount(event: Event, places: Sequence[EventPost]) -> None:
    event.posts_count = len(places)
    event.platforms_count = len({place.post.platform for place in places})
    event.last_post_at = max(place.stood_at for place in places)
    event.first_published_at = min(
        (place.post.published_at for place in places if place.post.published_at), default=None
    )
    event.save()


def _next_number() -> int:
    """The stream gives its next event the number after the highest; so does a person who opens one."""
    highest = Event.objects.filter(stream_no__lt=STREAM_NUMBERS).aggregate(last=Max("stream_no"))["last"]
    return (highest or 0) + 1


def _said(reason: str) -> str:
    reason = reason.strip()
    if len(reason) < _SAID:
        raise Refused(_("请写明理由，至少四个字。"), code="reason_needed")
    return reason
