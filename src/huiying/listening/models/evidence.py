"""What was kept of what was seen: one sealed WARC file a fetch, its hashes, and a tombstone when it is destroyed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from huiying.listening.models.core import Post
from huiying.listening.models.sources import Source


class Evidence(models.Model):
    """A captured answer. The file is sealed, its key is not in the database; the hashes stand in the ledger too."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, null=True, related_name="evidence")
    posts = models.ManyToManyField(Post, related_name="evidence")
    captured_at = models.DateTimeField(db_index=True)
    url = models.CharField(max_length=2000)
    status = models.PositiveSmallIntegerField()
    media_type = models.CharField(max_length=100, blank=True)
    record_id = models.CharField(max_length=60)  # WARC-Record-ID of the response
    body_sha256 = models.CharField(max_length=64)  # of the payload as it came over the wire
    file = models.CharField(max_length=200, unique=True)  # under HUIYING_HOME/evidence
    file_sha256 = models.CharField(max_length=64)  # of the sealed file
    size = models.PositiveBigIntegerField()  # of the sealed file, bytes
    purged_at = models.DateTimeField(null=True)  # the tombstone

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["captured_at"], name="evidence_kept", condition=Q(purged_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.url}"
