"""What the duty desk keeps beside the cases （五）: 交接班 C5.1, §7.2, a sheet that two people confirm; 漏报核对
C5.16, what others heard, line by line beside what we heard.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from huiying.judging.models import Event
from huiying.listening.models import Post
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


class OutsideList(models.Model):
    """A list from outside: 12345, a notice of 宣传部, the press. Whom it names as authors is not kept (INV-10)."""

    body = models.CharField(max_length=100)
    period_from = models.DateField()
    period_to = models.DateField()
    by = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(period_to__gte=models.F("period_from")), name="list_has_a_period")
        ]

    def __str__(self) -> str:
        return f"{self.body} {self.period_from}–{self.period_to}"


class OutsideItem(models.Model):
    """One line of it: heard by us too, missed by us (with the cause), or none of our business (with the reason)."""

    HEARD, MISSED, NOT_OURS = "heard", "missed", "not_ours"
    list = models.ForeignKey(OutsideList, on_delete=models.PROTECT, related_name="items")
    position = models.PositiveIntegerField()
    text = models.TextField()  # personal data masked
    url = models.CharField(max_length=2000, blank=True)
    suggested = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="suggested_for")
    similarity = models.FloatField(default=0)
    state = models.CharField(max_length=10, blank=True)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="on_lists")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, null=True, related_name="on_lists")
    cause = models.CharField(max_length=200, blank=True)
    decided_by = models.CharField(max_length=100, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["list", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["list", "position"], name="one_item_a_line"),
            models.CheckConstraint(
                condition=~Q(state__in=["missed", "not_ours"]) | ~Q(cause=""), name="missed_with_a_cause"
            ),
            models.CheckConstraint(condition=~Q(state="heard") | Q(post__isnull=False), name="heard_is_a_post"),
        ]
