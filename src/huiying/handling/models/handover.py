"""交接班 （五）C5.1, §7.2: a sheet that builds itself, and two people who confirm it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from huiying.people.models import User


class Handover(models.Model):
    """One change of the desk. What was handed over is frozen when the one who goes confirms it."""

    changes_at = models.DateTimeField(unique=True)
    outgoing = models.ForeignKey(User, on_delete=models.PROTECT, related_name="handed_over")
    incoming = models.ForeignKey(User, on_delete=models.PROTECT, related_name="taken_over")
    made_at = models.DateTimeField()
    sheet = models.JSONField(default=dict)
    sheet_sha256 = models.CharField(max_length=64, blank=True)
    remarks = models.TextField(blank=True)  # 设备、账号、特别关注: what the record does not know
    gave_at = models.DateTimeField(null=True)
    took_at = models.DateTimeField(null=True)
    next_action_at = models.DateTimeField(null=True)  # who has not confirmed by then is named to the shift leader

    class Meta:
        ordering: ClassVar = ["-changes_at"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(outgoing=F("incoming")), name="handover_between_two"),
            models.CheckConstraint(
                condition=Q(took_at__isnull=True) | Q(gave_at__isnull=False), name="taken_after_it_was_given"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_action_at"], condition=Q(next_action_at__isnull=False), name="handover_due")
        ]
