"""意见征集 on a draft policy, the opinions and what became of them （四）C4.2; policies before they are issued, the
assessment of their risk C6.1–C6.7; 处置预案 C6.8.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from huiying.handling.models import Case, Meeting
from huiying.judging.models import Event
from huiying.people.models import Department, Spokesperson, User


class Consultation(models.Model):
    """A draft on which everybody may say something. Once open it ends with a published result, in no other way."""

    DRAFT, PROPOSED, OPEN, RESULT, DONE, DROPPED = "draft", "proposed", "open", "result", "done", "dropped"
    address = models.CharField(max_length=30, unique=True)  # 2026-1
    state = models.CharField(max_length=10, default=DRAFT, db_index=True)
    title = models.CharField(max_length=200)
    summary = models.TextField()  # what is planned, for whom, why
    text = models.TextField()  # the draft policy
    topic = models.CharField(max_length=10, blank=True)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="consultations")
    closes_at = models.DateTimeField()
    result_due_at = models.DateTimeField(null=True)  # frozen when it opens
    questions = models.JSONField(default=list)  # [{"text", "options": [..]}] of the survey
    drafter = models.CharField(max_length=100)
    drafter_user = models.BigIntegerField()
    made_at = models.DateTimeField()
    opened_by = models.CharField(max_length=100, blank=True)
    opened_user = models.BigIntegerField(null=True)
    opened_at = models.DateTimeField(null=True)
    returned_why = models.TextField(blank=True)
    result = models.TextField(blank=True)  # the words above the groups
    result_sha256 = models.CharField(max_length=64, blank=True)
    result_by = models.CharField(max_length=100, blank=True)
    result_user = models.BigIntegerField(null=True)
    approved_by = models.CharField(max_length=100, blank=True)
    approved_user = models.BigIntegerField(null=True)
    published_at = models.DateTimeField(null=True)  # of the result
    dropped_why = models.CharField(max_length=300, blank=True)
    next_action_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(opened_user__isnull=True) | ~Q(opened_user=F("drafter_user")),
                name="consultation_opened_by_second_person",
            ),
            models.CheckConstraint(
                condition=Q(approved_user__isnull=True) | ~Q(approved_user=F("result_user")),
                name="consultation_result_by_second_person",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | (Q(published_at__isnull=False) & ~Q(result="")),
                name="consultation_done_means_result",
            ),
            models.CheckConstraint(
                condition=~Q(state="dropped") | Q(opened_at__isnull=True), name="consultation_open_is_not_dropped"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_action_at"], condition=Q(next_action_at__isnull=False), name="consultation_due")
        ]

    def __str__(self) -> str:
        return f"{self.address} {self.title}"


class OpinionGroup(models.Model):
    """Opinions that say the same, in the words of staff, and whether they were adopted and why."""

    ADOPTED, PARTLY, NOT = "adopted", "partly", "not"
    consultation = models.ForeignKey(Consultation, on_delete=models.PROTECT, related_name="groups")
    summary = models.CharField(max_length=500)
    decision = models.CharField(max_length=10)
    reason = models.TextField()
    by = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(reason="") & ~Q(summary=""), name="opinion_group_has_reason")
        ]


class Opinion(models.Model):
    """One opinion, masked; the original sealed. Never printed: the public reads the groups."""

    consultation = models.ForeignKey(Consultation, on_delete=models.PROTECT, related_name="opinions")
    text = models.TextField(blank=True)  # "" once its time is over
    sealed_text = models.BinaryField(null=True)
    text_sha256 = models.CharField(max_length=64)
    received_at = models.DateTimeField()
    group = models.ForeignKey(OpinionGroup, on_delete=models.PROTECT, null=True, related_name="opinions")
    purged_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["id"]


class Tally(models.Model):
    """How often an option of a question was chosen: the count alone is kept."""

    consultation = models.ForeignKey(Consultation, on_delete=models.PROTECT, related_name="tallies")
    question = models.PositiveSmallIntegerField()
    option = models.PositiveSmallIntegerField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["question", "option"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["consultation", "question", "option"], name="tally_once")
        ]


class Policy(models.Model):
    """政策: screened for 涉及群众切身利益, and where it is, not issued before its assessment was approved (C6.1).

    `assessed_at` copies the approval, so that the database itself can hold the gate.
    """

    DRAFT, ISSUED, SHELVED = "draft", "issued", "shelved"
    number = models.CharField(max_length=30, unique=True)  # 2026-1
    state = models.CharField(max_length=10, default=DRAFT, db_index=True)
    title = models.CharField(max_length=200)
    summary = models.TextField()  # what is planned, for whom, why
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="policies")
    planned_on = models.DateField(null=True)  # when it is meant to be issued
    drafter = models.CharField(max_length=100)
    drafter_user = models.BigIntegerField()
    made_at = models.DateTimeField()
    # 是否涉及群众切身利益. "Yes" counts at once; "no" leaves the gate open and needs a second person.
    major = models.BooleanField(null=True)
    screen_reason = models.TextField(blank=True)
    screened_by = models.CharField(max_length=100, blank=True)
    screened_user = models.BigIntegerField(null=True)
    screened_at = models.DateTimeField(null=True)
    excused_by = models.CharField(max_length=100, blank=True)  # who agreed to "no"
    excused_user = models.BigIntegerField(null=True)
    excused_at = models.DateTimeField(null=True)
    assessed_at = models.DateTimeField(null=True)
    issued_at = models.DateTimeField(null=True)  # as told, never in the future
    issued_as = models.CharField(max_length=100, blank=True)  # 文号
    issued_by = models.CharField(max_length=100, blank=True)
    marked_at = models.DateTimeField(null=True)  # when somebody said so here
    shelved_why = models.CharField(max_length=300, blank=True)
    next_action_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                # What is unknown must not pass: a comparison with NULL is neither true nor false to a database.
                condition=~Q(state="issued")
                | (
                    Q(issued_at__isnull=False, major__isnull=False)
                    & (
                        Q(major=False, excused_user__isnull=False, excused_at__isnull=False)
                        & Q(excused_at__lte=F("issued_at"))
                        | Q(major=True, assessed_at__isnull=False) & Q(assessed_at__lt=F("issued_at"))
                    )
                ),
                name="policy_issued_only_after_assessment",
            ),
            models.CheckConstraint(
                condition=Q(major__isnull=True) | (Q(screened_user__isnull=False) & ~Q(screen_reason="")),
                name="policy_screening_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(excused_user__isnull=True) | ~Q(excused_user=F("screened_user")),
                name="policy_excused_by_second_person",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_action_at"], condition=Q(next_action_at__isnull=False), name="policy_due")
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class Assessment(models.Model):
    """风险评估. `level` is a word of the regulation's file: by the rule from the gravest risk, decided by a person."""

    OPEN, PROPOSED, APPROVED = "open", "proposed", "approved"
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="assessments")
    n = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, default=OPEN)
    begun_by = models.CharField(max_length=100)
    begun_at = models.DateTimeField()
    visits_planned = models.PositiveSmallIntegerField(default=0)
    prediction = models.JSONField(default=dict)  # what past events say, as it was read (C6.6); {} = not asked
    risks_n = models.PositiveSmallIntegerField(default=0)  # how many risks stand: the level has to rest on some
    level = models.CharField(max_length=20, blank=True)
    level_by_rule = models.CharField(max_length=20, blank=True)
    level_reason = models.TextField(blank=True)  # asked for where the person says otherwise than the rule
    level_by = models.CharField(max_length=100, blank=True)
    level_user = models.BigIntegerField(null=True)
    level_at = models.DateTimeField(null=True)
    needs_plan = models.BooleanField(default=False)  # every level but the lowest (C6.8)
    plan = models.OneToOneField("Plan", on_delete=models.PROTECT, null=True, related_name="assessment")
    methods_least = models.PositiveSmallIntegerField(default=0)  # both frozen when it is sent up
    methods_done = models.PositiveSmallIntegerField(default=0)
    conclusion = models.TextField(blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    proposed_by = models.CharField(max_length=100, blank=True)
    proposed_user = models.BigIntegerField(null=True)
    proposed_at = models.DateTimeField(null=True)
    returned_why = models.TextField(blank=True)
    approved_by = models.CharField(max_length=100, blank=True)
    approved_user = models.BigIntegerField(null=True)
    approved_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["n"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["policy", "n"], name="assessment_number_once"),
            models.UniqueConstraint(fields=["policy"], condition=~Q(state="approved"), name="assessment_one_at_a_time"),
            models.CheckConstraint(condition=Q(level="") | Q(risks_n__gte=1), name="no_level_without_listed_risks"),
            models.CheckConstraint(
                condition=Q(level="") | Q(level=F("level_by_rule")) | ~Q(level_reason=""),
                name="level_against_the_rule_has_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state="approved")
                | (
                    Q(approved_at__isnull=False, level_user__isnull=False, methods_done__gte=F("methods_least"))
                    & ~Q(level="")
                    & ~Q(sha256="")
                ),
                name="assessment_approved_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(needs_plan=False) | Q(plan__isnull=False),
                name="no_grave_risk_without_plan",
            ),
            models.CheckConstraint(
                condition=Q(approved_user__isnull=True)
                | (~Q(approved_user=F("proposed_user")) & ~Q(approved_user=F("level_user"))),
                name="assessment_approved_by_second_person",
            ),
        ]


