"""Danger to life: a path of its own. It calls one person after another until somebody acknowledges (Life first, F5)."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from huiying.judging.models import UrgentCall
from huiying.judging.warnings import NOBODY, duty_desk
from huiying.kernel import canonical, clock
from huiying.ledger.actions import Actor, record
from huiying.listening.models import Post
from huiying.people.models import User
from huiying.people.queries import actor_of, holders, regulation_now
from huiying.work import notify

CHAIN = "posts"


def raise_call(post: Post) -> UrgentCall:
    """Begin to call; once for each post. The first step reaches the duty desk and the leader of the shift together."""
    now = clock.now()
    call, is_new = UrgentCall.objects.get_or_create(post=post, defaults={"raised_at": now})
    if is_new:
        told = {"post": post.pk, "number": regulation_now().life_safety.number}
        record(CHAIN, "urgent.raised", told, Actor.SYSTEM, rows=[call])
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
    record(CHAIN, "urgent.called", payload, Actor.SYSTEM, rows=[call])
    number = regulation_now().life_safety.number
    # Not a word of what was written goes through a gateway: who is called reads it on the desk.
    notify.send(
        _("【人身安全】请立即处理"),
        _("有人身安全信号，请立即拨打 %(number)s 并登录系统查看、签收。") % {"number": number},
        [user.username for user in people],
        "urgent",
        key=f"urgent:{call.pk}:{call.step}",
    )


def settle(call: UrgentCall, what_was_done: str, actor: User) -> None:
    """Somebody took it: the calling ends and what was done is kept."""
    who = actor_of(actor)
    call.acknowledged_at, call.acknowledged_by = clock.now(), who.name
    call.what_was_done, call.next_action_at = what_was_done, None
    call.save()
    told = {"post": call.post_id, "what_was_done": what_was_done}
    record(CHAIN, "urgent.acknowledged", told, who, rows=[call])
