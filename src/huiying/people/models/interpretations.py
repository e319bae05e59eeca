"""The interpretation register （十三）: what the office answered where the text leaves a question open."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q


class Interpretation(models.Model):
    """One ruling, signed and dated. A later one takes its place from its day on; neither is ever changed (C13.1)."""

    gap = models.CharField(max_length=4, db_index=True)  # G1–G16
    clause = models.CharField(max_length=60)
    question = models.TextField()
    ruling = models.TextField()
    effect = models.JSONField(default=dict)  # key path of the regulation → the value the ruling was about
    regulation_sha256 = models.CharField(max_length=64)  # the version it interprets
    effective_from = models.DateField()
    signed_on = models.DateField()  # by the server's clock, in the bureau's zone
    signed_by = models.CharField(max_length=100)
    signed_user = models.BigIntegerField()
    signed_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(effective_from__gte=F("signed_on")), name="interpretation_never_retroactive"
            ),
            models.CheckConstraint(condition=~Q(ruling=""), name="interpretation_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.gap} {self.effective_from}"
