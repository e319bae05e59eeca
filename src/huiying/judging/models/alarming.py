"""Early alarms: what the shape of an event's first posts said, whether that was right, and how many wrong ones are
allowed (C6.11, C6.12).
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from huiying.judging.models.core import Event


class Alarm(models.Model):
    """观察 or 预警. One is open an event; a graver one takes its place. People say later whether it was real."""

    REAL, FALSE = "real", "false"
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="alarms")
    level = models.CharField(max_length=8)  # watch | alert
    at = models.DateTimeField()
    posts = models.PositiveIntegerField()
    score = models.FloatField()
    threshold = models.FloatField()
    words = models.CharField(max_length=300)
    words_en = models.CharField(max_length=300)
    ended_at = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=8, blank=True)
    verdict_by = models.CharField(max_length=100, blank=True)
    verdict_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["event"], condition=Q(ended_at__isnull=True), name="one_open_alarm"),
            models.CheckConstraint(condition=~Q(words=""), name="alarm_says_why"),
        ]
        indexes: ClassVar = [models.Index(fields=["-at"], name="alarm_recent")]


class AlarmSetting(models.Model):
    """How many false alarms a week the bureau puts up with, and the bars that follow from it. Append-only."""

    budget = models.FloatField()  # false alarms a week
    watch = models.FloatField()  # how much must speak for it, at sixty posts
    alert = models.FloatField()
    figures = models.JSONField(default=dict)
    by = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(budget__gt=0), name="alarm_budget_above_zero"),
            models.CheckConstraint(condition=Q(watch__lte=models.F("alert")), name="watch_before_alert"),
        ]
