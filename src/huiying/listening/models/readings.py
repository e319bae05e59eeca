"""Pictures whose text a machine reads as a draft (C5.7, C5.13). The draft lies sealed, at most for a day."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class PictureReading(models.Model):
    """What one person asked to be read. The row is the truth: after a crash a waiting one is simply read again."""

    WAITING, READ, FAILED, USED, DROPPED = "waiting", "read", "failed", "used", "dropped"

    user = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")  # nobody else sees the draft
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, default=WAITING)
    #: `[{"sha256", "stored", "media_type", "size", "problem"}]`; `stored` as of an attachment, `problem` a code or "".
    pictures = models.JSONField(default=list)
    sealed_form = models.BinaryField(null=True)  # what stood in the form beside the pictures
    sealed_draft = models.BinaryField(null=True)
    unsure = models.PositiveIntegerField(default=0)  # lines
    engine = models.CharField(max_length=60, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["id"], name="picture_to_read", condition=Q(state="waiting"))]
