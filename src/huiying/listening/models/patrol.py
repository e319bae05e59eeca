"""巡查 （五）: what is looked at by hand, each look a record; the denser watch of an emergency (C5.8, C5.9, C5.13)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from huiying.listening.models.core import Post
from huiying.people.models import Department


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