class Tracking(models.Model):
    """舆情跟踪 (C6.2): a saved search over a period, with what was counted then. Running it again is a new row."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="trackings")
    words = models.CharField(max_length=100)
    since = models.DateTimeField()
    until = models.DateTimeField()
    figures = models.JSONField()  # posts, hits, events, platforms, by_concern, by_day; `cut` where not all were read
    cases = models.JSONField(default=list)  # numbers of cases that were looked at
    finding = models.TextField()  # what a person makes of the numbers
    by = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(until__gt=F("since")) & ~Q(figures={}), name="tracking_has_figures"),
        ]


class Survey(models.Model):
    """抽样调查 (C6.3): frame and instrument before any answer. The portal's part is a consultation's survey; paper is
    counted in here. Answers are counts, never persons (INV-10).
    """

    RANDOM, CHOSEN, OPEN = "random", "chosen", "open"
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="surveys")
    consultation = models.ForeignKey(Consultation, on_delete=models.PROTECT, null=True, related_name="used_by")
    title = models.CharField(max_length=200)
    frame = models.TextField()  # out of whom, by which list
    frame_size = models.PositiveIntegerField(null=True)
    drawn = models.CharField(max_length=10)  # how: only a random draw has a margin of error
    asked = models.PositiveIntegerField(null=True)  # how many were asked; null on the open portal
    questions = models.JSONField()  # the instrument: [{"text", "options": [..]}]
    paper = models.JSONField(default=list)  # counts per question and option, as they stand on paper
    paper_n = models.PositiveIntegerField(default=0)
    by = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(frame="") & ~Q(questions=[]), name="survey_has_frame_and_questions"),
            models.CheckConstraint(condition=Q(asked__isnull=True) | Q(asked__gte=1), name="survey_asked_somebody"),
        ]


class Visit(models.Model):
    """重点走访 (C6.4): a group of people, their views in our words; no names of those who were visited (§6.2)."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="visits")
    visited_on = models.DateField()
    whom = models.CharField(max_length=200)
    place = models.CharField(max_length=200, blank=True)
    views = models.TextField()
    by = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["visited_on", "id"]


