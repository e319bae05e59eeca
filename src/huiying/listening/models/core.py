"""What was heard: posts as received, and citizens' messages. No table here is keyed by a citizen (INV-10)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Post(models.Model):
    """One received text. The same native id with another text is a later version, kept beside the first (INV-1)."""

    platform = models.CharField(max_length=60)
    channel_class = models.CharField(max_length=20)
    kind = models.CharField(max_length=20)
    native_id = models.CharField(max_length=200)
    version = models.PositiveIntegerField(default=1)
    parent_id = models.CharField(max_length=200, blank=True)
    root_id = models.CharField(max_length=200, blank=True)
    url = models.CharField(max_length=2000, blank=True)
    title = models.CharField(max_length=500, blank=True)
    text = models.TextField()  # personal data masked, //@names replaced
    text_sha256 = models.CharField(max_length=64)  # of title and text as received
    sealed_text = models.BinaryField(null=True)  # the original, where masking changed it; opened with a reason only
    sealed_voice = models.BinaryField(null=True)  # until the assignment commits (DESIGN.md "Voices are counted")
    outlet = models.CharField(max_length=100, blank=True)  # institutions only
    outlet_tier = models.PositiveSmallIntegerField(null=True)
    own_channel = models.BooleanField(default=False)
    region = models.CharField(max_length=60, blank=True)
    published_at = models.DateTimeField(null=True)
    time_confidence = models.CharField(max_length=20, blank=True)
    seen_at = models.DateTimeField(null=True)  # as the collector says
    received_at = models.DateTimeField()  # server time (INV-13)
    metrics = models.JSONField(default=dict)
    metrics_at = models.DateTimeField(null=True)  # when the collector read the figures: older ones never replace them
    extra = models.JSONField(default=dict)
    batch = models.CharField(max_length=40, db_index=True)  # which import, paste or form brought it
    received_how = models.CharField(max_length=20)  # import | paste | portal | demo | source
    source = models.ForeignKey(
        "listening.Source", on_delete=models.PROTECT, null=True, related_name="posts", db_index=False
    )  # where the collector found it; the partial index below keeps imports as fast as they were
    life_safety = models.BooleanField(default=False)  # seen at the door, before every rule (Life first)
    screened = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["platform", "kind", "native_id", "text_sha256"], name="post_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["id"], condition=Q(screened=False), name="post_unscreened"),
            models.Index(fields=["received_at"], name="post_received"),
            models.Index(fields=["channel_class", "received_at"], name="post_channel"),
            models.Index(
                fields=["platform", "channel_class", "received_at"], condition=Q(own_channel=True), name="post_own"
            ),
            models.Index(fields=["source", "-id"], condition=Q(source__isnull=False), name="post_of_source"),
        ]

    def __str__(self) -> str:
        return self.title or self.text[:40]


class Message(models.Model):
    """A citizen's message through the portal. It is also a post of an own channel; nothing of it is ever printed."""

    number = models.CharField(max_length=30, unique=True)
    query_code_hash = models.CharField(max_length=64)
    post = models.OneToOneField(Post, on_delete=models.PROTECT, related_name="message")
    kind = models.CharField(max_length=20)  # 咨询 投诉 建议 表扬 网站问题 不实信息
    sealed_contact = models.BinaryField(null=True)
    received_at = models.DateTimeField()
    contact_purged_at = models.DateTimeField(null=True)
    statutory = models.JSONField(default=list)  # codes of the statutory channels that the asker was told of (C3.1)


class StaffReport(models.Model):
    """Which member of staff brought a post in (C6.13, C9.7): credited and told how it ended, never scored by it."""

    post = models.OneToOneField(Post, on_delete=models.PROTECT, related_name="staff_report")
    user = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="reports")
    by = models.CharField(max_length=100)
    at = models.DateTimeField()
