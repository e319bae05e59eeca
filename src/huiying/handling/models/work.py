"""The work on a case: tasks, the one line of facts, the case room, reports, feedback （二）（六）（七）（九）（十）;
what the asker said of the answer C4.2, C4.3; who called a matter sensitive §6.1 S8, §6.2.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from huiying.handling.models.core import Case
from huiying.judging.models import Event
from huiying.listening.models import Message, Post
from huiying.people.models import Department, User


class Task(models.Model):
    """Somebody's piece of work with a date. A case with an open `matter` task is not closed (C7.3)."""

    MATTER, DECISION, RECTIFY, HELP = "matter", "decision", "rectify", "help"
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="tasks")
    meeting = models.ForeignKey("Meeting", on_delete=models.PROTECT, null=True, related_name="decisions")
    kind = models.CharField(max_length=10)  # 线下事项 | 议定事项 | 源头整改 | 请求协助
    title = models.CharField(max_length=300)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="tasks")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tasks")
    owner_name = models.CharField(max_length=100)
    deliverable = models.CharField(max_length=300, blank=True)
    due_at = models.DateTimeField()
    made_by = models.CharField(max_length=100)
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=100, blank=True)
    done_note = models.TextField(blank=True)
    dropped_at = models.DateTimeField(null=True)  # 不再需要, with a reason; never deleted (INV-1)
    dropped_by = models.CharField(max_length=100, blank=True)
    dropped_why = models.TextField(blank=True)
    next_action_at = models.DateTimeField(null=True)  # when it reminds next

    class Meta:
        ordering: ClassVar = ["due_at", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(dropped_at__isnull=True), name="task_done_or_dropped"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_action_at"], condition=Q(next_action_at__isnull=False), name="task_due")
        ]


class FactSheet(models.Model):
    """口径 (C7.4): the one line of facts. Only the newest version may be quoted."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="fact_sheets")
    version = models.PositiveIntegerField()
    text = models.TextField()
    reason = models.CharField(max_length=300, blank=True)  # why it changed
    by = models.CharField(max_length=100)
    by_user = models.BigIntegerField()
    department = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["version"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "version"], name="fact_sheet_version")]


class Note(models.Model):
    """What co-handlers say to one another in the case room (C7.5); never edited, never public."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notes")
    text = models.TextField()
    mentions = models.JSONField(default=list)  # user names
    by = models.CharField(max_length=100)
    by_user = models.BigIntegerField()
    department = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]


class Attachment(models.Model):
    """A file that belongs to the case, kept by its SHA-256."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="attachments")
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    media_type = models.CharField(max_length=60)
    size = models.PositiveIntegerField()
    by = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]


class Recurrence(models.Model):
    """The same root again (C2.2): a later case points at an earlier one."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="recurrences")
    earlier = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="recurred_in")
    reason = models.CharField(max_length=300)
    by = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "earlier"], name="recurrence_once")]


class NodeReport(models.Model):
    """同步报送 (C10.7): written by the verb that reaches the node, read by the office before the case can end."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="node_reports")
    node = models.CharField(max_length=30)  # accepted facts_found disposed published closed
    department = models.CharField(max_length=60, blank=True)
    content = models.TextField()
    at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    seen_by = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(fields=["case"], condition=Q(seen_at__isnull=True), name="node_report_unseen")
        ]


class Feedback(models.Model):
    """反馈 (C6.13): that a reporter, the office, a leader or the asker was told how it ended."""

    ASKER, REPORTER, OFFICE, LEADER = "asker", "reporter", "office", "leader"
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="feedback")
    to = models.CharField(max_length=10)
    name = models.CharField(max_length=100)  # staff name, or the number of an asker's message: never a citizen's name
    means = models.CharField(max_length=20)  # portal | notice | phone | counter | letter
    text = models.TextField()
    by = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]


class CaseAct(models.Model):
    """Something that the level asks for (§4.3) and a person did: 复看传播, 专报, 复盘."""

    RESCAN, SPECIAL_REPORT, REVIEW = "rescan", "special_report", "review"
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="acts")
    kind = models.CharField(max_length=16)
    note = models.TextField()
    by = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]


class AgendaItem(models.Model):
    """列入重要工作日程 (C9.1): what a department plans for a quarter, and that its head has seen it."""

    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="agenda")
    quarter = models.CharField(max_length=7)  # 2026Q4
    title = models.CharField(max_length=300)
    due_on = models.DateField()
    by = models.CharField(max_length=100)
    at = models.DateTimeField()
    acknowledged_by = models.CharField(max_length=100, blank=True)
    acknowledged_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    done_note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["due_on", "id"]


class Satisfaction(models.Model):
    """The answer to one question, by number and query code. Each message says it once."""

    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="satisfaction")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="satisfaction")
    grade = models.CharField(max_length=20)  # code of the regulation's `asking.grades`
    name = models.CharField(max_length=60)  # as it was called then
    good = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]


class AskedAgain(models.Model):
    """再次提出: what the answer left open. Its text is a post of its own, masked and sealed like every other."""

    ANSWERED, UPHELD = "answered", "upheld"
    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="asked_again")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="asked_again")
    post = models.OneToOneField(Post, on_delete=models.PROTECT, related_name="asked_again")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=10, blank=True)  # "" while it waits
    reason = models.TextField(blank=True)  # why the answer stands, for the record
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(outcome="", ended_at__isnull=True) | (~Q(outcome="") & Q(ended_at__isnull=False)),
                name="asked_again_ended",
            ),
            models.CheckConstraint(condition=~Q(outcome="upheld") | ~Q(reason=""), name="upheld_with_a_reason"),
        ]
        indexes: ClassVar = [models.Index(fields=["case"], condition=Q(outcome=""), name="asked_again_waits")]


class Sensitivity(models.Model):
    """One label of one matter. The event's `sensitive` points at the kind that is in force."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="sensitivities")
    kind = models.CharField(max_length=10)  # Event.REPORTER, MINOR, VICTIM
    reason = models.CharField(max_length=300)
    title = models.CharField(max_length=200)  # what the event was called: nothing that is listed says it meanwhile
    case_title = models.CharField(max_length=200, blank=True)
    by = models.CharField(max_length=100)
    by_user = models.BigIntegerField()
    at = models.DateTimeField()
    lift_reason = models.CharField(max_length=300, blank=True)
    lifted_by = models.CharField(max_length=100, blank=True)
    lifted_user = models.BigIntegerField(null=True)
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(lifted_at__isnull=True) | ~models.Q(lifted_user=models.F("by_user")),
                name="label_lifted_by_another",
            ),
            models.UniqueConstraint(
                fields=["event"], condition=models.Q(lifted_at__isnull=True), name="one_label_an_event"
            ),
        ]
