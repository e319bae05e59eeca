"""What the asker said of the answer: how it was, and once more what is still open （四）C4.2, C4.3."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from huiying.handling.models.core import Case
from huiying.listening.models import Message, Post


class Satisfaction(models.Model):
    """The answer to one question, by number and query code. Each message says it once."""

    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="satisfaction")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="satisfaction")
    grade = models.CharField(max_length=20)  # code of the regulation's `asking.grades`
    name = models.CharField(max_length=60)  # as it was called then
    good = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]


class AskedAgain(models.Model):
    """再次提出: what the answer left open. Its text is a post of its own, masked and sealed like every other."""

    ANSWERED, UPHELD = "answered", "upheld"
    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="asked_again")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="asked_again")
    post = models.OneToOneField(Post, on_delete=models.PROTECT, related_name="asked_again")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=10, blank=True)  # "" while it waits
    reason = models.TextField(blank=True)  # why the answer stands, for the record
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(outcome="", ended_at__isnull=True) | (~Q(outcome="") & Q(ended_at__isnull=False)),
                name="asked_again_ended",
            ),
            models.CheckConstraint(condition=~Q(outcome="upheld") | ~Q(reason=""), name="upheld_with_a_reason"),
        ]
        indexes: ClassVar = [models.Index(fields=["case"], condition=Q(outcome=""), name="asked_again_waits")]
