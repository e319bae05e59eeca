"""意见征集 on a draft policy, the opinions, what became of them, and the survey beside it （四）C4.2.

Opinions have no author; an answer to a survey is counted and not kept (INV-10).
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from huiying.people.models import Department


class Consultation(models.Model):
    """A draft on which everybody may say something. Once open it ends with a published result, in no other way."""

    DRAFT, PROPOSED, OPEN, RESULT, DONE, DROPPED = "draft", "proposed", "open", "result", "done", "dropped"
    address = models.CharField(max_length=30, unique=True)  # 2026-1
    state = models.CharField(max_length=10, default=DRAFT, db_index=True)
    title = models.CharField(max_length=200)
    summary = models.TextField()  # what is planned, for whom, why
    text = models.TextField()  # the draft policy
    topic = models.CharField(max_length=10, blank=True)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="consultations")
    closes_at = models.DateTimeField()
    result_due_at = models.DateTimeField(null=True)  # frozen when it opens
    questions = models.JSONField(default=list)  # [{"text", "options": [..]}] of the survey
    drafter = models.CharField(max_length=100)
    drafter_user = models.BigIntegerField()
    made_at = models.DateTimeField()
    opened_by = models.CharField(max_length=100, blank=True)
    opened_user = models.BigIntegerField(null=True)
    opened_at = models.DateTimeField(null=True)
    returned_why = models.TextField(blank=True)
    result = models.TextField(blank=True)  # the words above the groups
    result_sha256 = models.CharField(max_length=64, blank=True)
    result_by = models.CharField(max_length=100, blank=True)
    result_user = models.BigIntegerField(null=True)
    approved_by = models.CharField(max_length=100, blank=True)
    approved_user = models.BigIntegerField(null=True)
    published_at = models.DateTimeField(null=True)  # of the result
    dropped_why = models.CharField(max_length=300, blank=True)
    next_action_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(opened_user__isnull=True) | ~Q(opened_user=F("drafter_user")),
                name="consultation_opened_by_second_person",
            ),
            models.CheckConstraint(
                condition=Q(approved_user__isnull=True) | ~Q(approved_user=F("result_user")),
                name="consultation_result_by_second_person",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | (Q(published_at__isnull=False) & ~Q(result="")),
                name="consultation_done_means_result",
            ),
            models.CheckConstraint(
                condition=~Q(state="dropped") | Q(opened_at__isnull=True), name="consultation_open_is_not_dropped"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_action_at"], condition=Q(next_action_at__isnull=False), name="consultation_due")
        ]

    def __str__(self) -> str:
        return f"{self.address} {self.title}"


class OpinionGroup(models.Model):
    """Opinions that say the same, in the words of staff, and whether they were adopted and why."""

    ADOPTED, PARTLY, NOT = "adopted", "partly", "not"
    consultation = models.ForeignKey(Consultation, on_delete=models.PROTECT, related_name="groups")
    summary = models.CharField(max_length=500)
    decision = models.CharField(max_length=10)
    reason = models.TextField()
    by = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(reason="") & ~Q(summary=""), name="opinion_group_has_reason")
        ]


class Opinion(models.Model):
    """One opinion, masked; the original sealed. Never printed: the public reads the groups."""

    consultation = models.ForeignKey(Consultation, on_delete=models.PROTECT, related_name="opinions")
    text = models.TextField(blank=True)  # "" once its time is over
    sealed_text = models.BinaryField(null=True)
    text_sha256 = models.CharField(max_length=64)
    received_at = models.DateTimeField()
    group = models.ForeignKey(OpinionGroup, on_delete=models.PROTECT, null=True, related_name="opinions")
    purged_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["id"]


class Tally(models.Model):
    """How often an option of a question was chosen: the count alone is kept."""

    consultation = models.ForeignKey(Consultation, on_delete=models.PROTECT, related_name="tallies")
    question = models.PositiveSmallIntegerField()
    option = models.PositiveSmallIntegerField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["question", "option"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["consultation", "question", "option"], name="tally_once")
        ]
