"""What helps to write: templates with named blanks, and text that a machine proposed （八）（九）."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from huiying.handling.models import Case


class AnswerTemplate(models.Model):
    """A template of the office, by level × concern × channel; laid over the built-in ones. Never edited: a change ends
    one row and makes another.
    """

    code = models.CharField(max_length=60)
    title = models.CharField(max_length=100)
    levels = models.JSONField(default=list)  # level codes; empty = every level
    concerns = models.JSONField(default=list)  # words of the regulation; empty = every concern
    targets = models.JSONField(default=list)  # account codes or forms; empty = every channel
    stage = models.CharField(max_length=10, blank=True)  # "" = any
    text = models.TextField()  # blanks are written 【请填：时间】
    by = models.CharField(max_length=100)
    at = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["code", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code"], condition=Q(until__isnull=True), name="one_live_template")
        ]


class MachineDraft(models.Model):
    """Text proposed by the bureau's own language model. It is no answer until a person has changed it (INV-4)."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="machine_drafts")
    target = models.CharField(max_length=20)
    model = models.CharField(max_length=100)
    text = models.TextField()
    prompt_sha256 = models.CharField(max_length=64)
    asked_by = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]
