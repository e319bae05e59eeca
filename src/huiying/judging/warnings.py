"""Warnings (C6.11, C6.12): never without a recipient, and they climb until somebody acknowledges; danger to life by
a path of its own (Life first, F5); the reads of both. The ladder is the regulation's: who is on duty, then its
`life_safety.call_roles`.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from huiying.judging import batch
from huiying.judging.access import in_sight
from huiying.judging.batch import locked_event
from huiying.judging.models import Alarm, Event, UrgentCall, Warning
from huiying.kernel import canonical, clock
from huiying.ledger.actions import Actor, record
from huiying.listening.models import Post
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import may, require
from huiying.people.queries import able, actor_of, holders, holders_by_role, regulation_now
from huiying.people.roster import on_shift
from huiying.work import notify

NOBODY = "无人值班"
LEAST_REASON = 6
SPREADS = "传播迅速"
AGAIN = "已办结的事件又有新帖，请看是否需要重新办理"


def warn(event: Event, now: dt.datetime, desk: list[User] | None = None) -> Warning | None:
    """Warn of an event at its suggested level; None where a warning of that level or above was given before.

    A graver level takes the place of an open warning. The notice goes out at once and climbs after the level's time.
    `desk` is `ladder(0)` where the caller has asked already.
    """
    if not is_graver(event):
        return None
    regulation = batch.regulation()
    is_raise = event.warnings.exists()
    if is_raise:
        settle(event, f"由更高级别的预警代替（{regulation.level(event.suggested_level).name}）")
    return _give(event, _trigger(event, is_raise=is_raise), now, desk)


def warn_again(event: Event, now: dt.datetime, desk: list[User] | None = None) -> Warning | None:
    """A matter whose case was closed is spoken of again: somebody must look (C1.3). One open warning is enough."""
    if event.warnings.filter(acknowledged_at__isnull=True).exists():
        return None
    return _give(event, AGAIN, now, desk)


def warn_of_spread(event: Event, words: str, now: dt.datetime, desk: list[User] | None = None) -> Warning:
    """The posts of an event look like the beginning of a large one: the desk hears so at once (C6.11)."""
    settle(event, "由传播预警代替")
    return _give(event, f"{SPREADS}：{words}"[:200], now, desk)


def _give(event: Event, trigger: str, now: dt.datetime, desk: list[User] | None) -> Warning:
    people = ladder(0) if desk is None else desk
    warning = Warning.objects.create(
        event=event,
        level=event.suggested_level,
        trigger=trigger,
        recipients=names(people),
        at=now,
        next_action_at=now + patience(event.suggested_level),
        due_at=now + patience(event.suggested_level),
    )
    payload = {
        "warning": warning.pk,
        "level": warning.level,
        "recipients": warning.recipients,
        "trigger": warning.trigger,
        "due_at": warning.due_at,
    }
    record(f"event:{event.number}", "event.warned", payload, Actor.SYSTEM, rows=[warning])
    _notify(warning, people)
    return warning


def is_graver(event: Event) -> bool:
    """Whether the suggested level lies above every level that was warned of."""
    rank = batch.regulation().rank
    return rank(event.suggested_level) > max((rank(given.level) for given in event.warnings.all()), default=-1)


def climb(warning: Warning, now: dt.datetime) -> None:
    """Nobody acknowledged in time: the next step of the ladder hears of it too; at its top everybody again."""
    warning.step += 1
    people = ladder(warning.step)
    warning.recipients = list(dict.fromkeys([*warning.recipients, *names(people)]))
    warning.next_action_at = now + patience(warning.level)
    warning.save(update_fields=["step", "recipients", "next_action_at"])
    payload = {"step": warning.step, "recipients": names(people), "level": warning.level}
    record(f"event:{warning.event.number}", "warning.climbed", payload, Actor.SYSTEM, rows=[warning])
    _notify(warning, people)


def settle(event: Event, why: str) -> int:
    """Close the open warnings of an event: somebody acts on it, or another warning goes on. Returns how many."""
    waiting = list(event.warnings.filter(acknowledged_at__isnull=True).order_by("id"))
    for warning in waiting:
        warning.acknowledged_at, warning.acknowledged_by, warning.next_action_at = clock.now(), why[:100], None
        warning.save(update_fields=["acknowledged_at", "acknowledged_by", "next_action_at"])
        told = {"warning": warning.pk, "why": why}
        record(f"event:{event.number}", "warning.settled", told, Actor.SYSTEM, rows=[warning])
    return len(waiting)


@transaction.atomic
def cancel(warning: Warning, reason: str, actor: User) -> Warning:
    """取消预警 (C6.12): by a person, with a reason; the climbing ends and the row stays. Raises Refused."""
    require(actor, "warning.cancel", warning)
    event = locked_event(warning.event_id)
    warning = Warning.objects.select_for_update().get(pk=warning.pk)
    if warning.cancelled_at is not None:
        return warning
    if len("".join(reason.split())) < LEAST_REASON:
        raise Refused(_("请写明为什么取消，例如“同一事项已由 E20260914-02 预警”。"), code="reason_needed")
    now = clock.now()
    if warning.acknowledged_at is None:
        warning.acknowledged_at, warning.acknowledged_by = now, actor.name
    warning.next_action_at = None
    warning.cancelled_at, warning.cancelled_by, warning.cancel_reason = now, actor.name, reason.strip()[:500]
    warning.save()
    payload = {"warning": warning.pk, "level": warning.level, "reason": warning.cancel_reason}
    record(f"event:{event.number}", "warning.cancelled", payload, actor_of(actor), rows=[warning])
    return warning


def patience(level: str) -> dt.timedelta:
    """How long a warning waits for an acknowledgement: the level's first notice, or the hour of confirmation."""
    regulation = batch.regulation()
    first = regulation.level_actions.by_level[level].first_notice
    return regulation.grading.confirm_within.elapsed if isinstance(first, str) else first.elapsed


