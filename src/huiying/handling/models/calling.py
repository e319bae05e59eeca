"""Who is called about a clock or a level, again and again, until somebody says that they heard."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from huiying.handling.models.core import Case, Clock


class Escalation(models.Model):
    """One call of a frozen chain. It nags until acknowledged; quiet hours never apply to it (§2.2 of the research)."""

    CLOCK, FIRST_NOTICE = "clock", "first_notice"
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="escalations")
    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, null=True, related_name="escalations")
    kind = models.CharField(max_length=14)
    step = models.PositiveSmallIntegerField(default=0)  # index into chain
    chain = models.JSONField(default=list)  # frozen: [[ratio, [role codes], [user names]]]
    called = models.JSONField(default=list)  # copied names of everybody called so far
    usernames = models.JSONField(default=list)  # whose sign-in names those are
    at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)
    next_action_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.CharField(max_length=100, blank=True)
    closed_why = models.CharField(max_length=100, blank=True)  # ended without a word: the clock stopped …

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "kind", "clock"],
                condition=Q(acknowledged_at__isnull=True, closed_why=""),
                name="one_open_call_a_clock",
                nulls_distinct=False,
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_action_at"], condition=Q(next_action_at__isnull=False), name="escalation_due")
        ]
