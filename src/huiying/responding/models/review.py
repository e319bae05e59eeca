"""What every review has in common, of an answer or of a press release (C9.3, INV-4): its steps, whose turn it is, who
may decide. Which steps there are is the regulation's.
"""

from __future__ import annotations

import datetime as dt
from abc import abstractmethod
from typing import Any, ClassVar, Generic, TypeVar

from django.db import models

from huiying.people.models import User
from huiying.people.standing import Assignment, capabilities, standing
from huiying.regulation import Regulation
from huiying.responding import steps
from huiying.responding.steps import Planned


class ReviewDecision(models.Model):
    """One decision of one role. The same position means side by side (会签)."""

    APPROVED, REJECTED = "approved", "rejected"
    position = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=40)
    checks = models.JSONField(default=list)  # secrecy, personal_data: what this step must have looked at (C8.2)
    due_at = models.DateTimeField(null=True)
    next_action_at = models.DateTimeField(null=True)  # when whoever decides it is reminded next, once it is its turn
    decision = models.CharField(max_length=10, blank=True)
    comment = models.TextField(blank=True)
    decided_by = models.CharField(max_length=100, blank=True)
    decided_user = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        abstract = True
        ordering: ClassVar = ["position", "id"]

    @property
    @abstractmethod
    def reviewed(self) -> Reviewed[Any]:
        """The text that this step is about."""

    def appointment_of(self, user: User) -> Assignment | None:
        """The appointment in which `user` may decide this step, or None.

        Never the drafter, never somebody who decided another step of the round (C9.3, minimum people); a department's
        head only for the lead department; a deputy where the regulation lets deputies act.
        """
        text = self.reviewed
        if user.pk == text.drafted_by():
            return None
        if any(step.decided_user == user.pk and step.pk != self.pk for step in text.all_steps()):
            return None
        regulation = text.regulation_of_review()
        lead = text.lead_code() if "handle" in capabilities(regulation.role(self.role)) else None
        who = standing(user)
        found = [held for role in steps.roles_of(regulation, self.role) if (held := who.holds(role, lead))]
        if not regulation.workflow.review_steps.deputies_may_act:
            found = [held for held in found if not held.is_deputy]
        return found[0] if found else None

    def deciders(self, at: dt.datetime) -> list[User]:
        """Who may decide it at that time, deputies behind the holders of the post; never the drafter."""
        return self._without_drafter(steps.reviewers, at)

    def own_deciders(self, at: dt.datetime) -> list[User]:
        """Who holds the step's own post, without anybody who stands in; never the drafter."""
        return self._without_drafter(steps.holders_of, at)

    def to_remind(self, at: dt.datetime, *, again: bool) -> list[User]:
        """Who holds the post; with nobody there, or the second time, those who may stand in as well."""
        own = self.own_deciders(at)
        return self.deciders(at) if again or not own else own

    def _without_drafter(self, found: steps.People, at: dt.datetime) -> list[User]:
        text = self.reviewed
        people = found(self.role, text.regulation_of_review(), text.lead_code(), at)
        return [user for user in people if user.pk != text.drafted_by()]


S = TypeVar("S", bound=ReviewDecision)


class Reviewed(Generic[S]):
    """A text under review: mixed into the model that the steps point to as `steps`."""

    steps: Any  # the related manager of the steps' foreign key

    def all_steps(self) -> list[S]:
        """Every step, in the order of the review."""
        return list(self.steps.all())

    @abstractmethod
    def drafted_by(self) -> int:
        """Id of the person who wrote it."""

    @abstractmethod
    def is_under_review(self) -> bool: ...

    @abstractmethod
    def regulation_of_review(self) -> Regulation: ...

    @abstractmethod
    def lead_code(self) -> str:
        """Code of the department whose head decides a step that is a department head's; "" where there is none."""

    def open_steps(self) -> list[S]:
        """The undecided steps whose turn it is: all of the earliest position that still has one."""
        if not self.is_under_review():
            return []
        waiting = [step for step in self.all_steps() if not step.decision]
        first = min((step.position for step in waiting), default=None)
        return [step for step in waiting if step.position == first]

    def begin(self, groups: list[list[Planned]], until: dt.datetime | None, now: dt.datetime) -> list[S]:
        """The rows of its steps, each with its share of the time; only the first group's turn begins."""
        made = []
        for position, group in enumerate(groups):
            due = None if until is None else now + (until - now) * (position + 1) / len(groups)
            turn = due if position == 0 else None
            made += [
                self.steps.create(
                    position=position, role=step.role, checks=step.checks, due_at=due, next_action_at=turn
                )
                for step in group
            ]
        return made

    def begin_turn(self, now: dt.datetime) -> None:
        """The next group's turn has come: its people are reminded when its share of the time is over."""
        for step in self.open_steps():
            if step.next_action_at is None and step.due_at is not None:
                step.next_action_at = max(step.due_at, now)
                step.save(update_fields=["next_action_at"])
