"""局政务公开领导小组 and what it answers for: who watches when, signed, and turns that change hands （五）C5.1."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from huiying.people.models.core import DutyShift, User


class GroupSeat(models.Model):
    """A member of the leading group, from when to when. Ended seats stay: who answered for which days is on record."""

    HEAD, DEPUTY, MEMBER = "head", "deputy", "member"
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="group_seats")
    place = models.CharField(max_length=8)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    seated_by = models.CharField(max_length=100)
    ended_why = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user"], condition=Q(until__isnull=True), name="one_live_group_seat"),
            models.UniqueConstraint(
                fields=["place"], condition=Q(until__isnull=True, place="head"), name="one_head_of_the_group"
            ),
            models.CheckConstraint(condition=Q(until__isnull=True) | Q(until__gt=F("since")), name="sat_for_a_while"),
        ]


class RosterSignature(models.Model):
    """签发值班表: days whose every hour had a name when they were signed, and exactly which names."""

    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    shifts = models.JSONField()  # [[name, from, to], …] as they stood, in order
    signed_by = models.CharField(max_length=100)
    signed_user = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [models.Index(fields=["ends_at"], name="roster_signed")]


class ShiftSwap(models.Model):
    """调班: a turn that its person asks somebody else to take, for a turn of theirs or for none."""

    shift = models.ForeignKey(DutyShift, on_delete=models.PROTECT, related_name="swaps")
    in_return = models.ForeignKey(DutyShift, on_delete=models.PROTECT, null=True, related_name="returned_in")
    asker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="swaps_asked")
    asked_of = models.ForeignKey(User, on_delete=models.PROTECT, related_name="swaps_answered")
    reason = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    agreed = models.BooleanField(null=True)  # null while nobody answered; a withdrawn one is answered by its asker
    answered_by = models.CharField(max_length=100, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["shift"], condition=Q(answered_at__isnull=True), name="one_open_swap_of_a_shift"
            ),
            models.CheckConstraint(condition=~Q(asker=F("asked_of")), name="a_swap_has_two_people"),
            models.CheckConstraint(
                condition=Q(agreed__isnull=True, answered_at__isnull=True)
                | Q(agreed__isnull=False, answered_at__isnull=False),
                name="a_swap_is_answered_or_open",
            ),
        ]
