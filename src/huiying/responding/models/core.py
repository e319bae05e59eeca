"""From draft to public answer, and what every review has in common (C9.3, INV-4): its steps, whose turn it is, who may
decide.

An approval binds a manifest: the facts block and each rendition, by SHA-256. Which steps there are is the regulation's.
"""

from __future__ import annotations

import datetime as dt
from abc import abstractmethod
from typing import Any, ClassVar, Generic, TypeVar

from django.db import models
from django.db.models import F, Q

from huiying.handling.models import Case
from huiying.handling.queries import lead_of
from huiying.kernel import clock
from huiying.people.models import Platform, User
from huiying.people.standing import Assignment, capabilities, standing
from huiying.people.versions import regulation_of
from huiying.regulation import Regulation
from huiying.responding import steps
from huiying.responding.steps import Planned


class ReviewDecision(models.Model):
    """One decision of one role. The same position means side by side (会签)."""

    APPROVED, REJECTED = "approved", "rejected"
    position = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=40)
    checks = models.JSONField(default=list)  # secrecy, personal_data: what this step must have looked at (C8.2)
    due_at = models.DateTimeField(null=True)
    next_action_at = models.DateTimeField(null=True)  # when whoever decides it is reminded next, once it is its turn
    decision = models.CharField(max_length=10, blank=True)
    comment = models.TextField(blank=True)
    decided_by = models.CharField(max_length=100, blank=True)
    decided_user = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        abstract = True
        ordering: ClassVar = ["position", "id"]

    @property
    @abstractmethod
    def reviewed(self) -> Reviewed[Any]:
        """The text that this step is about."""

    def appointment_of(self, user: User) -> Assignment | None:
        """The appointment in which `user` may decide this step, or None.

        Never the drafter, never somebody who decided another step of the round (C9.3, minimum people); a department's
        head only for the lead department; a deputy where the regulation lets deputies act.
        """
        text = self.reviewed
        if user.pk == text.drafted_by():
            return None
        if any(step.decided_user == user.pk and step.pk != self.pk for step in text.all_steps()):
            return None
        regulation = text.regulation_of_review()
        lead = text.lead_code() if "handle" in capabilities(regulation.role(self.role)) else None
        who = standing(user)
        found = [held for role in steps.roles_of(regulation, self.role) if (held := who.holds(role, lead))]
        if not regulation.workflow.review_steps.deputies_may_act:
            found = [held for held in found if not held.is_deputy]
        return found[0] if found else None

    def deciders(self, at: dt.datetime) -> list[User]:
        """Who may decide it at that time, deputies behind the holders of the post; never the drafter."""
        return self._without_drafter(steps.reviewers, at)

    def own_deciders(self, at: dt.datetime) -> list[User]:
        """Who holds the step's own post, without anybody who stands in; never the drafter."""
        return self._without_drafter(steps.holders_of, at)

    def to_remind(self, at: dt.datetime, *, again: bool) -> list[User]:
        """Who holds the post; with nobody there, or the second time, those who may stand in as well."""
        own = self.own_deciders(at)
        return self.deciders(at) if again or not own else own

    def _without_drafter(self, found: steps.People, at: dt.datetime) -> list[User]:
        text = self.reviewed
        people = found(self.role, text.regulation_of_review(), text.lead_code(), at)
        return [user for user in people if user.pk != text.drafted_by()]


S = TypeVar("S", bound=ReviewDecision)


