"""The contact card of a department (C10.3): its 负责人, its 联络人, who deputises, and whether the phone was answered.

负责人 is whoever performs the duty of a department's or a division's head, 联络人 whoever performs the informant's: the
regulation's own posts say which those are (§2.2).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from huiying.kernel import clock
from huiying.people.models import Appointment, Department, PhoneTest, User
from huiying.people.standing import capabilities
from huiying.people.versions import regulation_now
from huiying.regulation.regulation import Regulation

HEAD, LIAISON = "head", "liaison"
DUTIES = {HEAD: ("dept_head", "division_head"), LIAISON: ("informant",)}


@dataclass(frozen=True)
class Contact:
    """One person on the card."""

    user: User
    role: str  # code
    is_deputy: bool
    test: PhoneTest | None  # the last call that was made to see whether somebody answers


@dataclass(frozen=True)
class Card:
    """A department with the two people whom it must have, their deputies behind them."""

    department: Department
    heads: tuple[Contact, ...]
    liaisons: tuple[Contact, ...]

    @property
    def gaps(self) -> tuple[str, ...]:
        """Which of the two it lacks."""
        return tuple(kind for kind, people in ((HEAD, self.heads), (LIAISON, self.liaisons)) if not people)


def roles_for(kind: str, regulation: Regulation) -> tuple[str, ...]:
    """The codes of the posts that make somebody a department's 负责人 or 联络人."""
    return tuple(dict.fromkeys(role for duty in DUTIES[kind] for role in regulation.roles_acting_as(duty)))


def cards(departments: Iterable[Department] | None = None, regulation: Regulation | None = None) -> list[Card]:
    """The cards of these departments, else of every one on the responsibility list."""
    chosen = list(Department.objects.filter(is_active=True) if departments is None else departments)
    in_force = regulation or regulation_now()
    kinds = {kind: roles_for(kind, in_force) for kind in DUTIES}
    rows = list(
        Appointment.objects.current(clock.now())
        .filter(
            department__in=chosen, user__is_active=True, role__in={role for some in kinds.values() for role in some}
        )
        .select_related("user")
        .order_by("is_deputy", "id")
    )
    tests = _last_tests({row.user_id for row in rows})
    found: defaultdict[tuple[int | None, str], dict[int, Contact]] = defaultdict(dict)
    for row in rows:
        for kind, roles in kinds.items():
            if row.role in roles:
                contact = Contact(row.user, row.role, row.is_deputy, tests.get(row.user_id))
                found[row.department_id, kind].setdefault(row.user_id, contact)
    return [Card(one, tuple(found[one.pk, HEAD].values()), tuple(found[one.pk, LIAISON].values())) for one in chosen]


def _last_tests(users: set[int]) -> dict[int, PhoneTest]:
    return {row.user_id: row for row in PhoneTest.objects.filter(user__in=users).order_by("id")}


def takers(department: Department) -> list[User]:
    """Who can accept a case for the department now (C10.6), full holders first."""
    roles = [role.code for role in regulation_now().roles.values() if "handle" in capabilities(role)]
    rows = Appointment.objects.current(clock.now()).filter(department=department, role__in=roles, user__is_active=True)
    return list(dict.fromkeys(row.user for row in rows.select_related("user").order_by("is_deputy", "id")))


def manned(regulation: Regulation | None = None) -> frozenset[str]:
    """Codes of the departments where somebody can accept a case."""
    roles = [role.code for role in (regulation or regulation_now()).roles.values() if "handle" in capabilities(role)]
    rows = Appointment.objects.current(clock.now()).filter(role__in=roles, user__is_active=True)
    return frozenset(rows.filter(department__is_active=True).values_list("department__code", flat=True))


def last_of(appointments: Iterable[Appointment]) -> list[tuple[Department, str]]:
    """The departments that would be without 负责人 or 联络人 if these appointments ended, with which of the two."""
    ending = [row for row in appointments if row.department is not None]
    regulation, now = regulation_now(), clock.now()
    lost = []
    for kind in DUTIES:
        roles = roles_for(kind, regulation)
        for department in dict.fromkeys(row.department for row in ending if row.role in roles and row.department):
            others = Appointment.objects.current(now).filter(
                department=department, role__in=roles, user__is_active=True
            )
            if not others.exclude(pk__in=[row.pk for row in ending]).exists():
                lost.append((department, kind))
    return lost
