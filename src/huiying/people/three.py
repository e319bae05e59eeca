"""三员 (§6.1 S6): 系统管理员 sets up and adds people, 安全管理员 gives posts, 审计管理员 reads who looked at what.

A bureau that has not named the other two is run by its 系统管理员 alone, as a small one may (level 2); the page of the
conformance says so. Once named they stay: nobody gets the others' powers back by shutting one of them out.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from huiying.people.models import User

SYSTEM = "system"
KINDS: dict[str, str | Promise] = {
    SYSTEM: _("系统管理员"),
    User.SECURITY: _("安全管理员"),
    User.AUDIT: _("审计管理员"),
}


def named() -> bool:
    """Whether the rights are divided among the three; a suspended one still counts, a leaver does not."""
    rows = User.objects.filter(oversees__isnull=False).exclude(closed_as=User.LEFT)
    return {User.SECURITY, User.AUDIT} <= set(rows.values_list("oversees", flat=True))


def kind_of(user: User) -> str:
    """Which of the three somebody is; "" for everybody else."""
    return SYSTEM if user.is_administrator else user.oversees or ""


def is_last(user: User) -> bool:
    """Whether nobody else active is the same one of the three: then this one can not go."""
    kind = kind_of(user)
    if not kind:
        return False
    others = User.objects.filter(is_active=True).exclude(pk=user.pk)
    return not (others.filter(is_administrator=True) if kind == SYSTEM else others.filter(oversees=kind)).exists()
