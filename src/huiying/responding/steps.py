"""The steps of a review （九）: who, in which order, with which checks, until when, and who is reminded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from huiying.people.models import Appointment, User
from huiying.people.standing import capabilities
from huiying.people.versions import display_name, join_names
from huiying.regulation import Regulation

CHECKS = ("secrecy", "personal_data")
People = Callable[[str, Regulation, str, dt.datetime], list[User]]  # role, regulation, lead department, when


@dataclass
class Planned:
    """One step before it is a row: its role, and what whoever decides it must have checked (C8.2)."""

    role: str
    checks: list[str] = field(default_factory=list)


def plan(regulation: Regulation, level: str, stage: str) -> list[list[Planned]]:
    """The groups of a round. A check whose role has no step gets one of its own, beside the first group: it costs no
    time, and nothing is published without it (INV-4). Where a file gives the checks to nobody, the last group has them.
    """
    return with_checks(regulation, [[Planned(role) for role in group] for group in regulation.steps_of(level, stage)])


def with_checks(regulation: Regulation, groups: list[list[Planned]]) -> list[list[Planned]]:
    checks = regulation.workflow.review_steps.checks
    for check in CHECKS:
        role = checks.get(check) or groups[-1][0].role
        found = next((step for group in groups for step in group if step.role == role), None)
        if found is None:
            found = Planned(role)
            groups[0].append(found)
        found.checks.append(check)
    return groups


def roles_of(regulation: Regulation, role: str) -> list[str]:
    """Who may decide a step: its role, and the deputies where the file lets them act."""
    deputies = regulation.role(role).deputies if regulation.workflow.review_steps.deputies_may_act else ()
    return [role, *deputies]


def reviewers(step_role: str, regulation: Regulation, lead: str, at: dt.datetime) -> list[User]:
    """People who hold the step's role now, deputies behind them; a department's head only in the lead department."""
    deputies = regulation.workflow.review_steps.deputies_may_act
    of_lead = "handle" in capabilities(regulation.role(step_role))
    found = [
        row.user
        for role in roles_of(regulation, step_role)
        for row in _held(role, lead if of_lead else None, at)
        if deputies or not row.is_deputy
    ]
    return list(dict.fromkeys(found))


def holders_of(step_role: str, regulation: Regulation, lead: str, at: dt.datetime) -> list[User]:
    """People who hold the step's own post, without anybody who stands in for them."""
    of_lead = "handle" in capabilities(regulation.role(step_role))
    rows = _held(step_role, lead if of_lead else None, at)
    return list(dict.fromkeys(row.user for row in rows if not row.is_deputy))


def _held(role: str, lead: str | None, at: dt.datetime) -> list[Appointment]:
    rows = Appointment.objects.current(at).filter(user__is_active=True, role=role)
    if lead is not None:
        rows = rows.filter(department__code=lead)
    return list(rows.select_related("user", "department").order_by("is_deputy", "id"))


def nobody_for(groups: list[list[Planned]], regulation: Regulation, lead: str, drafter: int, at: dt.datetime) -> str:
    """Steps that nobody but the drafter could decide, by name; "" where each has somebody. Asked before a review
    begins: one that cannot end would sleep until the deadline.
    """
    return join_names(
        display_name(regulation, "review_step", step.role)
        for group in groups
        for step in group
        if all(user.pk == drafter for user in reviewers(step.role, regulation, lead, at))
    )


def check_words(check: str) -> str:
    return {"secrecy": _("保密审查"), "personal_data": _("个人信息审查")}[check]
