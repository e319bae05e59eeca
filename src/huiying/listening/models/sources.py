"""Where the bureau listens: sources and each look at them （五）C5.2 to C5.10, the sealed evidence of a look, 巡查
by hand and the denser watch of an emergency (C5.8, C5.9, C5.13).
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from huiying.listening.models.core import Post
from huiying.people.models import Department


class SourceHost(models.Model):
    """A host that is asked: one request at a time, never before `free_at`, only what its robots.txt allows."""

    name = models.CharField(max_length=260, primary_key=True)  # host, with the port where it is not the scheme's own
    free_at = models.DateTimeField(
        db_index=True
    )  # not before; while a request is under way, when it is given up for lost
    turn = models.BigIntegerField(default=0)  # fence: an answer to an older turn writes nothing
    delay_seconds = models.FloatField(default=2.0)
    robots = models.TextField(blank=True)
    robots_status = models.PositiveSmallIntegerField(null=True)  # HTTP status; 0: there was no answer
    robots_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class Source(models.Model):
    """One place that is listened to. The lower half is the collector's memory of it."""

    ACTIVE, PAUSED, RETIRED = "active", "paused", "retired"

    name = models.CharField(max_length=100)
    channel_class = models.CharField(max_length=20, db_index=True)  # one of the regulation's
    platform = models.CharField(max_length=60)  # as the posts from here carry it
    adapter = models.CharField(max_length=20)  # a kind of `listening.adapters`
    url = models.CharField(max_length=2000, blank=True)
    config = models.JSONField(default=dict)  # what the adapter was told: selectors, mapping, …
    sealed_secret = models.BinaryField(null=True)  # of a hook or a mail box; never shown again
    kind = models.CharField(max_length=20, default="post")  # of its posts
    outlet = models.CharField(max_length=100, blank=True)  # institutions only
    outlet_tier = models.PositiveSmallIntegerField(null=True)
    own_channel = models.BooleanField(default=False)
    region = models.CharField(max_length=60, blank=True)
    article = models.OneToOneField(Post, on_delete=models.PROTECT, null=True, related_name="comment_source")
    owner = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="sources")
    owner_role = models.CharField(max_length=40, blank=True)  # a post of the regulation, where no person is named
    backup = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="backed_sources")
    backup_role = models.CharField(max_length=40, blank=True)
    rhythm_hours = models.PositiveIntegerField(null=True)  # longer without anything new is silence; null: learnt
    min_minutes = models.PositiveIntegerField(default=10)
    max_minutes = models.PositiveIntegerField(default=240)
    state = models.CharField(max_length=10, default=ACTIVE, db_index=True)
    state_why = models.CharField(max_length=300, blank=True)
    added_by = models.CharField(max_length=100)
    added_at = models.DateTimeField()

    host = models.ForeignKey(SourceHost, on_delete=models.PROTECT, null=True, related_name="sources")
    next_action_at = models.DateTimeField(null=True)  # null: nobody fetches it
    interval_seconds = models.PositiveIntegerField(default=600)
    etag = models.CharField(max_length=300, blank=True)
    last_modified = models.CharField(max_length=100, blank=True)
    body_sha256 = models.CharField(max_length=64, blank=True)  # of the last body that could be read
    cursor = models.CharField(max_length=60, blank=True)  # of a mail box: UIDVALIDITY:UID of what was read last
    hop_url = models.CharField(max_length=2000, blank=True)  # a redirect led to another host: its turn comes next
    hops = models.PositiveSmallIntegerField(default=0)
    last_checked_at = models.DateTimeField(null=True)
    last_success_at = models.DateTimeField(null=True)
    last_new_at = models.DateTimeField(null=True)
    last_outcome = models.CharField(max_length=20, blank=True)
    last_detail = models.CharField(max_length=300, blank=True)
    last_items = models.PositiveIntegerField(default=0)
    last_new = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)  # in a row
    failing_since = models.DateTimeField(null=True)
    checks_made = models.PositiveBigIntegerField(default=0)
    arrivals = models.JSONField(default=list)  # when something new was here, the latest 20 times
    alarm = models.CharField(max_length=10, blank=True)  # what its owner was told of
    alarm_since = models.DateTimeField(null=True)
    alarm_steps = models.PositiveSmallIntegerField(default=0)
    alarm_next_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["next_action_at"], name="source_due", condition=Q(next_action_at__isnull=False)),
            models.Index(fields=["host", "next_action_at"], name="source_of_host"),
        ]

    def __str__(self) -> str:
        return self.name


