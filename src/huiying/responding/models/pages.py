"""Public pages that gather what was answered （四）C4.4: 热点回应, 常见问题, 澄清. Each text has its second person."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from huiying.people.models import Department


class TopicPage(models.Model):
    """One page of the public site. Its texts are `TopicText`; the last approved one is what people read."""

    HOT, FREQUENT, CLARIFICATION = "hot", "faq", "clarified"
    KINDS = (HOT, FREQUENT, CLARIFICATION)
    address = models.CharField(max_length=30, unique=True)  # 2026-1, a part of its web address
    kind = models.CharField(max_length=10)
    topic = models.CharField(max_length=10, blank=True)  # code of a 业务范畴 of the regulation
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="topic_pages")
    subject = models.CharField(max_length=60, blank=True)  # the watch rule or event whose askers made it frequent
    events = models.JSONField(default=list)  # numbers of the events that it answers, for figures; never shown
    made_by = models.CharField(max_length=100)
    made_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=100, blank=True)
    withdrawn_note = models.CharField(max_length=500, blank=True)  # the public reads why

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return self.address


class TopicText(models.Model):
    """One saved text of a page, bound by its manifest. Another text is another row (INV-4)."""

    APPROVED, RETURNED = "approved", "returned"
    page = models.ForeignKey(TopicPage, on_delete=models.PROTECT, related_name="texts")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    asked = models.TextField()  # what people ask, or the claim that goes round
    text = models.TextField()  # what the bureau says, or what it found
    proof = models.TextField(blank=True)  # of a clarification
    since = models.DateField(null=True)  # since when the claim goes round
    answers = models.JSONField(default=list)  # numbers of the answers that it gathers
    note = models.CharField(max_length=500, blank=True)  # what a later text changed; the public reads it
    manifest_sha256 = models.CharField(max_length=64)
    drafter = models.CharField(max_length=100)
    drafter_user = models.BigIntegerField()
    at = models.DateTimeField()
    proposed_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=10, blank=True)
    comment = models.TextField(blank=True)
    secrecy = models.BooleanField(default=False)
    personal_data = models.BooleanField(default=False)
    decided_by = models.CharField(max_length=100, blank=True)
    decided_user = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["page", "number"], name="topic_text_number"),
            models.CheckConstraint(
                condition=Q(decided_user__isnull=True) | ~Q(decided_user=F("drafter_user")),
                name="topic_text_needs_second_person",
            ),
            models.CheckConstraint(
                condition=~Q(decision="approved")
                | Q(decided_user__isnull=False, decided_at__isnull=False, secrecy=True, personal_data=True),
                name="topic_text_approved_is_checked",
            ),
        ]
