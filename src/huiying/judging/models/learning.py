"""What the bureau taught the screening: labels, agreement, samples and weights (C5.16), and its own watch rules
(C5.11).

There is no field for an account or a person anywhere here: rules describe matters (INV-10).
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from huiying.judging.models.core import Screening
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


class SampleDraw(models.Model):
    """One week's sample: which posts could have been drawn, and by which seed, so that anybody can draw it again."""

    week = models.DateField(unique=True)  # the Monday on which the week sampled began
    seed = models.CharField(max_length=40)
    population = models.PositiveIntegerField()  # posts screened out in that week
    reached = models.PositiveIntegerField()  # posts of that week which were put on the desk, by rule or by a person
    size = models.PositiveIntegerField()
    drawn_at = models.DateTimeField()


class SampledPost(models.Model):
    """A post of a sample. What a person says of it stands in its screening, as for a suspect."""

    draw = models.ForeignKey(SampleDraw, on_delete=models.PROTECT, related_name="posts")
    screening = models.OneToOneField(Screening, on_delete=models.PROTECT, related_name="sampled")
    place = models.PositiveIntegerField()  # the order of the draw: the posts reviewed first are a sample too

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["draw", "place"], name="sample_place_once")]


class ScreenAdjustment(models.Model):
    """What clearances taught: bounded additions to the shipped model. Used only where it did better on clearances
    held back from it; any one can be withdrawn, and then the one before it is in force again.
    """

    APPLIED, REFUSED, WITHDRAWN = "applied", "refused", "withdrawn"
    state = models.CharField(max_length=12)
    weights = models.JSONField(default=dict)  # fact name → addition to the log-odds; "" is the offset
    learned_from = models.PositiveIntegerField()
    held_back = models.PositiveIntegerField()
    loss_before = models.FloatField()  # mean log loss on the clearances held back, under what was in force
    loss_after = models.FloatField()
    model = models.CharField(max_length=40)  # the shipped model that it adds to
    at = models.DateTimeField()
    withdrawn_by = models.CharField(max_length=100, blank=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(state="applied") | Q(loss_after__lt=models.F("loss_before")),
                name="adjustment_did_better",
            )
        ]


class WatchProposal(models.Model):
    """Changes of watch rules that one person proposes and another agrees to: a rule taken out is a quiet 漏报."""

    OPEN, AGREED, REFUSED, WITHDRAWN = "open", "agreed", "refused", "withdrawn"
    reason = models.TextField()
    origin = models.CharField(max_length=40, blank=True)  # frequency_words where a file was imported
    proposed_by = models.CharField(max_length=100)
    proposed_user = models.BigIntegerField()
    proposed_at = models.DateTimeField()
    state = models.CharField(max_length=10, default=OPEN)
    decided_by = models.CharField(max_length=100, blank=True)
    decided_user = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)
    # Counts the agreed proposals: the version of the bureau's rules, and the order in which they are laid on.
    effective_no = models.PositiveIntegerField(null=True, unique=True)
    # A number may be given twice where a transaction is rolled back; compiled rules are remembered by this mark.
    mark = models.CharField(max_length=16, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(state="agreed")
                | (Q(decided_user__isnull=False, effective_no__isnull=False) & ~Q(decided_user=F("proposed_user"))),
                name="watch_change_needs_second_person",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["-id"], condition=Q(state="open"), name="watch_open")]


class WatchChange(models.Model):
    """One rule in a proposal: `body` is how it shall read, `was` how it read; both as rows of a rule file."""

    ADD, CHANGE, REMOVE = "add", "change", "remove"
    proposal = models.ForeignKey(WatchProposal, on_delete=models.PROTECT, related_name="changes")
    rule = models.CharField(max_length=20, db_index=True)
    action = models.CharField(max_length=6)
    body = models.JSONField(default=dict)
    was = models.JSONField(default=dict)
    version = models.CharField(max_length=12, blank=True)  # b1, b2, … once agreed

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["proposal", "rule"], name="watch_rule_once_in_proposal")
        ]


class WatchHit(models.Model):
    """A rule fired on a post of the desk or the tray: which version, and [clause, start, end] of the words in the
    post's title, an empty line and its text.
    """

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="watch_hits")
    rule = models.CharField(max_length=20)
    version = models.CharField(max_length=12)
    places = models.JSONField(default=list)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["rule", "-at"], name="watch_hit_recent")]


class WatchVerdict(models.Model):
    """「不相关」or 「相关」, said by a person of a post which rules had hit. The post stays where it is (INV-1)."""

    post = models.OneToOneField(Post, on_delete=models.PROTECT, related_name="watch_verdict")
    relevant = models.BooleanField()
    by = models.CharField(max_length=100)
    at = models.DateTimeField()


class WatchReview(models.Model):
    """Somebody looked at a rule that had long been silent, and says why it stays."""

    rule = models.CharField(max_length=20, db_index=True)
    note = models.TextField()
    by = models.CharField(max_length=100)
    at = models.DateTimeField()
