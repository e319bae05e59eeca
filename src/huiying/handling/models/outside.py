"""What goes beyond the departments of a case: 核实衔接 with other bodies and the lawful hand-over of a clue （五）,
and the joint meeting C10.1: convened, acknowledged, held, minuted, signed.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from huiying.handling.models.core import Case
from huiying.people.models import Department, User


class Liaison(models.Model):
    """A letter to another body (C5.15): drafted, sent, reminded, answered by a single-use link, or silent."""

    number = models.CharField(max_length=40, unique=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="liaisons")
    body = models.CharField(max_length=100)
    contact = models.CharField(max_length=200, blank=True)
    points = models.TextField()  # 需核实点
    letter = models.TextField()  # the whole text as drafted from the case, edited by a person
    drafted_by = models.CharField(max_length=100)
    drafted_at = models.DateTimeField()
    sent_by = models.CharField(max_length=100, blank=True)
    sent_at = models.DateTimeField(null=True)
    means = models.CharField(max_length=20, blank=True)  # link | phone | letter | visit
    token_hash = models.CharField(max_length=64, unique=True, null=True)
    submit_before = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    next_action_at = models.DateTimeField(null=True)  # the reminder, then the end of the wait
    answered_at = models.DateTimeField(null=True)
    answered_name = models.CharField(max_length=100, blank=True)
    finding = models.CharField(
        max_length=10, blank=True
    )  # true | partly | false | unknown (属实 部分属实 不属实 无法核实)
    answer = models.TextField(blank=True)
    answer_recorded_by = models.CharField(max_length=100, blank=True)  # who wrote down an answer given by phone
    not_received_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | Q(sent_at__isnull=False), name="liaison_answer_after_letter"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_action_at"], condition=Q(next_action_at__isnull=False), name="liaison_due")
        ]


class LiaisonExemption(models.Model):
    """Why this case needs no liaison: a leader's or the office head's word, with a reason (C5.15)."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="liaison_exemption")
    reason = models.TextField()
    by = models.CharField(max_length=100)
    at = models.DateTimeField()


class ClueHandover(models.Model):
    """线索移交 to 公安 or 网信 (61号, §6.3): facts, legal ground, a leader's signature. Counted, never followed after.

    There is no field for what became of it, and none for a person: the system does not track its subject.
    """

    number = models.CharField(max_length=40, unique=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="clues")
    body = models.CharField(max_length=100)
    facts = models.TextField()
    legal_ground = models.CharField(max_length=300)
    proposed_by = models.CharField(max_length=100)
    proposed_user = models.BigIntegerField()
    proposed_at = models.DateTimeField()
    signed = models.BooleanField(null=True)  # null while the leader's word is awaited
    signed_by = models.CharField(max_length=100, blank=True)
    signed_user = models.BigIntegerField(null=True)
    signed_at = models.DateTimeField(null=True)
    refused_why = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(facts="") & ~Q(legal_ground=""), name="clue_has_facts_and_ground"),
            models.CheckConstraint(
                condition=~Q(signed=True) | Q(signed_user__isnull=False), name="clue_needs_a_signature"
            ),
            models.CheckConstraint(
                condition=Q(signed_user__isnull=True) | ~Q(signed_user=F("proposed_user")),
                name="clue_signed_by_another",
            ),
        ]


class Meeting(models.Model):
    """One meeting about one case. Its decisions are tasks; its minutes are signed by its chair."""

    CONVENED, HELD, SIGNED, CANCELLED = "convened", "held", "signed", "cancelled"
    number = models.CharField(max_length=40, unique=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="meetings")
    topic = models.CharField(max_length=300)
    place = models.CharField(max_length=200)
    starts_at = models.DateTimeField()
    state = models.CharField(max_length=10, default=CONVENED, db_index=True)
    quorum = models.FloatField()  # share of the invited, frozen when convened (G10)
    chair = models.ForeignKey(User, on_delete=models.PROTECT, related_name="chaired")
    chair_name = models.CharField(max_length=100)
    convened_by = models.CharField(max_length=100)
    convened_at = models.DateTimeField()
    held_at = models.DateTimeField(null=True)
    recorded_by = models.CharField(max_length=100, blank=True)
    situation = models.TextField(blank=True)  # 情况通报
    discussion = models.TextField(blank=True)  # 讨论要点
    minuted_at = models.DateTimeField(null=True)
    signed_by = models.CharField(max_length=100, blank=True)
    signed_at = models.DateTimeField(null=True)
    cancelled_why = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(state="signed") | (Q(signed_at__isnull=False) & Q(minuted_at__isnull=False)),
                name="signed_minutes",
            )
        ]


class MeetingSeat(models.Model):
    """Who is called to a meeting, whether they acknowledged, and whether they came."""

    PRESENT, EXCUSED, ABSENT = "present", "excused", "absent"
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="seats")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="seats")
    name = models.CharField(max_length=100)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, null=True)
    notified_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    attendance = models.CharField(max_length=8, blank=True)
    stood_in_by = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["meeting", "user"], name="one_seat")]


class Dissent(models.Model):
    """A different opinion, recorded as it was said (C6.5)."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="dissents")
    name = models.CharField(max_length=100)
    words = models.TextField()
