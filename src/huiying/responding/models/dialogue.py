"""People who follow a topic, and people who ask for a correction or a deletion （四）§6.2. No table of citizens: a row
holds a sealed address or nothing, and is found by no name (INV-10).
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Subscription(models.Model):
    """An address that asked for the answers of a topic by e-mail: confirmed by a link, ended by a link, destroyed."""

    sealed_address = models.BinaryField(null=True)  # None once it has ended: the address is gone
    topic = models.CharField(max_length=10, blank=True)  # code of a 业务范畴; "" for everything
    language = models.CharField(max_length=10)
    made_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    told_until = models.DateTimeField(null=True)  # what was published up to here was told
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, sealed_address__isnull=False)
                | Q(ended_at__isnull=False, sealed_address__isnull=True),
                name="ended_subscription_has_no_address",
            )
        ]


class PersonalRequest(models.Model):
    """要求更正或删除 (§6.2): numbered, with a query code; decided by a person with a reason that the asker reads."""

    CORRECTION, DELETION, COPY = "correction", "deletion", "copy"
    GRANTED, PARTLY, REFUSED = "granted", "partly", "refused"
    number = models.CharField(max_length=30, unique=True)
    query_code_hash = models.CharField(max_length=64)
    kind = models.CharField(max_length=10)
    message = models.CharField(max_length=30, blank=True)  # the message it is about, proven by its own query code
    answer = models.CharField(max_length=30, blank=True)  # the public answer it is about
    text = models.TextField()  # masked
    sealed_text = models.BinaryField(null=True)
    received_at = models.DateTimeField()
    due_at = models.DateTimeField()
    decision = models.CharField(max_length=10, blank=True)
    reason = models.TextField(blank=True)
    decided_by = models.CharField(max_length=100, blank=True)
    decided_at = models.DateTimeField(null=True)
    contact_purged = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True) | (~Q(decision="") & ~Q(reason="")),
                name="request_decided_with_reason",
            )
        ]