class SourceCheck(models.Model):
    """What one look at a source brought; the latest hundred of each are kept."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="checks")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=20)
    detail = models.CharField(max_length=300, blank=True)
    status = models.PositiveSmallIntegerField(null=True)  # HTTP
    size = models.PositiveBigIntegerField(default=0)  # bytes of the body, unpacked
    milliseconds = models.PositiveIntegerField(default=0)
    encoding = models.CharField(max_length=20, blank=True)
    items = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    by = models.CharField(max_length=100, blank=True)  # who looked, where a person did

    class Meta:
        indexes: ClassVar = [models.Index(fields=["source", "-id"], name="check_of_source")]


class SourcePage(models.Model):
    """A page that a source pointed to: fetched for its text, looked at again for a while, for edits and its end."""

    WAITING, KEPT, GONE, OLD = "waiting", "kept", "gone", "old"  # old: there before the source was listened to

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="pages")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="pages")  # its newest version
    native_id = models.CharField(max_length=200)
    url = models.CharField(max_length=2000)
    title = models.CharField(max_length=500, blank=True)  # as the list gave it
    published_at = models.DateTimeField(null=True)
    time_confidence = models.CharField(max_length=20, blank=True)
    first_seen_at = models.DateTimeField()
    state = models.CharField(max_length=10, default=WAITING)
    host = models.ForeignKey(SourceHost, on_delete=models.PROTECT, related_name="pages")
    next_action_at = models.DateTimeField(null=True)
    looks = models.PositiveSmallIntegerField(default=0)  # successful ones
    failures = models.PositiveSmallIntegerField(default=0)  # in a row
    missing = models.PositiveSmallIntegerField(default=0)  # 404 or 410 in a row
    etag = models.CharField(max_length=300, blank=True)
    last_modified = models.CharField(max_length=100, blank=True)
    last_status = models.PositiveSmallIntegerField(null=True)
    gone_at = models.DateTimeField(null=True)  # the tombstone: seen missing twice

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["source", "native_id"], name="page_once")]
        indexes: ClassVar = [
            models.Index(fields=["next_action_at"], name="page_due", condition=Q(next_action_at__isnull=False)),
            models.Index(fields=["host", "next_action_at"], name="page_of_host"),
        ]


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


class PatrolPoint(models.Model):
    """A place that people look at: open, look, tick or report. It is retired with a reason, never deleted (C5.4)."""

    name = models.CharField(max_length=100)
    channel_class = models.CharField(max_length=20)
    url = models.CharField(max_length=500, blank=True)
    what = models.CharField(max_length=200, blank=True)  # what to look for there
    owner = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="patrol_points")
    backup = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="backup_patrol_points")
    added_by = models.CharField(max_length=100)
    added_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)
    retired_by = models.CharField(max_length=100, blank=True)
    retired_why = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["channel_class", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(owner=F("backup")), name="patrol_owner_and_backup_differ"),
            models.CheckConstraint(
                condition=Q(retired_at__isnull=True) | ~Q(retired_why=""), name="patrol_retired_with_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class EmergencyWatch(models.Model):
    """突发事件监测 (C5.9): denser patrol and wider words from a person's word on, until a person ends it."""

    what = models.CharField(max_length=300)
    words = models.JSONField(default=list)  # a local post with one of them goes to the suspect tray at least
    every_minutes = models.PositiveSmallIntegerField()
    declared_by = models.CharField(max_length=100)
    declared_user = models.BigIntegerField()
    declared_at = models.DateTimeField()
    first_look_at = models.DateTimeField(null=True)  # time from declaration to first check is the indicator
    next_action_at = models.DateTimeField(null=True)  # asks whether it is still wanted; never ends it
    ended_by = models.CharField(max_length=100, blank=True)
    ended_user = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | (Q(ended_user__isnull=False) & ~Q(ended_why="")),
                name="emergency_ended_by_a_person",
            )
        ]

    def __str__(self) -> str:
        return self.what


class PatrolCard(models.Model):
    """One look at one place in one window. Ticked one by one, on the server's time; a late tick stays late (INV-13)."""

    NIL, FOUND, UNREACHABLE = "nil", "found", "unreachable"
    point = models.ForeignKey(PatrolPoint, on_delete=models.PROTECT, related_name="cards")
    emergency = models.ForeignKey(EmergencyWatch, on_delete=models.PROTECT, null=True, related_name="cards")
    opens_at = models.DateTimeField()
    due_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)
    result = models.CharField(max_length=12, blank=True)
    note = models.CharField(max_length=500, blank=True)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="patrol_cards")
    ticked_at = models.DateTimeField(null=True)
    ticked_by = models.CharField(max_length=100, blank=True)
    ticked_user = models.BigIntegerField(null=True)

    class Meta:
        ordering: ClassVar = ["due_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["point", "opens_at"], name="one_card_a_window"),
            models.CheckConstraint(
                condition=Q(result="", ticked_at__isnull=True)
                | (~Q(result="") & Q(ticked_at__isnull=False) & ~Q(ticked_by="")),
                name="a_tick_has_a_name_and_a_time",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=Q(result=""), name="patrol_card_open"),
            models.Index(fields=["opens_at"], name="patrol_card_opens"),
        ]

    @property
    def is_late(self) -> bool:
        """Ticked after its window: a record all the same, and shown as late for ever (C5.8)."""
        return self.ticked_at is not None and self.ticked_at > self.due_at


class ClassNote(models.Model):
    """Why a channel class has no source for now (C5.4, C5.10). The class stays, red; the reason stands beside it."""

    channel_class = models.CharField(max_length=20)
    reason = models.CharField(max_length=300)
    by = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-id"]
