"""Accounts that end: a leaver hands over first, whoever is not seen any more is shut out §6.1 S5; and the three
administrators: nobody is two of them, none holds a post, nobody names themselves §6.1 S6.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext as _

from huiying.kernel import clock
from huiying.ledger.actions import Actor, record
from huiying.ledger.kept import TABLES
from huiying.people import offboarding, three
from huiying.people.actions import registers, roster
from huiying.people.actions.base import keep_a_contact
from huiying.people.actions.factors import without_factor, without_identity
from huiying.people.errors import Refused
from huiying.people.models import Appointment, DutyShift, User
from huiying.people.permissions import require
from huiying.people.standing import actor_of, standing
from huiying.work import notify
from huiying.work.schedule import every

# As the ledger writes them, in whatever language somebody works.
THREE = {three.SYSTEM: "系统管理员", User.SECURITY: "安全管理员", User.AUDIT: "审计管理员"}


@transaction.atomic
def name_administrator(user: User, kind: str, actor: User) -> None:
    """Until the three are named the system's administrator names them, then the security's does."""
    require(actor, "people.name")
    user = User.objects.select_for_update().get(pk=user.pk)
    if kind not in three.KINDS:
        raise Refused(_("没有这一种管理员。"), code="unknown_kind")
    if user.pk == actor.pk:
        raise Refused(_("不能任命自己。"), code="own_account")
    if not user.is_active:
        raise Refused(_("%(name)s的账号已经停用。") % {"name": user.name}, code="not_active")
    if user.administers:
        raise Refused(_("一人只能担任三员之一：%(name)s已经是管理员。") % {"name": user.name}, code="separate_duties")
    if Appointment.objects.current(clock.now()).filter(user=user).exists() or offboarding.held(user):
        raise Refused(
            _("%(name)s还有业务岗位或未交接的工作。管理员不办件，请先交接并结束岗位。") % {"name": user.name},
            code="separate_duties",
        )
    user.is_administrator = kind == three.SYSTEM
    user.oversees = None if kind == three.SYSTEM else kind
    user.save(update_fields=["is_administrator", "oversees"])
    record("system", "person.named", {"name": user.name, "kind": THREE[kind]}, actor_of(actor), rows=[user])


@transaction.atomic
def relieve_administrator(user: User, actor: User) -> None:
    """No longer one of the three; the last of a kind stays until another was named."""
    require(actor, "people.name")
    user = User.objects.select_for_update().get(pk=user.pk)
    kind = three.kind_of(user)
    if not kind:
        raise Refused(_("%(name)s不是管理员。") % {"name": user.name}, code="no_administrator")
    if user.pk == actor.pk:
        raise Refused(_("不能免去自己。"), code="own_account")
    keep_the_three(user)
    user.is_administrator, user.oversees = False, None
    user.save(update_fields=["is_administrator", "oversees"])
    record("system", "person.unnamed", {"name": user.name, "kind": THREE[kind]}, actor_of(actor), rows=[user])


def keep_the_three(user: User) -> None:
    if three.is_last(user):
        raise Refused(
            _("%(name)s是唯一的%(kind)s。请先任命接替的人。")
            % {"name": user.name, "kind": three.KINDS[three.kind_of(user)]},
            code="last_administrator",
        )


SHORTEST_REASON = 4
PEOPLE = "/desk/people/"


@transaction.atomic
def hand_over(leaver: User, code: str, pks: Sequence[int], to: User, actor: User) -> int:
    """交接: things of one kind pass to one person, who must be able to take them. All of them or none."""
    require(actor, "people.manage")
    kind = offboarding.KINDS.get(code)
    if kind is None or kind.give is None:
        raise Refused(_("这一类不能在这里交接。"), code="unknown_kind")
    if not to.is_active or to.pk == leaver.pk or not standing(to).held:
        raise Refused(_("%(name)s不能接手：须是另一位在岗的人。") % {"name": to.name}, code="not_staff")
    there = {thing.pk: thing for thing in kind.of(leaver)}
    if not pks or not set(pks) <= set(there):
        raise Refused(_("请选择要交接的事项。"), code="nothing_chosen")
    rows = [row for pk in pks for row in kind.give(pk, leaver, to, actor) or ()]
    record(
        "system",
        "person.handed_over",
        {"name": leaver.name, "to_name": to.name, "what": code, "things": sorted(pks), "n": len(pks)},
        actor_of(actor),
        rows=[row for row in rows if row._meta.db_table in TABLES],
    )
    notify.send(
        "工作交接",
        f"{leaver.name}的 {len(pks)} 项工作交给您：{'；'.join(there[pk].words for pk in pks)}"[:500],
        [to.username],
        key=f"handed:{leaver.pk}:{code}:{','.join(map(str, sorted(pks)))}"[:200],
    )
    return len(pks)


def _give_turn(pk: int, _leaver: User, to: User, actor: User) -> None:
    """A turn to come is cancelled and set anew, so that the ledger says who has which hours."""
    shift = DutyShift.objects.select_for_update(of=("self",)).select_related("user").get(pk=pk)
    if not roster.may_sit(to):
        raise Refused(
            _("%(name)s没有值班岗位，值班时办不了事。请系统管理员先安排岗位，或换一个人。") % {"name": to.name},
            code="no_duty_post",
        )
    roster.change_hands(shift, to, actor)


offboarding.register(replace(offboarding.KINDS["shift"], give=_give_turn))


@transaction.atomic
def deactivate(user: User, actor: User) -> None:
    """A leaver: nothing is held any more, posts end, sign-in ends at once, the history keeps the name."""
    require(actor, "people.manage")
    if user.pk == actor.pk:
        raise Refused(_("不能停用自己的账号。"), code="own_account")
    user = User.objects.select_for_update().get(pk=user.pk)
    keep_the_three(user)
    posts = list(Appointment.objects.filter(user=user, until__isnull=True).select_related("department"))
    keep_a_contact(posts)
    n = sum(len(things) for _kind, things in offboarding.held(user))
    if n:
        raise Refused(
            _("%(name)s还有 %(n)d 项没有交接，请先在离岗清单上交接。") % {"name": user.name, "n": n}, code="still_holds"
        )
    _shut(user, User.LEFT)
    Appointment.objects.filter(pk__in=[post.pk for post in posts]).update(until=clock.now())
    gone = [*without_factor(user), *without_identity(user)]
    registers.end_speaker_of_a_leaver(user, actor_of(actor))
    roster.end_seat_of_a_leaver(user, actor_of(actor))
    record("system", "person.left", {"name": user.name}, actor_of(actor), rows=[user, *posts, *gone])


@transaction.atomic
def suspend(user: User, reason: str, actor: User) -> None:
    """Shut out at once, before anything is handed over: an account in wrong hands does not wait for a checklist."""
    require(actor, "people.manage")
    if user.pk == actor.pk:
        raise Refused(_("不能停用自己的账号。"), code="own_account")
    user = User.objects.select_for_update().get(pk=user.pk)
    if not user.is_active:
        raise Refused(_("%(name)s的账号已经停用。") % {"name": user.name}, code="not_active")
    _shut(user, User.SUSPENDED)
    record("system", "person.suspended", {"name": user.name, "reason": _reason(reason)}, actor_of(actor), rows=[user])


@transaction.atomic
def reopen(user: User, reason: str, actor: User) -> None:
    """Somebody who was shut out comes back, with what they held; a leaver does not."""
    require(actor, "people.manage")
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.is_active or user.closed_as not in (User.DORMANT, User.SUSPENDED):
        raise Refused(_("只能恢复久未登录或被停用的账号；离岗的请重新添加。"), code="not_shut")
    user.is_active, user.closed_as, user.reopened_at = True, None, clock.now()
    user.save(update_fields=["is_active", "closed_as", "reopened_at"])
    record("system", "person.reopened", {"name": user.name, "reason": _reason(reason)}, actor_of(actor), rows=[user])


def _reason(text: str) -> str:
    said = text.strip()
    if len(said) < SHORTEST_REASON:
        raise Refused(_("请写明理由，至少 %(n)d 个字。") % {"n": SHORTEST_REASON}, code="too_short")
    return said[:300]


def _shut(user: User, how: str) -> None:
    """No session outlives it: whoever is not active is nobody at the next request."""
    user.is_active, user.closed_as = False, how
    user.save(update_fields=["is_active", "closed_as"])


# --- who is not seen any more -----------------------------------------------------------------------------------------


def dormant(now: dt.datetime, after: dt.timedelta) -> QuerySet[User]:
    """Active people who did not sign in for so long, counted from joining or re-opening, longest away first."""
    seen = Greatest("joined_at", Coalesce("last_login", "joined_at"), Coalesce("reopened_at", "joined_at"))
    return User.objects.filter(is_active=True).annotate(seen=seen).filter(seen__lte=now - after).order_by("seen", "pk")


@every("people.dormant", 3600)
def shut_dormant_accounts() -> int:
    """Hourly; whoever is the last to manage people stays, or nobody could ever open an account again."""
    after = settings.DORMANT_AFTER
    if after is None or settings.DEMO:
        return 0
    shut = 0
    # One after the other: of two managers who both stayed away the one seen last remains.
    for user in dormant(clock.now(), after):
        if not three.is_last(user):
            _shut_dormant(user, after)
            shut += 1
    return shut


def _shut_dormant(user: User, after: dt.timedelta) -> None:
    _shut(user, User.DORMANT)
    n = sum(len(things) for _kind, things in offboarding.held(user))
    record("system", "person.dormant", {"name": user.name, "days": after.days, "holds": n}, Actor.SYSTEM, rows=[user])
    managers = User.objects.filter(is_active=True, is_administrator=True).values_list("username", flat=True)
    words = f"{user.name}已 {after.days} 天没有登录，账号停用，手里还有 {n} 项工作。要用请写理由恢复，不来了请办离岗。"
    notify.send("账号停用", words, list(managers), key=f"dormant:{user.pk}:{clock.now():%Y%m%d}", url=PEOPLE)