def ladder(step: int) -> list[User]:
    """Whom a step calls: 0 the duty desk, then role by role; an unmanned role is passed over, the last one stays."""
    duty = duty_desk()
    if step == 0 and duty:
        return duty
    roles = batch.regulation().life_safety.call_roles
    manned = [people for role in roles if (people := holders(role))]
    steps = [duty, *manned] if duty else manned
    return steps[min(step, len(steps) - 1)] if steps else []


def duty_desk() -> list[User]:
    """Who sits at the desk: the roster's shift, else the regulation's duty officers, else whoever may do their work."""
    regulation = batch.regulation()
    seated = on_shift(regulation=regulation)
    return seated or holders_by_role(regulation.roles_acting_as("duty_officer")) or able("duty")


def names(people: list[User]) -> list[str]:
    """Copied names; with nobody appointed that is said instead, so that the row never has no recipient (C6.12)."""
    return [user.name for user in people] or [NOBODY]


def _trigger(event: Event, *, is_raise: bool) -> str:
    words = "建议级别升高" if is_raise else "新事件"
    return f"{words}：{event.title}"[:200]


def _notify(warning: Warning, people: list[User]) -> None:
    """The lowest level stands in the ledger only, unless it spreads; no word of a danger to life is sent round."""
    regulation = batch.regulation()
    spreads = warning.trigger.startswith(SPREADS)
    if (regulation.rank(warning.level) == 0 and not spreads) or warning.event.reserved:
        return
    level = regulation.level(warning.level).name
    notify.send(
        f"【{level}】{warning.event.number}",
        f"{warning.event.title}。请登录系统确认级别。",
        [user.username for user in people],
        "warning",
        key=f"warning:{warning.pk}:{warning.step}",
    )


URGENT_CHAIN = "posts"


def raise_call(post: Post) -> UrgentCall:
    """Begin to call; once for each post. The first step reaches the duty desk and the leader of the shift together."""
    now = clock.now()
    call, is_new = UrgentCall.objects.get_or_create(post=post, defaults={"raised_at": now})
    if is_new:
        told = {"post": post.pk, "number": regulation_now().life_safety.number}
        record(URGENT_CHAIN, "urgent.raised", told, Actor.SYSTEM, rows=[call])
        _ring(call, now)
    return call


