"""Warnings (C6.12): never without a recipient, and they climb until somebody acknowledges.

The ladder is the regulation's: who is on duty, then its `life_safety.call_roles` one after another.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.judging import regulation_cache
from huiying.judging.locking import locked_event
from huiying.judging.models import Event, Warning
from huiying.kernel import clock
from huiying.ledger.actions import Actor, record
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import actor_of, holders, on_duty
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
    regulation = regulation_cache.regulation()
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
    rank = regulation_cache.regulation().rank
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
    regulation = regulation_cache.regulation()
    first = regulation.level_actions.by_level[level].first_notice
    return regulation.grading.confirm_within.elapsed if isinstance(first, str) else first.elapsed


def ladder(step: int) -> list[User]:
    """Whom a step calls: 0 the duty desk, then role by role; an unmanned role is passed over, the last one stays."""
    duty = duty_desk()
    if step == 0 and duty:
        return duty
    roles = regulation_cache.regulation().life_safety.call_roles
    manned = [people for role in roles if (people := holders(role))]
    steps = [duty, *manned] if duty else manned
    return steps[min(step, len(steps) - 1)] if steps else []


def duty_desk() -> list[User]:
    """Who sits at the desk: the roster's shift, else the regulation's duty officers, else whoever may do their work."""
    seated = on_shift()
    if seated:
        return seated
    roles = regulation_cache.regulation().roles_acting_as("duty_officer")
    return list(dict.fromkeys(user for role in roles for user in holders(role))) or on_duty()


def names(people: list[User]) -> list[str]:
    """Copied names; with nobody appointed that is said instead, so that the row never has no recipient (C6.12)."""
    return [user.name for user in people] or [NOBODY]


def _trigger(event: Event, *, is_raise: bool) -> str:
    words = "建议级别升高" if is_raise else "新事件"
    return f"{words}：{event.title}"[:200]


def _notify(warning: Warning, people: list[User]) -> None:
    """The lowest level stands in the ledger only, unless it spreads; no word of a danger to life is sent round."""
    regulation = regulation_cache.regulation()
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