class Deliberation(models.Model):
    """会商分析 (C6.5): who came, what was said, who thought otherwise, signed by the chair. A joint meeting of a case
    that has signed minutes may stand in for it: then `meeting` points there and its people are copied.
    """

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="deliberations")
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, null=True, related_name="used_in")
    held_on = models.DateField()
    topic = models.CharField(max_length=200)
    chair = models.ForeignKey(User, on_delete=models.PROTECT, related_name="deliberations_chaired")
    chair_name = models.CharField(max_length=100)
    present = models.JSONField()  # names of staff who came
    minutes = models.TextField()
    dissents = models.JSONField(default=list)  # [{"name", "words"}], as it was said
    recorded_by = models.CharField(max_length=100)
    recorded_user = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    signed_by = models.CharField(max_length=100, blank=True)
    signed_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(present=[]) & ~Q(minutes=""), name="minutes_with_attendance"),
        ]


class Risk(models.Model):
    """一项风险 (C6.6): how likely, how grave, whom it touches, how it shows early, who watches."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="risks")
    title = models.CharField(max_length=200)
    affected = models.CharField(max_length=200)
    likelihood = models.PositiveSmallIntegerField()
    impact = models.PositiveSmallIntegerField()
    signs = models.CharField(max_length=500)
    measure = models.TextField(blank=True)
    owner = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="risks")
    watcher = models.ForeignKey(User, on_delete=models.PROTECT, related_name="risks_watched")
    by = models.CharField(max_length=100)
    at = models.DateTimeField()
    dropped_at = models.DateTimeField(null=True)
    dropped_why = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(likelihood__gte=1, likelihood__lte=5, impact__gte=1, impact__lte=5),
                name="risk_is_one_to_five",
            ),
            models.CheckConstraint(condition=~Q(signs="") & ~Q(affected=""), name="risk_has_sign_and_people"),
        ]

    @property
    def score(self) -> int:
        return self.likelihood * self.impact


class Plan(models.Model):
    """One plan of one assessment. It watches from the assessment's approval until somebody ends it."""

    questions = models.JSONField()  # 口径: [{"q", "a"}]
    steps = models.TextField()  # who does what first
    speaker = models.ForeignKey(Spokesperson, on_delete=models.PROTECT, related_name="plans")
    speaker_name = models.CharField(max_length=100)
    channels = models.JSONField()  # codes of our own platforms
    contacts = models.ManyToManyField(User, related_name="plans")
    drill_on = models.DateField()
    drilled_at = models.DateTimeField(null=True)
    drill_note = models.TextField(blank=True)
    drill_reminded_at = models.DateTimeField(null=True)
    by = models.CharField(max_length=100)
    at = models.DateTimeField()
    active = models.BooleanField(default=False, db_index=True)
    looked_at = models.DateTimeField(null=True)  # events that stood until then have been compared
    ended_why = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(questions=[]) & ~Q(channels=[]), name="plan_says_what_and_where"),
        ]


class Trigger(models.Model):
    """What sets a plan off: an event with one of the words, and as grave and as large as said. All must hold."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="triggers")
    words = models.JSONField()
    level = models.CharField(max_length=20, blank=True)  # code of the least suggested level, "" for any
    posts = models.PositiveIntegerField(default=1)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(words=[]) & Q(posts__gte=1), name="trigger_has_words")
        ]


class PlanHit(models.Model):
    """An event met a trigger: the machine proposes, a person opens the case with the plan, or says why not."""

    WAITING, TAKEN, REFUSED = "waiting", "taken", "refused"
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="hits")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="plan_hits")
    state = models.CharField(max_length=10, default=WAITING, db_index=True)
    words = models.JSONField(default=list)  # those that were found; [] where a person set the plan off
    found_at = models.DateTimeField()
    by = models.CharField(max_length=100, blank=True)
    by_user = models.BigIntegerField(null=True)
    at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="plan_hits")

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "event"], name="plan_hit_once"),
            models.CheckConstraint(
                condition=~Q(state="taken") | Q(case__isnull=False, by_user__isnull=False),
                name="plan_taken_by_a_person_has_a_case",
            ),
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(reason=""), name="plan_refused_has_reason"),
        ]
