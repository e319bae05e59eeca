"""An identity of the service is bound to a person by themselves, and unbound by them or by who may (§6.1 S1, S4)."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from huiying.kernel import clock
from huiying.ledger.actions import record
from huiying.ledger.kept import Gone
from huiying.people.errors import Refused
from huiying.people.models import Identity, User
from huiying.people.permissions import require
from huiying.people.standing import actor_of


def bind_identity(user: User, issuer: str, subject: str) -> None:
    """The caller has asked for the password (and the code) of `user`, and has the word of the service."""
    if Identity.objects.filter(user=user).exists():
        raise Refused(_("您已经绑定了统一认证账号。要换一个，请先解除。"), code="has_identity")
    try:
        with transaction.atomic():
            made = Identity.objects.create(user=user, issuer=issuer, subject=subject, bound_at=clock.now())
            record("system", "identity.bound", {"name": user.name}, actor_of(user), rows=[made])
    except IntegrityError:
        raise Refused(_("这个统一认证账号不能绑定给您。"), code="identity_taken") from None


@transaction.atomic
def unbind_identity(user: User) -> None:
    gone = _gone(user)
    record("system", "identity.unbound", {"name": user.name}, actor_of(user), rows=gone)


@transaction.atomic
def remove_identity(user: User, actor: User) -> None:
    """An identity in wrong hands: whoever unbinds authenticators takes it away too, and the ledger knows."""
    require(actor, "people.unbind")
    gone = _gone(user)
    record("system", "identity.removed", {"name": user.name}, actor_of(actor), rows=gone)


def without_identity(user: User) -> list[Gone]:
    """Delete what binds `user` to the service; for the ledger, which rows are gone."""
    rows = Identity.objects.select_for_update().filter(user=user)
    gone = [Gone(Identity, pk) for pk in rows.values_list("pk", flat=True)]
    Identity.objects.filter(pk__in=[row.pk for row in gone]).delete()
    return gone


def _gone(user: User) -> list[Gone]:
    gone = without_identity(user)
    if not gone:
        raise Refused(_("这个账号没有绑定统一认证账号。"), code="no_identity")
    return gone
