"""The bureau's own watch rules: changes over the built-in file, what the rules hit, and what people said of it (C5.11).

There is no field for an account or a person anywhere here: rules describe matters (INV-10).
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from huiying.listening.models import Post


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
