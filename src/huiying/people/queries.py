"""Who is who."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from huiying.kernel import clock
from huiying.people.contacts import cards as cards, manned as manned, takers as takers
from huiying.people.models import Appointment, Bureau, Department, User
from huiying.people.roster import on_shift
from huiying.people.standing import actor_of as actor_of, capabilities, post_of as post_of, standing as standing
from huiying.people.versions import (
    regulation_at as regulation_at,
    regulation_now as regulation_now,
    regulation_of as regulation_of,
    version_at as version_at,
    zone as zone,
)


def bureau() -> Bureau | None:
    return Bureau.objects.filter(pk=1).first()


def is_set_up() -> bool:
    found = bureau()
    return found is not None and found.set_up_at is not None


def roles_of(user: User) -> frozenset[str]:
    return standing(user).roles


def holds(user: User, role: str, department: str | None = None) -> bool:
    return standing(user).holds(role, department) is not None


def holders(role: str, department: str | None = None) -> list[User]:
    """People who hold the role now, full holders before deputies."""
    rows = Appointment.objects.current(clock.now()).filter(role=role, user__is_active=True).select_related("user")
    if department is not None:
        rows = rows.filter(department__code=department)
    return list(dict.fromkeys(row.user for row in rows.order_by("is_deputy", "id")))


def holders_by_role(roles: Iterable[str]) -> list[User]:
    """People who hold one of the roles now, role by role in the order given, each once: one query for all of them."""
    wanted = list(dict.fromkeys(roles))
    rows = Appointment.objects.current(clock.now()).filter(role__in=wanted, user__is_active=True).select_related("user")
    found = sorted(rows.order_by("is_deputy", "id"), key=lambda row: wanted.index(row.role))
    return list(dict.fromkeys(row.user for row in found))


def able(capability: str) -> list[User]:
    """People with a role that has the capability, in the order of the file's roles."""
    roles = [role.code for role in regulation_now().roles.values() if capability in capabilities(role)]
    return holders_by_role(roles)


def on_duty() -> list[User]:
    """The persons a new warning goes to first: by the roster, else by their posts."""
    return on_shift() or able("duty")


def departments() -> QuerySet[Department]:
    return Department.objects.filter(is_active=True)


def office() -> Department:
    """局办公室, to which everything falls that nobody else has (C7.1)."""
    found = Department.objects.filter(is_office=True, is_active=True).first()
    if found is None:
        raise LookupError("no department is marked as the office; the regulation file's departments were not loaded")
    return found
