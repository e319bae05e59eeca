"""An assessment as it was shown, what departments said to it, and the steps of the ladder （十二）.

Every row here is a copy of what the ledger says, kept for the pages; `audits` compares the two, so that a score typed
in or a step taken out is found (INV-12). A measure is about a department and names no citizen (§6.3).
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from huiying.people.models import Department


class Assessment(models.Model):
    """One period, shown to the departments at a cut-off, then final. Its figures are computed, never typed."""

    SHOWN, FINAL = "shown", "final"
    period = models.CharField(max_length=10, unique=True)
    state = models.CharField(max_length=10, default=SHOWN)
    cut_off = models.DateTimeField()  # entries up to here count
    weights = models.JSONField()
    scores = models.JSONField()  # department → 0–100 or null
    basis = models.JSONField()  # department → the weighed shares
    sha256 = models.CharField(max_length=64)
    shown_by = models.CharField(max_length=100)
    shown_user = models.BigIntegerField()
    shown_at = models.DateTimeField()
    comment_until = models.DateTimeField()
    finished_by = models.CharField(max_length=100, blank=True)
    finished_user = models.BigIntegerField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-period"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(finished_user__isnull=True) | ~Q(finished_user=F("shown_user")),
                name="assessment_finished_by_second_person",
            ),
            models.CheckConstraint(
                condition=~Q(state="final") | Q(finished_at__gte=F("comment_until")),
                name="assessment_final_after_its_time",
            ),
        ]

    def __str__(self) -> str:
        return self.period


class AssessmentComment(models.Model):
    """What a department says to its row, before it is final."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="comments")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="assessment_comments")
    text = models.TextField()
    by = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]


class Appeal(models.Model):
    """A department asks that one case be left out of its row; somebody else answers, with a reason."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="appeals")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="appeals")
    case_number = models.CharField(max_length=30)
    reason = models.TextField()
    by = models.CharField(max_length=100)
    by_user = models.BigIntegerField()
    at = models.DateTimeField()
    upheld = models.BooleanField(null=True)
    answer = models.TextField(blank=True)
    decided_by = models.CharField(max_length=100, blank=True)
    decided_user = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["assessment", "department", "case_number"], name="appeal_once"),
            models.CheckConstraint(
                condition=Q(decided_user__isnull=True) | ~Q(decided_user=F("by_user")),
                name="appeal_decided_by_second_person",
            ),
            models.CheckConstraint(
                condition=Q(upheld__isnull=True) | (~Q(answer="") & Q(decided_at__isnull=False)),
                name="appeal_decided_with_reason",
            ),
        ]


class Measure(models.Model):
    """One step of the ladder against one department: proposed with evidence, heard, decided by a person (C12.4–C12.6).

    `cases` are packed whole: every entry of their chains belongs to the evidence, so that nothing which speaks for the
    department can be left out.
    """

    PROPOSED, ISSUED, DROPPED, FOLLOWED = "proposed", "issued", "dropped", "followed"
    number = models.CharField(max_length=30, unique=True)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="measures")
    step = models.CharField(max_length=30)  # a word of the regulation's ladder
    trigger = models.CharField(max_length=60)  # a word of its triggers
    facts = models.TextField()
    cases = models.JSONField(default=list)  # numbers
    evidence = models.JSONField(default=list)  # [{"chain", "seq", "hash"}]: the head of each chain when proposed
    state = models.CharField(max_length=10, default=PROPOSED, db_index=True)
    by_leader = models.BooleanField()  # frozen: the regulation leaves this step to a leader, after a hearing
    proposed_by = models.CharField(max_length=100)
    proposed_user = models.BigIntegerField()
    proposed_at = models.DateTimeField()
    statement_until = models.DateTimeField()
    statement = models.TextField(blank=True)
    stated_by = models.CharField(max_length=100, blank=True)
    stated_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)
    decided_by = models.CharField(max_length=100, blank=True)
    decided_user = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    rectify_by = models.DateTimeField(null=True)
    talk = models.JSONField(default=dict)  # of a formal talk: who with whom, what was said and promised (C12.5)
    follow_note = models.TextField(blank=True)
    followed_by = models.CharField(max_length=100, blank=True)
    followed_at = models.DateTimeField(null=True)
    outcome = models.TextField(blank=True)  # what the competent body decided; never ours (C12.6)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(decided_user__isnull=True) | ~Q(decided_user=F("proposed_user")),
                name="measure_decided_by_second_person",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed") | (Q(decided_at__isnull=False) & ~Q(reason="")),
                name="measure_decided_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(by_leader=False)
                | Q(state__in=["proposed", "dropped"])
                | ~Q(statement="")
                | Q(decided_at__gte=F("statement_until")),
                name="measure_heard_before_issued",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.step}"
