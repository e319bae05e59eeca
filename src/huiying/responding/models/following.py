"""After the answer: does it go on, what was its effect, and the statutory ways beside it （三）（八）."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from huiying.handling.models import Case, Clock
from huiying.responding.models.core import Publication


class SustainedDecision(models.Model):
    """视情况决定是否持续回应 (C8.8): yes or no, why, how often, when next. The newest one counts."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="sustained_decisions")
    sustained = models.BooleanField()
    reason = models.TextField()
    every_hours = models.PositiveIntegerField(null=True)
    next_due_at = models.DateTimeField(null=True)
    next_action_at = models.DateTimeField(null=True)  # when the next word is asked for, or the decision itself again
    prompted_at = models.DateTimeField(null=True)
    prompted_why = models.CharField(max_length=300, blank=True)  # a new surge asks for the decision anew
    by = models.CharField(max_length=100)
    by_user = models.BigIntegerField()
    at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(superseded_at__isnull=True), name="one_sustained_decision"
            ),
            models.CheckConstraint(
                condition=Q(sustained=False) | (Q(every_hours__isnull=False) & Q(next_due_at__isnull=False)),
                name="going_on_has_a_rhythm",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_action_at"], condition=Q(next_action_at__isnull=False), name="sustained_due")
        ]


class EffectReview(models.Model):
    """效 (C3.2, C8.10): the heat before the answer and after it, at 24 h and 72 h, and what a person makes of it.

    `before` is frozen when the answer goes out, `after` when the time has come: {posts, reads, reposts, comments,
    platforms, per_hour}, None where a figure is not known.
    """

    SETTLED, PERSISTS, SECOND_WAVE = "settled", "persists", "second_wave"
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="effect_reviews")
    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="effect_reviews")
    hours = models.PositiveSmallIntegerField()
    due_at = models.DateTimeField()
    next_action_at = models.DateTimeField(null=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(null=True)
    suggested = models.CharField(max_length=12, blank=True)  # the machine's, marked as such
    verdict = models.CharField(max_length=12, blank=True)
    comment = models.TextField(blank=True)
    by = models.CharField(max_length=100, blank=True)
    at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["due_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["publication", "hours"], name="effect_once"),
            models.CheckConstraint(
                condition=Q(verdict="") | (Q(after__isnull=False) & Q(at__isnull=False)), name="effect_after_its_time"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_action_at"], condition=Q(next_action_at__isnull=False), name="effect_due")
        ]


class StatutoryFiling(models.Model):
    """The person has filed an 异议, 质疑, 投诉, 信访 or 信息公开申请 (C3.1): its own clock runs from now, beside those
    of the case, and no public answer stops it.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="filings")
    channel = models.CharField(max_length=20)  # a code of the regulation's statutory channels
    reference = models.CharField(max_length=100)  # the file number there; never a name
    filed_at = models.DateTimeField()  # 自报时间, not after the server's
    clock = models.OneToOneField(Clock, on_delete=models.PROTECT, related_name="filing")
    recorded_by = models.CharField(max_length=100)
    recorded_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answer_reference = models.CharField(max_length=100, blank=True)  # number of the written answer or decision
    answered_by = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["channel", "reference"], name="filed_once"),
        ]
