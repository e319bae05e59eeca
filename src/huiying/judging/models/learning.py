"""What was learned from the bureau's own corrections, and how far two persons agree without seeing each other."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from huiying.listening.models import Post


class LearningRun(models.Model):
    """One night's training, or one person's rollback. Append-only; the last row of a target says what is in force."""

    CONCERN, LEAD = "concern", "lead"
    ADOPTED, KEPT, TOO_FEW, RETIRED, ROLLED_BACK = "adopted", "kept", "too_few", "retired", "rolled_back"
    target = models.CharField(max_length=10)
    decision = models.CharField(max_length=12)
    at = models.DateTimeField()
    by = models.CharField(max_length=100)
    reason = models.CharField(max_length=500)
    reason_en = models.CharField(max_length=500, blank=True)
    corrections = models.PositiveIntegerField(default=0)
    trained_on = models.PositiveIntegerField(default=0)
    held_back = models.PositiveIntegerField(default=0)
    figures = models.JSONField(default=dict)  # right answers on what was held back: rules, champion, challenger
    curve = models.JSONField(default=list)  # [[corrections, share right], …]
    sha256 = models.CharField(max_length=64, blank=True)  # of the file HUIYING_HOME/models/<sha256>
    in_force = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")  # null: rules only

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(decision="rolled_back") | (~Q(reason="") & ~Q(by="")), name="rollback_needs_reason"
            ),
            models.CheckConstraint(condition=~Q(decision="adopted") | ~Q(sha256=""), name="adopted_has_a_file"),
        ]


class ConcernSample(models.Model):
    """A post that two persons label without seeing each other's word or the machine's (C5.14)."""

    post = models.OneToOneField(Post, on_delete=models.PROTECT, related_name="concern_sample")
    drawn_at = models.DateTimeField()
    ratings_count = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ratings_count__lte=2), name="sample_has_two_raters"),
        ]


class ConcernRating(models.Model):
    """One person's word on a sampled post. Never changed."""

    sample = models.ForeignKey(ConcernSample, on_delete=models.PROTECT, related_name="ratings")
    concern = models.CharField(max_length=20)
    by = models.CharField(max_length=100)
    by_user = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sample", "by_user"], name="rated_once_by_each"),
        ]