def call_next(call: UrgentCall, now: dt.datetime) -> None:
    """Nobody acknowledged: call the next person; after the last one begin again."""
    call.step += 1
    _ring(call, now)


def people_to_call() -> list[list[User]]:
    """Who is called step by step: first the duty desk with the first leader, then one person at a time."""
    leaders = [user for role in regulation_now().life_safety.call_roles for user in holders(role)]
    order = list(dict.fromkeys(leaders))
    first = list(dict.fromkeys([*duty_desk(), *order[:1]]))
    return [step for step in (first, *([user] for user in order[1:])) if step]


def _ring(call: UrgentCall, now: dt.datetime) -> None:
    steps = people_to_call()
    people = steps[call.step % len(steps)] if steps else []
    at = canonical.timestamp(now)
    rung = [{"name": user.name, "phone": user.phone, "at": at} for user in people]
    call.called = [*call.called, *(rung or [{"name": NOBODY, "phone": "", "at": at}])]
    call.next_action_at = now + regulation_now().life_safety.repeat_every.elapsed
    call.save()
    payload = {"post": call.post_id, "step": call.step, "called": [user.name for user in people] or [NOBODY]}
    record(URGENT_CHAIN, "urgent.called", payload, Actor.SYSTEM, rows=[call])
    number = regulation_now().life_safety.number
    # Not a word of what was written goes through a gateway: who is called reads it on the desk.
    notify.send(
        _("【人身安全】请立即处理"),
        _("有人身安全信号，请立即拨打 %(number)s 并登录系统查看、签收。") % {"number": number},
        [user.username for user in people],
        "urgent",
        key=f"urgent:{call.pk}:{call.step}",
    )


def settle_calls(call: UrgentCall, what_was_done: str, actor: User) -> None:
    """Somebody took it: the calling ends and what was done is kept."""
    who = actor_of(actor)
    call.acknowledged_at, call.acknowledged_by = clock.now(), who.name
    call.what_was_done, call.next_action_at = what_was_done, None
    call.save()
    told = {"post": call.post_id, "what_was_done": what_was_done}
    record(URGENT_CHAIN, "urgent.acknowledged", told, who, rows=[call])


OPEN, ACKNOWLEDGED, CANCELLED = "open", "acknowledged", "cancelled"
STATES: Final = (OPEN, ACKNOWLEDGED, CANCELLED)


def warnings_for(user: User, state: str = "") -> QuerySet[Warning]:
    """Warnings whose events the person may see, the newest first. Danger to life only for those who act on it."""
    if not may(user, "event.view"):
        return Warning.objects.none()
    rows = Warning.objects.filter(in_sight(user, "event__")).select_related("event").order_by("-at", "-id")
    if state == OPEN:
        return rows.filter(acknowledged_at__isnull=True)
    if state == ACKNOWLEDGED:
        return rows.filter(acknowledged_at__isnull=False, cancelled_at__isnull=True)
    return rows.filter(cancelled_at__isnull=False) if state == CANCELLED else rows


def state_of(warning: Warning) -> str:
    """`open`, `acknowledged` or `cancelled`."""
    if warning.cancelled_at is not None:
        return CANCELLED
    return OPEN if warning.acknowledged_at is None else ACKNOWLEDGED


def time_to_acknowledge(warning: Warning) -> dt.timedelta | None:
    """How long it waited; None while it waits."""
    return None if warning.acknowledged_at is None else warning.acknowledged_at - warning.at


def is_late(warning: Warning, now: dt.datetime) -> bool:
    """Whether the first step's time passed before anybody acknowledged."""
    return warning.due_at is not None and (warning.acknowledged_at or now) > warning.due_at


def alarms_for(user: User, *, only_open: bool = False) -> QuerySet[Alarm]:
    """Alarms, the newest first; danger to life raises none."""
    if not may(user, "event.view"):
        return Alarm.objects.none()
    rows = (
        Alarm.objects.filter(event__life_safety=False, event__sensitive="")
        .select_related("event")
        .order_by("-at", "-id")
    )
    return rows.filter(ended_at__isnull=True) if only_open else rows
