"""Batches of the province's posts on their way: those not yet sent, and those that came before their turn."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Batch(models.Model):
    """`body` is sealed with the hub's key. Of one that was sent the body is kept for some days, to be sent again."""

    SENT, CAME = "sent", "came"
    way = models.CharField(max_length=4)  # sent: by this bureau to the screeners; came: from them, before its turn
    number = models.BigIntegerField()
    body = models.BinaryField()
    at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "hub_batch"
        constraints: ClassVar = [models.UniqueConstraint(fields=["way", "number"], name="hub_batch_once")]
        indexes: ClassVar = [
            models.Index(fields=["way", "number"], name="hub_batch_waits", condition=Q(sent_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.way} {self.number}"