class Reviewed(Generic[S]):
    """A text under review: mixed into the model that the steps point to as `steps`."""

    steps: Any  # the related manager of the steps' foreign key

    def all_steps(self) -> list[S]:
        """Every step, in the order of the review."""
        return list(self.steps.all())

    @abstractmethod
    def drafted_by(self) -> int:
        """Id of the person who wrote it."""

    @abstractmethod
    def is_under_review(self) -> bool: ...

    @abstractmethod
    def regulation_of_review(self) -> Regulation: ...

    @abstractmethod
    def lead_code(self) -> str:
        """Code of the department whose head decides a step that is a department head's; "" where there is none."""

    def open_steps(self) -> list[S]:
        """The undecided steps whose turn it is: all of the earliest position that still has one."""
        if not self.is_under_review():
            return []
        waiting = [step for step in self.all_steps() if not step.decision]
        first = min((step.position for step in waiting), default=None)
        return [step for step in waiting if step.position == first]

    def begin(self, groups: list[list[Planned]], until: dt.datetime | None, now: dt.datetime) -> list[S]:
        """The rows of its steps, each with its share of the time; only the first group's turn begins."""
        made = []
        for position, group in enumerate(groups):
            due = None if until is None else now + (until - now) * (position + 1) / len(groups)
            turn = due if position == 0 else None
            made += [
                self.steps.create(
                    position=position, role=step.role, checks=step.checks, due_at=due, next_action_at=turn
                )
                for step in group
            ]
        return made

    def begin_turn(self, now: dt.datetime) -> None:
        """The next group's turn has come: its people are reminded when its share of the time is over."""
        for step in self.open_steps():
            if step.next_action_at is None and step.due_at is not None:
                step.next_action_at = max(step.due_at, now)
                step.save(update_fields=["next_action_at"])


class Revision(models.Model):
    """One saved state of the draft. Never edited: another text is another revision.

    A holding statement 「正在核实」 goes its own way beside the answer (`track`): it waits for no facts, moves no case.
    """

    ANSWER, HOLDING = "answer", "holding"
    FIRST, FOLLOW_UP, FINAL, CORRECTION, WITHDRAWAL = "first", "follow_up", "final", "correction", "withdrawal"
    OPEN, PARTLY = "open", "partly"
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    track = models.CharField(max_length=8, default=ANSWER)
    stage = models.CharField(max_length=10, default=FIRST)  # the regulation's stages (C8.2); "holding" on its track
    title = models.CharField(max_length=200)
    question = models.TextField()  # what was asked, in staff's words: a citizen's message is never printed
    facts = models.TextField()  # the facts block, identical on every channel (C8.9)
    renditions = models.JSONField()  # code of an account of ours, or a form of answer → text
    basis = models.TextField()  # law, regulation or notice number (C3.1)
    openness = models.CharField(max_length=10, default=OPEN)  # open | partly: something is left out (C1.1)
    openness_ground = models.CharField(max_length=60, blank=True)  # a code of GROUNDS, never free text alone
    openness_left_out = models.TextField(blank=True)  # what the answer leaves out, in general words
    openness_review_on = models.DateField(null=True)
    statutory = models.JSONField(default=list)  # codes of the statutory channels that the answer points to (C3.1)
    speaker = models.ForeignKey("Authorisation", on_delete=models.PROTECT, null=True, related_name="revisions")
    template = models.CharField(max_length=60, blank=True)  # code of the template it began with
    machine = models.ForeignKey("MachineDraft", on_delete=models.PROTECT, null=True, related_name="revisions")
    bodies = models.JSONField(default=list)  # other bodies the text names (C8.4)
    manifest_sha256 = models.CharField(max_length=64)
    fact_sheet = models.PositiveIntegerField(default=0)  # version of the 口径 it quotes (C7.4); 0 = none
    drafter = models.CharField(max_length=100)
    drafter_user = models.BigIntegerField()
    department = models.CharField(max_length=60)  # who speaks (C8.3)
    # The public text that this one corrects, or takes back; it stays readable, or leaves a tombstone where `redacts`
    # says that personal data had to go (C11.1).
    corrects = models.ForeignKey("Publication", on_delete=models.PROTECT, null=True, related_name="corrections")
    correction_note = models.TextField(blank=True)
    redacts = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "number"], name="revision_number")]


