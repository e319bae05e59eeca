"""敏感 (§6.1 S8, §6.2): who said that a matter is, of what kind and why; and who took the label away."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from huiying.judging.models import Event


class Sensitivity(models.Model):
    """One label of one matter. The event's `sensitive` points at the kind that is in force."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="sensitivities")
    kind = models.CharField(max_length=10)  # Event.REPORTER, MINOR, VICTIM
    reason = models.CharField(max_length=300)
    title = models.CharField(max_length=200)  # what the event was called: nothing that is listed says it meanwhile
    case_title = models.CharField(max_length=200, blank=True)
    by = models.CharField(max_length=100)
    by_user = models.BigIntegerField()
    at = models.DateTimeField()
    lift_reason = models.CharField(max_length=300, blank=True)
    lifted_by = models.CharField(max_length=100, blank=True)
    lifted_user = models.BigIntegerField(null=True)
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(lifted_at__isnull=True) | ~models.Q(lifted_user=models.F("by_user")),
                name="label_lifted_by_another",
            ),
            models.UniqueConstraint(
                fields=["event"], condition=models.Q(lifted_at__isnull=True), name="one_label_an_event"
            ),
        ]
