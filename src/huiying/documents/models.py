"""Issued documents, who signed them, what was added, who got them, and the 批示 on them （六）.

What was issued is never edited: the database refuses (C6.9). Everything that comes after it is a row of its own.
"""

from __future__ import annotations

import json
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from huiying.handling.models import Case
from huiying.people.models import User
from huiying.people.versions import regulation_by
from huiying.regulation import Regulation

ONCE = ("log", "briefing", "night", "digest")  # one for its day, its hour, its month


class IssuedDocument(models.Model):
    """One document as it was issued. `content` is the canonical JSON that `sha256` is of; `basis` is what it takes to
    compose it again: the cut-off, the heads of its chains, the words that a person gave.
    """

    kind = models.CharField(max_length=16)
    number = models.CharField(max_length=60, unique=True)
    subject = models.CharField(max_length=80)  # a day, a case, a slip: what the document is about
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="documents")
    title = models.CharField(max_length=300)
    cut_off = models.DateTimeField()
    content = models.TextField()
    sha256 = models.CharField(max_length=64)
    prev_sha256 = models.CharField(max_length=64, blank=True)  # the log of the day before (C6.9)
    figures = models.TextField()  # canonical JSON, as the ledger entry has them
    basis = models.TextField()  # canonical JSON
    issued_by = models.CharField(max_length=100)
    issued_user = models.BigIntegerField(null=True)
    issued_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "subject"], condition=Q(kind__in=ONCE), name="document_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["kind", "-id"], name="document_kind"),
            models.Index(fields=["sha256"], name="document_sha256"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def data(self) -> dict[str, Any]:
        made: dict[str, Any] = json.loads(self.content)
        return made

    @property
    def rules(self) -> Regulation:
        """The version of the regulation by which it was composed."""
        return regulation_by(json.loads(self.basis)["regulation"])

    @property
    def withdrawn(self) -> Withdrawal | None:
        return getattr(self, "withdrawal", None)

    @property
    def made_from(self) -> dict[str, int]:
        """Chain → its last entry when the document was composed."""
        heads: dict[str, int] = json.loads(self.basis)["heads"]
        return heads

    @property
    def told(self) -> dict[str, Any]:
        made: dict[str, Any] = json.loads(self.figures)
        return made


class Signature(models.Model):
    """A person signed at one of the places, on exactly this content. Nobody signs twice (C6.9)."""

    document = models.ForeignKey(IssuedDocument, on_delete=models.PROTECT, related_name="signatures")
    place = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64)
    by = models.CharField(max_length=100)
    by_user = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["document", "place"], name="place_signed_once"),
            models.UniqueConstraint(fields=["document", "by_user"], name="signed_by_different_people"),
        ]


class Addendum(models.Model):
    """What is to be said after the document was issued. The document itself stays as it is (C6.9)."""

    document = models.ForeignKey(IssuedDocument, on_delete=models.PROTECT, related_name="addenda")
    number = models.PositiveIntegerField()
    text = models.TextField()
    by = models.CharField(max_length=100)
    by_user = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["document", "number"], name="addendum_number"),
            models.CheckConstraint(condition=~Q(text=""), name="addendum_says_something"),
        ]


class Withdrawal(models.Model):
    """A decision, with its reason, that a report no longer counts, and which later one stands for it (C6.10).

    The report and its number stay; it says so wherever it is shown.
    """

    document = models.OneToOneField(IssuedDocument, on_delete=models.PROTECT, related_name="withdrawal")
    replaced_by = models.ForeignKey(IssuedDocument, on_delete=models.PROTECT, null=True, related_name="replaces")
    reason = models.TextField()
    by = models.CharField(max_length=100)
    by_user = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(reason=""), name="withdrawn_with_reason"),
            models.CheckConstraint(
                condition=Q(replaced_by__isnull=True) | Q(replaced_by__gt=F("document")),
                name="withdrawn_for_a_later_one",
            ),
        ]

    @property
    def word(self) -> str:
        return "已被替代" if self.replaced_by_id else "已撤回"


class Circulation(models.Model):
    """To whom a document went, and when each of them read it (C6.10)."""

    document = models.ForeignKey(IssuedDocument, on_delete=models.PROTECT, related_name="circulations")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="circulated")
    name = models.CharField(max_length=100)
    by = models.CharField(max_length=100)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["document", "user"], name="circulated_once")]


class Instruction(models.Model):
    """批示 (C6.10): a leader's words on a document, who acts on them by when, and that a second person saw it done."""

    OPEN, REPORTED, CLOSED = "open", "reported", "closed"
    document = models.ForeignKey(IssuedDocument, on_delete=models.PROTECT, related_name="instructions")
    leader = models.CharField(max_length=100)
    words = models.TextField()
    taken_by = models.CharField(max_length=100)  # who wrote it down; the leader's own hand where it is the same name
    at = models.DateTimeField()
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="instructions")
    owner_name = models.CharField(max_length=100)
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, default=OPEN)
    next_action_at = models.DateTimeField(null=True)
    result = models.TextField(blank=True)
    reported_at = models.DateTimeField(null=True)
    reported_user = models.BigIntegerField(null=True)
    closed_by = models.CharField(max_length=100, blank=True)
    closed_user = models.BigIntegerField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(words=""), name="instruction_has_words"),
            models.CheckConstraint(
                condition=~Q(state="closed")
                | (~Q(result="") & Q(reported_user__isnull=False, closed_user__isnull=False)),
                name="instruction_closed_with_result",
            ),
            models.CheckConstraint(
                condition=Q(closed_user__isnull=True) | ~Q(closed_user=F("reported_user")),
                name="instruction_closed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(state="closed") | Q(next_action_at__isnull=False), name="open_instruction_is_followed"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_action_at"], condition=Q(next_action_at__isnull=False), name="instruction_due")
        ]