class ReviewRound(Reviewed["ReviewStep"], models.Model):
    """One review of one revision of an answer or a holding statement (C9.3): an open one a case and track."""

    OPEN, APPROVED, REJECTED, VOIDED = "open", "approved", "rejected", "voided"
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="rounds")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="rounds")
    manifest_sha256 = models.CharField(max_length=64)
    track = models.CharField(max_length=8, default=Revision.ANSWER)
    state = models.CharField(max_length=10, default=OPEN)
    level = models.CharField(max_length=20)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=100)
    closed_at = models.DateTimeField(null=True)
    closed_why = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "track"], condition=Q(state="open"), name="one_open_round")
        ]

    def drafted_by(self) -> int:
        return self.revision.drafter_user

    def is_under_review(self) -> bool:
        return self.state == self.OPEN

    def regulation_of_review(self) -> Regulation:
        return regulation_of(self.case.regulation)

    def lead_code(self) -> str:
        lead = lead_of(self.case)
        return lead.code if lead else ""

    def end(self, state: str, why: str) -> None:
        """Close it: no step of it is reminded any more."""
        self.state, self.closed_at, self.closed_why = state, clock.now(), why[:300]
        self.save(update_fields=["state", "closed_at", "closed_why"])
        self.steps.filter(next_action_at__isnull=False).update(next_action_at=None)


class ReviewStep(ReviewDecision):
    """One decision about a revision. None of them is the drafter's (INV-4)."""

    round = models.ForeignKey(ReviewRound, on_delete=models.PROTECT, related_name="steps")
    as_deputy = models.BooleanField(default=False)
    secrecy_checked = models.BooleanField(default=False)  # 保密审查 (C8.2)
    personal_data_checked = models.BooleanField(default=False)  # 个人信息审查 (C8.2)

    class Meta(ReviewDecision.Meta):
        indexes: ClassVar = [
            models.Index(fields=["next_action_at"], condition=Q(next_action_at__isnull=False), name="review_step_due")
        ]

    @property
    def reviewed(self) -> ReviewRound:
        return self.round


class BodyConfirmation(models.Model):
    """沟通确认 (C8.4): bound to one manifest, by a single-use link. Silence is recorded and is never consent."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="confirmations")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="confirmations")
    manifest_sha256 = models.CharField(max_length=64)
    body = models.CharField(max_length=100)
    contact = models.CharField(max_length=200, blank=True)
    means = models.CharField(max_length=10, default="link")  # link | phone | letter | visit
    token_hash = models.CharField(max_length=64, unique=True, null=True)
    asked_by = models.CharField(max_length=100)
    asked_at = models.DateTimeField()
    submit_before = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=10, blank=True)  # agree | amend | object
    answered_name = models.CharField(max_length=100, blank=True)
    comment = models.TextField(blank=True)
    recorded_by = models.CharField(max_length=100, blank=True)  # who wrote down an answer that came by no link
    proof = models.ForeignKey("Evidence", on_delete=models.PROTECT, null=True, related_name="confirmations")  # 凭证
    not_received_at = models.DateTimeField(null=True)
    overridden_at = models.DateTimeField(null=True)
    overridden_by = models.CharField(max_length=100, blank=True)
    override_reason = models.TextField(blank=True)
    post_hoc_due_at = models.DateTimeField(null=True)  # until when an overridden body is to be heard after all
    escalated_at = models.DateTimeField(null=True)  # an objection went to whoever settles it

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | Q(not_received_at__isnull=True),
                name="answered_or_silent",
            )
        ]


class Evidence(models.Model):
    """What proves a public act: a snapshot, a screenshot, an address. Kept under HUIYING_HOME/evidence by SHA-256."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="evidence")
    press = models.ForeignKey("PressVersion", on_delete=models.PROTECT, null=True, related_name="evidence")
    kind = models.CharField(max_length=12)  # snapshot | screenshot | clip | reply | document
    sha256 = models.CharField(max_length=64)
    media_type = models.CharField(max_length=60)
    size = models.PositiveIntegerField()
    url = models.CharField(max_length=2000, blank=True)
    received_at = models.DateTimeField()
    received_by = models.CharField(max_length=100)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(case__isnull=False, press__isnull=True) | Q(case__isnull=True, press__isnull=False),
                name="evidence_of_one_thing",
            )
        ]


