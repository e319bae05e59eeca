"""Tables of the ledger. Rows are written by `actions` only; triggers (migration 0002) refuse everything
else.
"""

from __future__ import annotations

import json
from typing import Any

from django.db import models

from huiying.ledger import kept


class LedgerEntry(models.Model):
    """One fact. `digest` = SHA-256(salt ‖ payload); `hash` covers all columns but salt and payload.

    So payload and salt can be erased by a recorded decision and the chain still verifies. `actor` is copied
    text, not a foreign key: a person who leaves the bureau does not leave the record.
    """

    id: int
    chain = models.CharField(max_length=100)
    seq = models.IntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=60)
    actor = models.TextField()
    payload = models.TextField(null=True)
    salt = models.CharField(max_length=64, null=True)
    digest = models.CharField(max_length=64)
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        db_table = "ledger_entry"
        constraints = [models.UniqueConstraint(fields=["chain", "seq"], name="ledger_entry_one_place")]
        indexes = [
            models.Index(fields=["kind"], name="ledger_entry_kind"),
            models.Index(fields=["at"], name="ledger_entry_at"),
        ]

    def __str__(self) -> str:
        return f"{self.chain}#{self.seq} {self.kind}"

    @property
    def data(self) -> dict[str, Any] | None:
        """The payload as a dict, without the digests of rows; None once erased."""
        return None if self.payload is None else kept.facts(self.payload)

    @property
    def actor_data(self) -> dict[str, Any]:
        """`{"name", "post", "department", "user_id"}` as copied when the entry was made."""
        data: dict[str, Any] = json.loads(self.actor)
        return data


class ChainHead(models.Model):
    """The last entry of a chain, and the row that is locked to append the next."""

    chain = models.CharField(max_length=100, primary_key=True)
    seq = models.IntegerField(default=0)
    hash = models.CharField(max_length=64)
    at = models.DateTimeField(null=True)

    class Meta:
        db_table = "ledger_chain_head"

    def __str__(self) -> str:
        return f"{self.chain}#{self.seq}"


class Erasure(models.Model):
    """The tombstone of an erased payload: which decision, why, and the two people (INV-1, INV-8)."""

    decision = models.CharField(max_length=100)
    chain = models.CharField(max_length=100)
    seq = models.IntegerField()
    reason = models.TextField()
    decided_by = models.TextField()
    second_person = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "ledger_erasure"
        constraints = [models.UniqueConstraint(fields=["chain", "seq"], name="ledger_erasure_once")]

    def __str__(self) -> str:
        return f"{self.chain}#{self.seq} 已依决定 {self.decision} 删除"
