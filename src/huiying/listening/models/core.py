"""What was heard: posts as received, citizens' messages, files that were imported, what people entered by hand,
pictures read as a draft (C5.7, C5.13, C5.16). No table here is keyed by a citizen (INV-10).
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q


class Post(models.Model):
    """One received text. The same native id with another text is a later version, kept beside the first (INV-1)."""

    IMPORT, HISTORY = "import", "history"  # ways in; what comes as history asks nobody for an answer

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
    # No columns: of a row that is just being stored, whose voice it is, and the look that was taken at it.
    voice: str | None = None
    look: Any = None
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
    received_how = models.CharField(max_length=20)  # IMPORT, HISTORY, paste, portal, demo or source
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
    as_history = models.BooleanField(default=False)  # 历史资料: kept and judged, but nobody is asked to answer it
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