class Publication(models.Model):
    """One approved text in one place: an account of the bureau's own, or a form of answer such as a press conference.

    It can not exist for a hash that was not approved (INV-4), nor for an account that is not in the register (INV-11).
    """

    QUEUED, SENDING, TO_DO, TO_VERIFY, LIVE, REJECTED, FAILED = (
        "queued",
        "sending",
        "to_do",
        "to_verify",
        "live",
        "rejected",
        "failed",
    )
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="publications")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, null=True, related_name="publications")
    press = models.ForeignKey("PressVersion", on_delete=models.PROTECT, null=True, related_name="publications")
    target = models.CharField(max_length=20)  # the key of its rendition: an account's code, or the form's
    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, null=True, related_name="publications")
    channel = models.CharField(max_length=20)  # the kind of channel that carries it
    stage = models.CharField(max_length=10, default=Revision.FIRST)
    title = models.CharField(max_length=200)
    text = models.TextField()  # the rendition, copied: what the channel puts out and the fetch-back compares with
    state = models.CharField(max_length=10)
    manifest_sha256 = models.CharField(max_length=64)
    approved_sha256 = models.CharField(max_length=64)
    drafter_user = models.BigIntegerField()
    approver_user = models.BigIntegerField()
    idempotency_key = models.CharField(max_length=120, unique=True)
    released_by = models.CharField(max_length=100)
    released_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)  # server time of the public act's evidence
    url = models.CharField(max_length=2000, blank=True)
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, null=True, related_name="publications")
    posted_by = models.CharField(max_length=100, blank=True)
    posted_user = models.BigIntegerField(null=True)
    verified_by = models.CharField(max_length=100, blank=True)
    verified_user = models.BigIntegerField(null=True)
    verified_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=500, blank=True)
    external = models.JSONField(
        default=dict
    )  # what the other side called it, step by step, so that no step is repeated
    matches = models.BooleanField(null=True)  # fetched back and compared with the approved text; null = not fetched
    similarity = models.FloatField(null=True)  # 0–1, of the normalised texts

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(case__isnull=False, revision__isnull=False, press__isnull=True)
                | Q(case__isnull=True, revision__isnull=True, press__isnull=False),
                name="published_for_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(platform__isnull=False) | Q(channel__in=["press_conference", "expert", "interview"]),
                name="published_on_our_own_account",
            ),
            models.CheckConstraint(condition=Q(manifest_sha256=F("approved_sha256")), name="published_is_approved"),
            models.CheckConstraint(condition=~Q(drafter_user=F("approver_user")), name="drafter_is_not_approver"),
            models.CheckConstraint(
                condition=~Q(state="live") | (Q(published_at__isnull=False) & Q(evidence__isnull=False)),
                name="live_means_evidence",
            ),
            models.CheckConstraint(
                condition=Q(verified_user__isnull=True) | ~Q(verified_user=F("posted_user")),
                name="a_second_person_verifies",
            ),
        ]


class Withholding(models.Model):
    """不公开为例外 (C1.1): a legal ground out of a list, a reason, a review date, and a second person."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="withholdings")
    ground = models.CharField(max_length=60)
    reason = models.TextField()
    review_on = models.DateField()
    proposed_by = models.CharField(max_length=100)
    proposed_user = models.BigIntegerField()
    proposed_at = models.DateTimeField()
    agreed = models.BooleanField(null=True)
    seconded_by = models.CharField(max_length=100, blank=True)
    seconded_user = models.BigIntegerField(null=True)
    seconded_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(ground="")
                & ~Q(reason="")
                & (Q(agreed=False) | Q(agreed__isnull=True) | Q(seconded_user__isnull=False)),
                name="withholding_has_ground_and_second",
            ),
            models.CheckConstraint(
                condition=Q(seconded_user__isnull=True) | ~Q(seconded_user=F("proposed_user")),
                name="withholding_needs_second_person",
            ),
            models.UniqueConstraint(fields=["case"], condition=Q(agreed__isnull=True), name="one_open_withholding"),
        ]
