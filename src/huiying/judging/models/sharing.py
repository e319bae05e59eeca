"""互通、互动、共享 （五）C5.18: what another body gets of an event, who opened it, and what came back."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from huiying.judging.models.core import Event


class SharePackage(models.Model):
    """A frozen view of an event for one body: read by a link until it expires, or taken along as a signed file."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="shares")
    body = models.CharField(max_length=100)
    purpose = models.CharField(max_length=300)  # an export carries its purpose (§6.3-8)
    content = models.JSONField()  # personal data masked
    sha256 = models.CharField(max_length=64)
    token_hash = models.CharField(max_length=64, unique=True)
    made_by = models.CharField(max_length=100)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=100, blank=True)
    opens = models.PositiveIntegerField(default=0)
    first_opened_at = models.DateTimeField(null=True)
    last_opened_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(purpose=""), name="shared_for_a_purpose")]

    def __str__(self) -> str:
        return f"{self.event.number} → {self.body}"


class ShareReply(models.Model):
    """What the other body wrote back; it stands on the event's record."""

    package = models.ForeignKey(SharePackage, on_delete=models.PROTECT, related_name="replies")
    name = models.CharField(max_length=100)
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]
