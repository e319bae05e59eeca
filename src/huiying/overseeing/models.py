"""An assessment as it was shown, what departments said to it, and the steps of the ladder （十二）; erasing by
decision §6.2; the house's own rules C9.2, the roster of skills C9.4, training C9.6.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from huiying.people.models import Department, User


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


class ErasureProposal(models.Model):
    """`decision`: the number of the paper that orders it. Once it is settled it is not changed any more."""

    chain = models.CharField(max_length=100)
    seq = models.PositiveBigIntegerField()
    decision = models.CharField(max_length=60)
    reason = models.TextField()
    by = models.CharField(max_length=100)
    by_user = models.BigIntegerField()
    by_actor = models.JSONField()  # as the ledger copies who acts
    at = models.DateTimeField()
    agreed = models.BooleanField(null=True)
    settled_by = models.CharField(max_length=100, blank=True)
    settled_user = models.BigIntegerField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["chain", "seq"], condition=Q(agreed__isnull=True), name="one_open_erasure"),
            models.CheckConstraint(
                condition=Q(agreed__isnull=True, settled_user__isnull=True)
                | (Q(agreed__isnull=False, settled_user__isnull=False) & ~Q(settled_user=F("by_user"))),
                name="erasure_by_two_persons",
            ),
        ]


class HouseRule(models.Model):
    """内部制度: what it is called. What holds is its newest signed version that has begun and not run out."""

    number = models.CharField(max_length=30, unique=True)
    title = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    ended_on = models.DateField(null=True)  # 废止
    ended_why = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]


class RuleVersion(models.Model):
    """One text. Unsigned it holds for nobody; signed it is never changed."""

    rule = models.ForeignKey(HouseRule, on_delete=models.PROTECT, related_name="versions")
    n = models.PositiveSmallIntegerField()
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    effective_from = models.DateField()
    expires_on = models.DateField()
    by = models.CharField(max_length=100)
    by_user = models.BigIntegerField()
    at = models.DateTimeField()
    signed_by = models.CharField(max_length=100, blank=True)
    signed_user = models.BigIntegerField(null=True)
    signed_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["n"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["rule", "n"], name="rule_version_once"),
            models.CheckConstraint(condition=Q(expires_on__gt=F("effective_from")), name="rule_holds_for_a_while"),
            models.CheckConstraint(
                condition=Q(signed_user__isnull=True) | ~Q(signed_user=F("by_user")),
                name="rule_signed_by_second_person",
            ),
        ]


class ReadReceipt(models.Model):
    """已阅: by the reader, of exactly one version."""

    version = models.ForeignKey(RuleVersion, on_delete=models.PROTECT, related_name="receipts")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="rules_read")
    name = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["version", "user"], name="rule_read_once")]


class SkillEntry(models.Model):
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="skills")
    skill = models.CharField(max_length=60)
    note = models.CharField(max_length=300, blank=True)  # courses, certificates, how long
    backup = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="skills_backed")
    since = models.DateField()
    until = models.DateField(null=True)
    by = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["skill", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "skill"], condition=Q(until__isnull=True), name="skill_once"),
            models.CheckConstraint(
                condition=Q(backup__isnull=True) | ~Q(backup=F("user")), name="nobody_backs_themselves"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="skill_for_a_while"
            ),
        ]


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
