"""Cases, who has them, the clocks that run on them, who is called, and how
they are routed （五）（六）（七）（十）.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from huiying.judging.models import Event
from huiying.listening.models import Post
from huiying.people.models import Department, RegulationVersion


class Case(models.Model):
    """An event that the bureau answers. `state` and `level` are cached pointers to the last row of their history."""

    number = models.CharField(max_length=30, unique=True)
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="case")
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=20, db_index=True)
    level = models.CharField(max_length=20)  # code; of the suggestion while provisional
    is_provisional = models.BooleanField(default=True)  # until the first human confirmation
    emergency = models.CharField(max_length=20, blank=True)  # 突发事件 level, a field of its own (§2.1)
    concern = models.CharField(max_length=20, blank=True)
    category = models.CharField(max_length=10, blank=True)  # 业务范畴 (C7.1)
    nature = models.CharField(max_length=20, blank=True)  # 问题性质 (C7.1)
    trade = models.CharField(max_length=10, blank=True)  # 交易类别 (C7.1)
    first_known_at = models.DateTimeField()  # earliest Knowledge row (INV-2)
    regulation = models.ForeignKey(RegulationVersion, on_delete=models.PROTECT)  # in force at first_known_at (C14.1)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="merged")
    state_before_merge = models.CharField(max_length=20, blank=True)  # what a reversed merge goes back to
    split_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="split_off")
    opened_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)  # the first public act with evidence
    closed_at = models.DateTimeField(null=True)
    root_cause = models.TextField(blank=True)  # C2.2
    sustained = models.BooleanField(null=True)  # 是否持续回应 (C8.8); null = not decided
    sustained_reason = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["-opened_at"]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class Knowledge(models.Model):
    """Evidence that somebody knew. first_known_at is the earliest; a new row can only move it earlier (INV-2)."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="knowledge")
    known_at = models.DateTimeField()  # 自报时间 where it differs from recorded_at (INV-13)
    how = models.CharField(max_length=200)
    evidence = models.TextField()
    recorded_by = models.CharField(max_length=100)
    recorded_at = models.DateTimeField()


class StateChange(models.Model):
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="state_changes")
    was = models.CharField(max_length=20, blank=True)
    state = models.CharField(max_length=20)
    at = models.DateTimeField()
    by = models.CharField(max_length=100)
    reason = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["id"]


class CaseDepartment(models.Model):
    """Who has the case. While it is open, exactly one live lead (C2.1, INV-6)."""

    LEAD, JOINT = "lead", "joint"
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="departments")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="cases")
    role = models.CharField(max_length=8)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500)  # never routed unexplained (C7.1)
    # The row of the routing table that spoke: {"rule", "keys", "lead", "reason", "reason_en", "followed"} (C7.1).
    matched = models.JSONField(default=dict)
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.CharField(max_length=100, blank=True)
    seen_at = models.DateTimeField(null=True)  # when it left the desk: undo ends

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(role="lead", until__isnull=True), name="exactly_one_live_lead"
            ),
            models.UniqueConstraint(
                fields=["case", "department"], condition=Q(until__isnull=True), name="department_once_in_case"
            ),
        ]


class Return(models.Model):
    """A department returned the case with a reason: once; then the office decides (C7.1)."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="returns")
    department = models.ForeignKey(Department, on_delete=models.PROTECT)
    reason = models.TextField()
    by = models.CharField(max_length=100)
    at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=100, blank=True)
    decision = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "department"], name="a_department_returns_once")
        ]


class Clock(models.Model):
    """One deadline. The rule is frozen when it starts; `explanation` is the sentence that computed the date."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="clocks")
    act = models.CharField(max_length=40)  # respond | first_authoritative_release | press_conference | …
    is_legal = models.BooleanField()
    layer = models.CharField(max_length=100)  # "<regulation | overlay id | internal>:<level>[@case merged in]"
    level = models.CharField(max_length=20)
    policy = models.JSONField()  # the frozen rule: within, unit, basis, regulation sha256
    source = models.CharField(max_length=200)
    basis = models.CharField(max_length=300)
    explanation = models.TextField()
    explanation_en = models.TextField(blank=True)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    provisional = models.BooleanField(default=False)
    next_action_at = models.DateTimeField(null=True)
    next_step = models.PositiveSmallIntegerField(default=0)  # index into warn_points
    warn_points = models.JSONField(default=list)  # [[ratio, RFC 3339]]
    # Who is called at each warning, frozen when the clock starts: [[ratio, [role codes], [user names]]] (§2.2).
    chain = models.JSONField(default=list)
    # Evidence of a post made by hand waits for its second person: the clock neither stops nor breaches meanwhile.
    held_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    stopped_by = models.CharField(max_length=200, blank=True)  # the evidence
    superseded_at = models.DateTimeField(null=True)  # replaced by an earlier or a confirmed clock

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "act", "layer"],
                condition=Q(stopped_at__isnull=True, superseded_at__isnull=True),
                name="one_live_clock",
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["next_action_at"],
                condition=Q(next_action_at__isnull=False, stopped_at__isnull=True, superseded_at__isnull=True),
                name="clock_due",
            )
        ]


