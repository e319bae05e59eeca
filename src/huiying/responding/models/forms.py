"""Forms of answer (C8.7), who may speak (C8.3, C12.1), and after the answer: does it go on, what was its effect, and
the statutory ways beside it （三）（八）.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from huiying.handling.models import Case, Clock
from huiying.people.models import Spokesperson
from huiying.responding.models.core import Evidence, Publication


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


class Authorisation(models.Model):
    """A leader authorises an entry of the spokesperson register for one statement (C12.1). Without one, only the lead
    and the departments that handle the matter speak (C8.3).
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="authorisations")
    press = models.ForeignKey("PressRelease", on_delete=models.PROTECT, null=True, related_name="authorisations")
    speaker = models.ForeignKey(Spokesperson, on_delete=models.PROTECT, related_name="authorisations")
    speaker_name = models.CharField(max_length=100)
    statement = models.CharField(max_length=300)  # on what
    by = models.CharField(max_length=100)
    by_user = models.BigIntegerField()
    at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=100, blank=True)
    revoked_why = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(case__isnull=False, press__isnull=True) | Q(case__isnull=True, press__isnull=False),
                name="authorised_for_one_thing",
            )
        ]


class ExpertExplanation(models.Model):
    """组织专家解读: an expert of a field without a conflict of interest explains in public under their own name."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="expert_explanations")
    name = models.CharField(max_length=60)
    field = models.CharField(max_length=100)
    employer = models.CharField(max_length=100)
    topic = models.CharField(max_length=300)
    conflict_statement = models.TextField(blank=True)  # what was looked into and found
    conflict_free = models.BooleanField(null=True)  # null = not checked yet
    conflict_checked_by = models.CharField(max_length=100, blank=True)
    conflict_checked_user = models.BigIntegerField(null=True)
    conflict_checked_at = models.DateTimeField(null=True)
    publication = models.OneToOneField(Publication, on_delete=models.PROTECT, null=True, related_name="expert")
    by = models.CharField(max_length=100)
    by_user = models.BigIntegerField()
    at = models.DateTimeField()
    dropped_at = models.DateTimeField(null=True)
    dropped_why = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(conflict_checked_user__isnull=True) | ~Q(conflict_checked_user=models.F("by_user")),
                name="somebody_else_checks_the_conflict",
            )
        ]


class PressConference(models.Model):
    """召开新闻发布会: plan, media list, questions and answers prepared, transcript, evidence. The statement itself is
    the approved rendition `press_conference`.
    """

    PLANNED, HELD, CANCELLED = "planned", "held", "cancelled"
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="press_conferences")
    press = models.ForeignKey("PressRelease", on_delete=models.PROTECT, null=True, related_name="press_conferences")
    topic = models.CharField(max_length=300)
    starts_at = models.DateTimeField()
    place = models.CharField(max_length=200)
    speaker = models.ForeignKey(Authorisation, on_delete=models.PROTECT, null=True, related_name="press_conferences")
    plan = models.TextField(blank=True)
    media = models.JSONField(default=list)  # names of outlets, never of journalists
    prepared = models.JSONField(default=list)  # [{question, answer}]
    state = models.CharField(max_length=10, default=PLANNED)
    held_at = models.DateTimeField(null=True)
    transcript = models.TextField(blank=True)
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, null=True, related_name="press_conferences")
    publication = models.OneToOneField(Publication, on_delete=models.PROTECT, null=True, related_name="conference")
    by = models.CharField(max_length=100)
    at = models.DateTimeField()
    cancelled_why = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["starts_at", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(state="held") | (Q(held_at__isnull=False) & ~Q(transcript="")), name="held_with_transcript"
            )
        ]


class Interview(models.Model):
    """接受媒体专访: the outlet, the outline reviewed by a second person, what was printed or broadcast."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="interviews")
    outlet = models.CharField(max_length=100)
    speaker = models.ForeignKey(Authorisation, on_delete=models.PROTECT, null=True, related_name="interviews")
    outline = models.TextField()
    outline_reviewed = models.BooleanField(null=True)
    reviewed_by = models.CharField(max_length=100, blank=True)
    reviewed_user = models.BigIntegerField(null=True)
    reviewed_at = models.DateTimeField(null=True)
    review_comment = models.CharField(max_length=500, blank=True)
    publication = models.OneToOneField(Publication, on_delete=models.PROTECT, null=True, related_name="interview")
    by = models.CharField(max_length=100)
    by_user = models.BigIntegerField()
    at = models.DateTimeField()
    dropped_at = models.DateTimeField(null=True)
    dropped_why = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(reviewed_user__isnull=True) | ~Q(reviewed_user=models.F("by_user")),
                name="somebody_else_reviews_the_outline",
            )
        ]


class MediaInquiry(models.Model):
    """A medium asked (C1.4): whether the bureau had spoken before it was asked is counted."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="media_inquiries")
    outlet = models.CharField(max_length=100)
    question = models.TextField()
    asked_at = models.DateTimeField()  # 自报时间
    recorded_at = models.DateTimeField()
    by = models.CharField(max_length=100)
    answered_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)
    answered_by = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
