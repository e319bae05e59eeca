"""Verbs of judging: what persons decide about posts, events and warnings. Levels have a file of their own.

What they say of the grouping (C5.10, C6.2, INV-3) is a `Pin` in the stream's log: the engine hears it before its next
post, and again at each replay.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max, Model
from django.utils.translation import gettext as _

from huiying.engine.screening import NO_CONCERN
from huiying.judging import engines, merging, opening, pipeline, warnings
from huiying.judging.batch import locked_event
from huiying.judging.models import Event, EventPost, Pin, Screening, UrgentCall, Warning
from huiying.kernel import clock
from huiying.ledger.actions import lock, record, together, vouch
from huiying.listening import actions as listening
from huiying.listening.models import Post
from huiying.listening.queries import as_engine_post
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import actor_of
from huiying.work.models import Job, Lease
from huiying.work.outbox import enqueue
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


UNDO = dt.timedelta(minutes=10)
SMALL_SAMPLE = 30
DONE_CHARS = 4


@dataclass(frozen=True)
class Taken:
    """What became of a pasted text. `event` is None where it waits in the suspect tray; `is_known` where the matter
    stood on the desk before. `case_number` is for the room below to fill in.
    """

    post: Post
    event: Event | None
    is_known: bool
    case_number: str | None = None


def take_in(text_or_link: str, *, title: str = "", platform: str = "", url: str = "", actor: User) -> Taken:
    """Store what a person pasted and judge it at once (C5.13). Raises Refused where nothing can be stored.

    The person knows from now on; a known event keeps its earlier first_known_at (INV-2).
    """
    return judge_now(listening.take_in(text_or_link, title=title, platform=platform, url=url, actor=actor))


def judge_now(taken: listening.TakenIn) -> Taken:
    """Judge what a person brought at once, and say which event it is in and whether that was known."""
    while Post.objects.filter(pk=taken.post.pk, screened=False).exists():
        pipeline.judge_pending()
    place = EventPost.objects.filter(post=taken.post, withdrawn_at__isnull=True).select_related("event").first()
    post = Post.objects.get(pk=taken.post.pk)
    if place is None:
        return Taken(post, None, is_known=False)
    event = merging.live(place.event)
    others = EventPost.objects.filter(event__in=merging.family(event), withdrawn_at__isnull=True, pk__lt=place.pk)
    return Taken(post, event, is_known=not taken.is_new or others.exists())


@transaction.atomic
@together()
def clear_suspect(screening: Screening, decision: str, actor: User) -> Screening:
    """Say of a suspect or of a sampled post: `hit` puts it on the desk now, `out` ends its wait (C5.16).

    A hit was not known before, so an event it opens is first known now, never born overdue; a 漏报 row follows by the
    outbox kind `late_knowledge` once the decision can no longer be undone.
    """
    require(actor, "suspect.clear")
    if decision not in (Screening.HIT, Screening.OUT):
        raise Refused(_("请选择“相关”或“无关”。"), code="unknown_decision")
    locked(Lease, pipeline.LOCK)
    screening = Screening.objects.select_for_update().select_related("post").get(pk=screening.pk)
    if screening.band == Screening.HIT or screening.cleared == decision:
        return screening
    if screening.cleared:
        raise Refused(
            _("%(name)s已作过判断。十分钟内可先撤销，再重新判断。") % {"name": screening.cleared_by}, code="decided"
        )
    now = clock.now()
    screening.cleared, screening.cleared_by, screening.cleared_at = decision, actor.name, now
    screening.save(update_fields=["cleared", "cleared_by", "cleared_at"])
    put = _put_on_desk(screening, now) if decision == Screening.HIT else []
    if screening.post.sealed_voice is not None:
        Post.objects.filter(pk=screening.post_id).update(sealed_voice=None)
    payload = {"post": screening.post_id, "decision": decision, "band": screening.band}
    record(listening.CHAIN, "suspect.cleared", payload, actor_of(actor), rows=[screening, *put])
    return screening


def _put_on_desk(screening: Screening, now: dt.datetime) -> list[Model]:
    """Its place and event, where it had them before; what joins for the first time is told there."""
    post = screening.post
    put: list[Model] = []
    known = EventPost.objects.filter(post=post).select_related("event").first()
    if known is not None:  # cleared, undone and cleared again: its place in the stream is where it was
        known.withdrawn_at = None
        known.save(update_fields=["withdrawn_at"])
        event = locked_event(merging.live(known.event).pk)
        put = [known, event]
        opening.add_post(event, post, now)
        opening.assess(event, now)
        is_opened = event.posts_count == 1
    else:
        judge = engines.engine()
        if not screening.figures:  # it was put aside, and nobody had asked for them
            screening.figures = pipeline.figures(as_engine_post(post), screening.sensitivity, NO_CONCERN)
            screening.save(update_fields=["figures"])
        try:
            judge.catch_up()
            joined = pipeline.join([post], judge, now)
            pipeline.settle(joined, now)
        except BaseException:
            judge.reset()
            raise
        is_opened = bool(joined.opened)
        event = next(iter(joined.events.values()))
    if is_opened:
        hours = (now - post.received_at).total_seconds() / 3600
        payload = {
            "event": event.pk,
            "post": post.pk,
            "hours": round(hours, 3),
            "found_at": now.isoformat(),
            "cause": _("规则未直接命中，由人从待甄别或抽检中找出"),
        }
        enqueue("late_knowledge", payload, key=_late_key(screening, now), run_at=now + UNDO)
    return put


def _late_key(screening: Screening, at: dt.datetime) -> str:
    return f"late:{screening.pk}:{at.timestamp():.6f}"


@transaction.atomic
@together()
def undo_clear(screening: Screening, actor: User) -> Screening:
    """Take a decision on a suspect back, within ten minutes and before its event has a case. Raises Refused."""
    require(actor, "suspect.clear")
    locked(Lease, pipeline.LOCK)
    screening = Screening.objects.select_for_update().select_related("post").get(pk=screening.pk)
    if not screening.cleared or screening.cleared_at is None:
        return screening
    if clock.now() - screening.cleared_at > UNDO:
        raise Refused(_("已超过十分钟，不能撤销。如判断有误，请走“不予回应”或“并入”。"), code="too_late")
    if screening.cleared == Screening.HIT:
        _take_off_desk(screening, actor)
        Job.objects.filter(idempotency_key=_late_key(screening, screening.cleared_at), done_at__isnull=True).delete()
    payload = {"post": screening.post_id, "was": screening.cleared}
    screening.cleared, screening.cleared_by, screening.cleared_at = "", "", None
    screening.save(update_fields=["cleared", "cleared_by", "cleared_at"])
    record(listening.CHAIN, "suspect.undone", payload, actor_of(actor), rows=[screening])
    return screening


def _take_off_desk(screening: Screening, actor: User) -> None:
    """The row stays in the log, so that the stream can be replayed; the event no longer counts it."""
    place = EventPost.objects.select_related("event").get(post=screening.post)
    event = locked_event(merging.live(place.event).pk)
    if event.state == Event.CASED:
        raise Refused(_("此事件已立案，不能撤销；如确属误判，请在办件中作废。"), code="cased")
    place.withdrawn_at = clock.now()
    place.save(update_fields=["withdrawn_at"])
    event.posts_count = max(event.posts_count - 1, 0)
    if event.posts_count == 0:
        event.state, event.confirm_by = Event.NOTED, None
        warnings.settle(event, actor.name)
    opening.assess(event, clock.now())
    payload = {"post": screening.post_id, "posts_count": event.posts_count}
    record(f"event:{event.number}", "event.post_withdrawn", payload, actor_of(actor), rows=[event, place])


@transaction.atomic
def acknowledge_warning(warning: Warning, actor: User) -> Warning:
    """签收预警 (C6.12): the climbing ends. Twice is once."""
    require(actor, "warning.acknowledge", warning)
    event = locked_event(warning.event_id)
    warning = Warning.objects.select_for_update().get(pk=warning.pk)
    if warning.acknowledged_at is None:
        warning.acknowledged_at, warning.acknowledged_by = clock.now(), actor.name
        warning.next_action_at = None
        warning.save()
        payload = {"warning": warning.pk, "level": warning.level, "step": warning.step}
        record(f"event:{event.number}", "warning.acknowledged", payload, actor_of(actor), rows=[warning])
    return warning


@transaction.atomic
def acknowledge_urgent(call: UrgentCall, what_was_done: str, actor: User) -> UrgentCall:
    """Take an urgent call: say what was done, and the calling ends. Raises Refused without an account of it."""
    require(actor, "urgent.acknowledge", call)
    call = UrgentCall.objects.select_for_update().get(pk=call.pk)
    if call.acknowledged_at is not None:
        return call
    if len(what_was_done.strip()) < DONE_CHARS:
        raise Refused(_("请写明已做了什么，例如“10:05 已拨打 110，并电话报告带班领导”。"), code="account_needed")
    warnings.settle_calls(call, what_was_done.strip(), actor)
    return call


@transaction.atomic
@together()
def read_attitude(event: Event, critical: int, sample: int, actor: User) -> Event:
    """Record a hand-read sample: how many of how many posts were critical. Low weight on purpose (§4.2)."""
    require(actor, "event.judge", event)
    if sample < 1 or not 0 <= critical <= sample:
        raise Refused(_("抽读条数至少 1 条，其中批评的条数不能超过抽读条数。"), code="bad_sample")
    event = locked_event(event.pk)
    event.attitude = critical / sample
    payload = {"critical": critical, "sample": sample, "small_sample": sample < SMALL_SAMPLE}
    record(f"event:{event.number}", "event.attitude_read", payload, actor_of(actor), rows=[event])
    opening.assess(event, clock.now())
    return event


@transaction.atomic
@together()
def set_offline_risk(event: Event, value: int, actor: User) -> Event:
    """Set the offline risk: 0 none, 1 grievance with a group, 2 announced gathering, 3 happening (§4.2)."""
    require(actor, "event.judge", event)
    if value not in (0, 1, 2, 3):
        raise Refused(_("线下风险应为 0 至 3。"), code="bad_value")
    event = locked_event(event.pk)
    payload = {"was": event.offline_risk, "value": value}
    event.offline_risk = value
    record(f"event:{event.number}", "event.offline_set", payload, actor_of(actor), rows=[event])
    opening.assess(event, clock.now())
    return event


@transaction.atomic
def regrade_event(event: Event) -> Event:
    """A new snapshot with the figures as they are now; every level it suggests still waits for a person."""
    event = locked_event(event.pk)
    opening.assess(event, clock.now())
    return event


@transaction.atomic
@together()
def merge_events(loser: Event, winner: Event, actor: User) -> Event:
    """Say that two events are one matter. Members stay; the pointer is reversible (INV-3). Returns the winner."""
    require(actor, "event.judge", loser)
    require(actor, "event.judge", winner)
    locked(Lease, pipeline.LOCK)
    winner = merging.live(Event.objects.get(pk=winner.pk))
    loser, winner = (locked_event(event.pk) for event in (loser, winner))
    if loser.merged_into_id is not None and merging.live(loser).pk == winner.pk:
        return winner
    if loser.pk == winner.pk:
        raise Refused(_("不能把事件并入它自己。"), code="same_event")
    if loser.state == Event.CASED:
        raise Refused(_("%(number)s 已立案，请在办件中合并。") % {"number": loser.number}, code="cased")
    if loser.state not in (Event.OPEN, Event.NOTED):
        raise Refused(_("%(number)s 已了结或已并入别的事件，不能再并。") % {"number": loser.number}, code="settled")
    if winner.state == Event.DISMISSED:
        raise Refused(_("%(number)s 已决定不予回应，不能并入。") % {"number": winner.number}, code="settled")
    before = winner.first_known_at
    merging.point(loser, winner, actor_of(actor))
    said = pin(Pin.TOGETHER, loser, winner, actor)
    if said is not None:
        vouch(f"event:{winner.number}", [said], "event.took_in")
    if winner.state == Event.CASED and winner.first_known_at < before:
        payload = {"event": winner.pk, "known_at": winner.first_known_at.isoformat(), "merged": loser.number}
        enqueue("event_known_earlier", payload, key=f"earlier:{winner.pk}:{loser.pk}")
    opening.assess(winner, clock.now())
    return winner


@transaction.atomic
@together()
def unmerge(event: Event, actor: User) -> Event:
    """Reverse a merge: the event stands on its own again, and the two stay apart from now on.

    The other one keeps the earlier first_known_at (INV-2).
    """
    require(actor, "event.judge", event)
    locked(Lease, pipeline.LOCK)
    event = locked_event(event.pk)
    if event.merged_into_id is None:
        return event
    winner = locked_event(event.merged_into_id)
    event.state, event.state_before_merge, event.merged_into = event.state_before_merge, "", None
    event.save()
    posts = EventPost.objects.filter(event__in=merging.family(event)).order_by("id").values_list("post_id", flat=True)
    said = pin(Pin.SPLIT, winner, event, actor, posts=list(posts))
    payload = {"event": event.number, "from": winner.number}
    lock(f"event:{event.number}", f"event:{winner.number}")
    record(f"event:{event.number}", "event.unmerged", payload, actor_of(actor), rows=[event, *([said] if said else [])])
    record(f"event:{winner.number}", "event.gave_back", payload, actor_of(actor), rows=[winner])
    now = clock.now()
    opening.assess(event, now)
    opening.assess(winner, now)
    return event