class ClockEvent(models.Model):
    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=20)  # started warned silent held breached stopped superseded
    step = models.PositiveSmallIntegerField(default=0)
    at = models.DateTimeField()
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["clock", "kind", "step"], name="clock_event_once")]


class Breach(models.Model):
    """逾期. A row that nobody can edit (guarded in the database); cause 升级 counts in no department's score."""

    clock = models.OneToOneField(Clock, on_delete=models.PROTECT, related_name="breach")
    due_at = models.DateTimeField()
    found_at = models.DateTimeField()
    cause = models.CharField(max_length=20)  # 未按时 | 升级
    counts = models.BooleanField()
    lead = models.CharField(max_length=60, blank=True)


class LateKnowledge(models.Model):
    """漏报 or 迟报 (C5.16, C5.17): found late, never a case that was born overdue."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="late_knowledge")
    kind = models.CharField(max_length=10)  # missed | late
    found_at = models.DateTimeField()
    hours = models.FloatField()  # between reception and knowledge
    cause = models.CharField(max_length=200)


class Finding(models.Model):
    """C7.2 analysis: facts, cause, impact. The disposal comes after it, never alone."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="findings")
    department = models.ForeignKey(Department, on_delete=models.PROTECT)
    facts = models.TextField()
    cause = models.TextField()
    impact = models.TextField()
    by = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]


class Disposal(models.Model):
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="disposals")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="disposals")
    actions = models.TextField()
    matter_settled = models.BooleanField(default=False)  # 事件处置: answering is not settling (C7.3)
    by = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]


class Escalation(models.Model):
    """One call of a frozen chain. It nags until acknowledged; quiet hours never apply to it (§2.2 of the research)."""

    CLOCK, FIRST_NOTICE = "clock", "first_notice"
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="escalations")
    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, null=True, related_name="escalations")
    kind = models.CharField(max_length=14)
    step = models.PositiveSmallIntegerField(default=0)  # index into chain
    chain = models.JSONField(default=list)  # frozen: [[ratio, [role codes], [user names]]]
    called = models.JSONField(default=list)  # copied names of everybody called so far
    usernames = models.JSONField(default=list)  # whose sign-in names those are
    at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)
    next_action_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.CharField(max_length=100, blank=True)
    closed_why = models.CharField(max_length=100, blank=True)  # ended without a word: the clock stopped …

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "kind", "clock"],
                condition=Q(acknowledged_at__isnull=True, closed_why=""),
                name="one_open_call_a_clock",
                nulls_distinct=False,
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_action_at"], condition=Q(next_action_at__isnull=False), name="escalation_due")
        ]


class RoutingRule(models.Model):
    """One row that the office laid over the regulation file's own table; in force once a second person agreed.

    An empty key means any. `ends` proposes to take `replaces` out, after which the file's own row speaks again.
    """

    category = models.CharField(max_length=10, blank=True)  # 业务范畴
    nature = models.CharField(max_length=20, blank=True)  # 问题性质
    trade = models.CharField(max_length=10, blank=True)  # 交易类别
    lead = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="routing_rules")
    joint = models.JSONField(default=list)  # department codes
    reason = models.CharField(max_length=300)
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="replaced_by")
    ends = models.BooleanField(default=False)
    proposed_by = models.CharField(max_length=100)
    proposed_user = models.BigIntegerField()
    proposed_at = models.DateTimeField()
    seconded_by = models.CharField(max_length=100, blank=True)
    seconded_user = models.BigIntegerField(null=True)
    agreed = models.BooleanField(null=True)  # null while a second person is awaited
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(seconded_user__isnull=True) | ~Q(seconded_user=F("proposed_user")),
                name="routing_rule_needs_second",
            ),
            models.CheckConstraint(
                condition=~Q(agreed=True) | Q(seconded_user__isnull=False), name="routing_rule_agreed_by_two"
            ),
            models.UniqueConstraint(
                fields=["category", "nature", "trade"],
                condition=Q(agreed=True, until__isnull=True, ends=False),
                name="one_live_routing_rule",
            ),
        ]


class TransferSlip(models.Model):
    """转办单 (C10.5): each of the regulation's elements is filled, or 「未掌握」 with why. Never edited once issued."""

    number = models.CharField(max_length=40, unique=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="slips")
    assignment = models.OneToOneField(CaseDepartment, on_delete=models.PROTECT, related_name="slip")
    elements = models.JSONField()  # {element: {"value": text} | {"unknown": why}}, in the regulation's order
    requirements = models.TextField(blank=True)
    level = models.CharField(max_length=20)
    due_at = models.DateTimeField(null=True)  # the earliest legal deadline when it was issued
    joint = models.JSONField(default=list)  # department names
    issued_by = models.CharField(max_length=100)
    issued_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]


class SplitPost(models.Model):
    """A post that a split case answers. Posts stay in their event: rows are never moved."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="split_posts")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="split_cases")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "post"], name="split_post_once")]
