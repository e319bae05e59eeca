"""Sources: where the bureau listens, who answers for it, and what each look at it brought （五）C5.2 to C5.10."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from huiying.listening.models.core import Post


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
