"""The steps of a review （九）: who, in which order, with which checks, until when, and who is reminded."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from huiying.handling.models import Case
from huiying.handling.queries import lead_of
from huiying.people.models import Appointment, User
from huiying.people.standing import capabilities
from huiying.people.words import called, listed
from huiying.regulation import Regulation
from huiying.responding.models import ReviewRound, ReviewStep, Revision

CHECKS = ("secrecy", "personal_data")


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


def create(
    round_: ReviewRound, groups: list[list[Planned]], until: dt.datetime | None, now: dt.datetime
) -> list[ReviewStep]:
    """The rows, each with its share of the time that the level gives the review; only the first group's turn begins."""
    made = []
    for position, group in enumerate(groups):
        due = None if until is None else now + (until - now) * (position + 1) / len(groups)
        for step in group:
            row = ReviewStep.objects.create(
                round=round_,
                position=position,
                role=step.role,
                checks=step.checks,
                due_at=due,
                next_action_at=due if position == 0 else None,
            )
            made.append(row)
    return made


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


def nobody_for(groups: list[list[Planned]], regulation: Regulation, case: Case, revision: Revision) -> str:
    """Steps that nobody but the drafter could decide, by name; "" where each has somebody. Asked before a round opens:
    a review that cannot end would sleep until the deadline.
    """
    lead = lead_of(case)
    missing = [
        called(regulation, "review_step", step.role)
        for group in groups
        for step in group
        if not [
            user
            for user in reviewers(step.role, regulation, lead.code if lead else "", revision.at)
            if user.pk != revision.drafter_user
        ]
    ]
    return listed(missing)


def begin_turn(round_: ReviewRound, now: dt.datetime) -> None:
    """The next group's turn has come: its people are reminded when its share of the time is over."""
    waiting = list(round_.steps.filter(decision=""))
    first = min((step.position for step in waiting), default=None)
    for step in waiting:
        if step.position == first and step.next_action_at is None and step.due_at is not None:
            step.next_action_at = max(step.due_at, now)
            step.save(update_fields=["next_action_at"])


def check_words(check: str) -> str:
    return {"secrecy": _("保密审查"), "personal_data": _("个人信息审查")}[check]
