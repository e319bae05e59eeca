"""Rows that make things happen later. The row is the truth; a process that dies leaves it to the next
(habit 11).
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Job(models.Model):
    """One act to be done later, at least once. `payload` holds row ids, never the data itself where it can
    be read.
    """

    id: int
    kind = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    idempotency_key = models.CharField(max_length=200, unique=True)
    created_at = models.DateTimeField()
    next_action_at = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    max_attempts = models.IntegerField(default=8)
    lease_until = models.DateTimeField(null=True)
    fence = models.BigIntegerField(default=0)
    holder = models.CharField(max_length=100, default="")
    #: Done before whatever else is due, however long that has waited (Life first, F5).
    comes_first = models.BooleanField(default=False)
    done_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    error = models.TextField(default="")
    result = models.JSONField(null=True)

    class Meta:
        db_table = "work_job"
        indexes = [
            models.Index(
                fields=["next_action_at"],
                name="work_job_due",
                condition=Q(done_at__isnull=True, failed_at__isnull=True),
            ),
            models.Index(
                fields=["next_action_at"],
                name="work_job_first",
                condition=Q(comes_first=True, done_at__isnull=True, failed_at__isnull=True),
            ),
            models.Index(fields=["failed_at"], name="work_job_failed", condition=Q(failed_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.idempotency_key}"


class Lease(models.Model):
    """Who may act under `name`, until when. `fence` grows with every change of holder."""

    name = models.CharField(max_length=60, primary_key=True)
    holder = models.CharField(max_length=100, default="")
    fence = models.BigIntegerField(default=0)
    until = models.DateTimeField(null=True)

    class Meta:
        db_table = "work_lease"

    def __str__(self) -> str:
        return f"{self.name}: {self.holder}#{self.fence}"


class Heartbeat(models.Model):
    """The last sign of life of a process."""

    name = models.CharField(max_length=100, primary_key=True)
    at = models.DateTimeField()
    pid = models.IntegerField()
    note = models.TextField(default="")

    class Meta:
        db_table = "work_heartbeat"

    def __str__(self) -> str:
        return f"{self.name} {self.at}"


class Schedule(models.Model):
    """When a recurring function runs next, and how it went. A poller has `every_seconds` 0."""

    name = models.CharField(max_length=100, primary_key=True)
    every_seconds = models.IntegerField()
    next_action_at = models.DateTimeField(db_index=True)
    last_run_at = models.DateTimeField(null=True)
    last_error = models.TextField(default="")

    class Meta:
        db_table = "work_schedule"

    def __str__(self) -> str:
        return self.name


class Counter(models.Model):
    """The last number given out under `name`."""

    name = models.CharField(max_length=100, primary_key=True)
    value = models.BigIntegerField(default=0)

    class Meta:
        db_table = "work_counter"

    def __str__(self) -> str:
        return f"{self.name} {self.value}"


class RateBucket(models.Model):
    """A token bucket. `key` is a keyed hash, so no address of a visitor is stored (§6.2)."""

    key = models.CharField(max_length=64, primary_key=True)
    tokens = models.FloatField()
    updated_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "work_rate_bucket"

    def __str__(self) -> str:
        return self.key


class Notice(models.Model):
    """What a person is told, in the house and through the gateways. The row is the inbox; the outbox carries it out."""

    recipient = models.CharField(max_length=60)  # a user name
    title = models.CharField(max_length=200)
    body = models.TextField()
    url = models.CharField(max_length=300, default="")  # a page of the desk
    urgency = models.CharField(max_length=8)  # info | warning | urgent
    key = models.CharField(max_length=200)  # the same key to the same person is one notice
    at = models.DateTimeField()
    send_at = models.DateTimeField(null=True)  # when it goes to the gateways; null once handed over
    digest = models.BooleanField(default=False)  # goes out together with the others of its time
    read_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "work_notice"
        constraints = [models.UniqueConstraint(fields=["recipient", "key"], name="notice_once")]
        indexes = [
            models.Index(fields=["send_at"], name="work_notice_due", condition=Q(send_at__isnull=False)),
            models.Index(fields=["recipient", "-id"], name="work_notice_inbox"),
        ]

    def __str__(self) -> str:
        return self.title


class Look(models.Model):
    """What a rolling check of `huiying check` found when it last looked at a part of its rows (`work.auditor`)."""

    auditor = models.CharField(max_length=60)
    part = models.IntegerField()
    of = models.IntegerField()
    at = models.DateTimeField()
    findings = models.JSONField(default=list)

    class Meta:
        db_table = "work_look"
        constraints = [models.UniqueConstraint(fields=["auditor", "part", "of"], name="work_look_once")]

    def __str__(self) -> str:
        return f"{self.auditor} {self.part}/{self.of}"
