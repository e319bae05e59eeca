"""Files that were imported, what could not be taken of them, and what people entered by hand (C5.7, C5.13, C5.16)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from huiying.listening.models.core import Post


class Import(models.Model):
    """One file on its way in. The row is the truth of how far it has come: `rows_read` moves with each stored chunk."""

    PREVIEW, WAITING, RUNNING, DONE, FAILED, CANCELLED = (
        "preview", "waiting", "running", "done", "failed", "cancelled",
    )  # fmt: skip
    UPLOAD, FOLDER, COMMAND = "upload", "folder", "command"

    batch = models.CharField(max_length=40, unique=True)
    how = models.CharField(max_length=10)
    name = models.CharField(max_length=300)
    path = models.CharField(max_length=500, blank=True)  # under HUIYING_HOME/imports; "" once the file is gone
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.BigIntegerField(default=0)
    modified_at = models.DateTimeField()  # the file's own time: when its rows were seen where they do not say
    format = models.CharField(max_length=30, blank=True)
    mapping = models.JSONField(default=dict)  # headings that a person corrected
    state = models.CharField(max_length=10)
    problem = models.TextField(blank=True)  # why the file was refused or broke off, as people read it
    asked_by = models.CharField(max_length=100)
    actor = models.JSONField(default=dict)  # copied, as the ledger keeps it
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    rows_read = models.PositiveBigIntegerField(default=0)
    new = models.PositiveBigIntegerField(default=0)
    duplicate = models.PositiveBigIntegerField(default=0)
    versions = models.PositiveBigIntegerField(default=0)
    rejected = models.PositiveBigIntegerField(default=0)
    sources = models.JSONField(default=list)  # what a list of sources proposes to listen to

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["id"], condition=Q(state__in=("waiting", "running"), how__in=("upload", "folder")),
                name="import_to_do",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class RejectedRow(models.Model):
    """A row that could not be taken: where it stands and why. No word of the row itself."""

    imported = models.ForeignKey(Import, on_delete=models.PROTECT, related_name="rejected_rows")
    file = models.CharField(max_length=300)
    line = models.PositiveBigIntegerField()
    reason = models.CharField(max_length=500)


class HandEntry(models.Model):
    """What a person heard, read or was handed, and entered (C5.7, C5.13)."""

    CALL, LETTER, COUNTER, SLIP, WECHAT, NEWSPAPER, BROADCAST = (
        "call", "letter", "counter", "slip", "wechat", "newspaper", "broadcast",
    )  # fmt: skip

    post = models.OneToOneField("listening.Post", on_delete=models.PROTECT, related_name="hand_entry")
    kind = models.CharField(max_length=10)
    place = models.CharField(max_length=100, blank=True)  # 版面 of a newspaper, 时段 of a broadcast
    number = models.CharField(max_length=60, blank=True)  # of a 12345 slip
    # 自报时间: what the person says. No clock reads it; those start from the server's time (INV-13).
    reported_at = models.DateTimeField(null=True)
    by = models.CharField(max_length=100)
    at = models.DateTimeField()


class PostAttachment(models.Model):
    """A photo or PDF that proves an entry, or that a citizen sent along. Its bytes lie sealed under evidence/."""

    entry = models.ForeignKey(HandEntry, on_delete=models.PROTECT, null=True, related_name="attachments")
    message = models.ForeignKey("listening.Message", on_delete=models.PROTECT, null=True, related_name="attachments")
    sha256 = models.CharField(max_length=64)  # of the picture itself
    stored = models.CharField(max_length=64)  # of the sealed file
    media_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(entry__isnull=False, message__isnull=True) | Q(entry__isnull=True, message__isnull=False),
                name="attachment_of_one_thing",
            )
        ]

    @property
    def post(self) -> Post:
        """The text that it belongs to."""
        if self.entry is not None:
            return self.entry.post
        assert self.message is not None
        return self.message.post
