"""依决定删除 (§6.2, INV-1): who wants which entry's words gone and why; a second person agrees or refuses."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q


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
