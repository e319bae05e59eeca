"""处置预案 (C6.8): what is said, by whom, where, who is called; when it is drilled; and what sets it off."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from huiying.handling.models import Case
from huiying.judging.models import Event
from huiying.people.models import Spokesperson, User


class Plan(models.Model):
    """One plan of one assessment. It watches from the assessment's approval until somebody ends it."""

    questions = models.JSONField()  # 口径: [{"q", "a"}]
    steps = models.TextField()  # who does what first
    speaker = models.ForeignKey(Spokesperson, on_delete=models.PROTECT, related_name="plans")
    speaker_name = models.CharField(max_length=100)
    channels = models.JSONField()  # codes of our own platforms
    contacts = models.ManyToManyField(User, related_name="plans")
    drill_on = models.DateField()
    drilled_at = models.DateTimeField(null=True)
    drill_note = models.TextField(blank=True)
    drill_reminded_at = models.DateTimeField(null=True)
    by = models.CharField(max_length=100)
    at = models.DateTimeField()
    active = models.BooleanField(default=False, db_index=True)
    looked_at = models.DateTimeField(null=True)  # events that stood until then have been compared
    ended_why = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(questions=[]) & ~Q(channels=[]), name="plan_says_what_and_where"),
        ]


class Trigger(models.Model):
    """What sets a plan off: an event with one of the words, and as grave and as large as said. All must hold."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="triggers")
    words = models.JSONField()
    level = models.CharField(max_length=20, blank=True)  # code of the least suggested level, "" for any
    posts = models.PositiveIntegerField(default=1)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(words=[]) & Q(posts__gte=1), name="trigger_has_words")
        ]


class PlanHit(models.Model):
    """An event met a trigger: the machine proposes, a person opens the case with the plan, or says why not."""

    WAITING, TAKEN, REFUSED = "waiting", "taken", "refused"
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="hits")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="plan_hits")
    state = models.CharField(max_length=10, default=WAITING, db_index=True)
    words = models.JSONField(default=list)  # those that were found; [] where a person set the plan off
    found_at = models.DateTimeField()
    by = models.CharField(max_length=100, blank=True)
    by_user = models.BigIntegerField(null=True)
    at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="plan_hits")

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "event"], name="plan_hit_once"),
            models.CheckConstraint(
                condition=~Q(state="taken") | Q(case__isnull=False, by_user__isnull=False),
                name="plan_taken_by_a_person_has_a_case",
            ),
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(reason=""), name="plan_refused_has_reason"),
        ]
