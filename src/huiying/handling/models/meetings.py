"""重大政务舆情会商联席会议 (C10.1): convened, acknowledged, held, minuted, signed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from huiying.handling.models.core import Case
from huiying.people.models import Department, User


class Meeting(models.Model):
    """One meeting about one case. Its decisions are tasks; its minutes are signed by its chair."""

    CONVENED, HELD, SIGNED, CANCELLED = "convened", "held", "signed", "cancelled"
    number = models.CharField(max_length=40, unique=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="meetings")
    topic = models.CharField(max_length=300)
    place = models.CharField(max_length=200)
    starts_at = models.DateTimeField()
    state = models.CharField(max_length=10, default=CONVENED, db_index=True)
    quorum = models.FloatField()  # share of the invited, frozen when convened (G10)
    chair = models.ForeignKey(User, on_delete=models.PROTECT, related_name="chaired")
    chair_name = models.CharField(max_length=100)
    convened_by = models.CharField(max_length=100)
    convened_at = models.DateTimeField()
    held_at = models.DateTimeField(null=True)
    recorded_by = models.CharField(max_length=100, blank=True)
    situation = models.TextField(blank=True)  # 情况通报
    discussion = models.TextField(blank=True)  # 讨论要点
    minuted_at = models.DateTimeField(null=True)
    signed_by = models.CharField(max_length=100, blank=True)
    signed_at = models.DateTimeField(null=True)
    cancelled_why = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(state="signed") | (Q(signed_at__isnull=False) & Q(minuted_at__isnull=False)),
                name="signed_minutes",
            )
        ]


class MeetingSeat(models.Model):
    """Who is called to a meeting, whether they acknowledged, and whether they came."""

    PRESENT, EXCUSED, ABSENT = "present", "excused", "absent"
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="seats")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="seats")
    name = models.CharField(max_length=100)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, null=True)
    notified_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    attendance = models.CharField(max_length=8, blank=True)
    stood_in_by = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["meeting", "user"], name="one_seat")]


class Dissent(models.Model):
    """A different opinion, recorded as it was said (C6.5)."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="dissents")
    name = models.CharField(max_length=100)
    words = models.TextField()
