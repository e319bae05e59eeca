"""Naming the three administrators: nobody is two of them, none holds a post, nobody names themselves (§6.1 S6)."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.kernel import clock
from huiying.ledger.actions import record
from huiying.people import offboarding, three
from huiying.people.errors import Refused
from huiying.people.models import Appointment, User
from huiying.people.permissions import require
from huiying.people.standing import actor_of

# As the ledger writes them, in whatever language somebody works.
WORDS = {three.SYSTEM: "系统管理员", User.SECURITY: "安全管理员", User.AUDIT: "审计管理员"}


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
    record("system", "person.named", {"name": user.name, "kind": WORDS[kind]}, actor_of(actor), rows=[user])


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
    record("system", "person.unnamed", {"name": user.name, "kind": WORDS[kind]}, actor_of(actor), rows=[user])


def keep_the_three(user: User) -> None:
    if three.is_last(user):
        raise Refused(
            _("%(name)s是唯一的%(kind)s。请先任命接替的人。")
            % {"name": user.name, "kind": three.KINDS[three.kind_of(user)]},
            code="last_administrator",
        )
