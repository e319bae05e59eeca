"""经常性培训 (C9.6): the year's plan, its sessions, who came by their own word, what they learned."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from huiying.people.models import User


class Training(models.Model):
    """培训计划: one of a year."""

    number = models.CharField(max_length=30, unique=True)  # 2026-1
    year = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    goal = models.TextField()
    sessions_planned = models.PositiveSmallIntegerField()
    by = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(sessions_planned__gte=1), name="training_has_sessions")
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class TrainingSession(models.Model):
    """一次培训. The code is shown in the room; whoever is there types it in under their own name."""

    PLANNED, OPEN, HELD, CANCELLED = "planned", "open", "held", "cancelled"
    training = models.ForeignKey(Training, on_delete=models.PROTECT, related_name="sessions")
    state = models.CharField(max_length=10, default=PLANNED, db_index=True)
    title = models.CharField(max_length=200)
    abilities = models.JSONField()  # words of the regulation's file
    starts_at = models.DateTimeField()
    place = models.CharField(max_length=200)
    trainer = models.CharField(max_length=100)
    material = models.TextField(blank=True)
    questions = models.JSONField(default=list)  # [{"text", "options": [..], "right": n}]
    code = models.CharField(max_length=6, blank=True)
    opened_at = models.DateTimeField(null=True)
    held_at = models.DateTimeField(null=True)
    cancelled_why = models.CharField(max_length=300, blank=True)
    by = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["starts_at", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(abilities=[]), name="session_trains_an_ability"),
            models.CheckConstraint(condition=~Q(state="open") | ~Q(code=""), name="open_session_has_a_code"),
        ]


class TrainingSeat(models.Model):
    """Who is called to a session. Nobody is signed in by another: `by_user` is whoever typed the code (C9.6)."""

    session = models.ForeignKey(TrainingSession, on_delete=models.PROTECT, related_name="seats")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="training_seats")
    name = models.CharField(max_length=100)
    checked_in_at = models.DateTimeField(null=True)
    by_user = models.BigIntegerField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)  # wrong codes
    score = models.PositiveSmallIntegerField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["session", "user"], name="training_seat_once"),
            models.CheckConstraint(
                condition=(Q(checked_in_at__isnull=True) & Q(by_user__isnull=True))
                | (Q(checked_in_at__isnull=False, by_user__isnull=False) & Q(by_user=F("user"))),
                name="nobody_signs_in_for_another",
            ),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(checked_in_at__isnull=False), name="quiz_by_who_was_there"
            ),
        ]
