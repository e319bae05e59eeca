"""Releasing before being asked （十一）, C1.4, C6.14: public pages that gather answers （四）C4.4, press releases and
their numbers, the calendar, what is missing, partners. Each text of a page has its second person.
"""

from __future__ import annotations

import re
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from huiying.people.models import Department, Partner, User
from huiying.people.versions import regulation_now
from huiying.regulation import Regulation
from huiying.responding.models.core import Publication, ReviewDecision, Reviewed


class TopicPage(models.Model):
    """One page of the public site. Its texts are `TopicText`; the last approved one is what people read."""

    HOT, FREQUENT, CLARIFICATION = "hot", "faq", "clarified"
    KINDS = (HOT, FREQUENT, CLARIFICATION)
    address = models.CharField(max_length=30, unique=True)  # 2026-1, a part of its web address
    kind = models.CharField(max_length=10)
    topic = models.CharField(max_length=10, blank=True)  # code of a 业务范畴 of the regulation
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="topic_pages")
    subject = models.CharField(max_length=60, blank=True)  # the watch rule or event whose askers made it frequent
    events = models.JSONField(default=list)  # numbers of the events that it answers, for figures; never shown
    made_by = models.CharField(max_length=100)
    made_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=100, blank=True)
    withdrawn_note = models.CharField(max_length=500, blank=True)  # the public reads why

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return self.address


class TopicText(models.Model):
    """One saved text of a page, bound by its manifest. Another text is another row (INV-4)."""

    APPROVED, RETURNED = "approved", "returned"
    page = models.ForeignKey(TopicPage, on_delete=models.PROTECT, related_name="texts")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    asked = models.TextField()  # what people ask, or the claim that goes round
    text = models.TextField()  # what the bureau says, or what it found
    proof = models.TextField(blank=True)  # of a clarification
    since = models.DateField(null=True)  # since when the claim goes round
    answers = models.JSONField(default=list)  # numbers of the answers that it gathers
    note = models.CharField(max_length=500, blank=True)  # what a later text changed; the public reads it
    manifest_sha256 = models.CharField(max_length=64)
    drafter = models.CharField(max_length=100)
    drafter_user = models.BigIntegerField()
    at = models.DateTimeField()
    proposed_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=10, blank=True)
    comment = models.TextField(blank=True)
    secrecy = models.BooleanField(default=False)
    personal_data = models.BooleanField(default=False)
    decided_by = models.CharField(max_length=100, blank=True)
    decided_user = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["page", "number"], name="topic_text_number"),
            models.CheckConstraint(
                condition=Q(decided_user__isnull=True) | ~Q(decided_user=F("drafter_user")),
                name="topic_text_needs_second_person",
            ),
            models.CheckConstraint(
                condition=~Q(decision="approved")
                | Q(decided_user__isnull=False, decided_at__isnull=False, secrecy=True, personal_data=True),
                name="topic_text_approved_is_checked",
            ),
        ]


SERIES = "新"  # 新〔2026〕1号


def address_of(number: str) -> str:
    """「新〔2026〕1号」 as a part of a web address: 2026-1."""
    return "-".join(re.findall(r"\d+", number))


def number_of(address: str) -> str:
    """The number behind a part of a web address; "" where there can be none."""
    found = re.fullmatch(r"(\d{4})-([1-9]\d{0,8})", address, re.ASCII)
    return f"{SERIES}〔{found[1]}〕{found[2]}号" if found else ""


class PressRelease(models.Model):
    """新闻稿 (C11.5): what the bureau says unasked. Its texts are versions; the newest is the current one."""

    DRAFT, REVIEWING, APPROVED, PUBLISHED, DROPPED = "draft", "reviewing", "approved", "published", "dropped"
    number = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=10, default=DRAFT, db_index=True)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="press_releases")
    planned_at = models.DateTimeField(null=True)  # on the calendar
    made_by = models.CharField(max_length=100)
    made_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    dropped_why = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class PressVersion(Reviewed["PressStep"], models.Model):
    """One saved text of a press release, bound by its manifest as a revision of an answer is."""

    release = models.ForeignKey(PressRelease, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    facts = models.TextField()  # identical on every account
    renditions = models.JSONField()
    basis = models.TextField()
    manifest_sha256 = models.CharField(max_length=64)
    corrects = models.ForeignKey(Publication, on_delete=models.PROTECT, null=True, related_name="press_corrections")
    correction_note = models.TextField(blank=True)
    drafter = models.CharField(max_length=100)
    drafter_user = models.BigIntegerField()
    at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True)
    voided_at = models.DateTimeField(null=True)  # another text took its place before it was out

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["release", "number"], name="press_version_number")]

    def drafted_by(self) -> int:
        return self.drafter_user

    def is_under_review(self) -> bool:
        """Not where the text was replaced or sent back."""
        return self.voided_at is None and all(step.decision != step.REJECTED for step in self.all_steps())

    def regulation_of_review(self) -> Regulation:
        return regulation_now()

    def lead_code(self) -> str:
        return self.release.department.code


class PressStep(ReviewDecision):
    """One decision about one version. Never the drafter's (INV-4)."""

    version = models.ForeignKey(PressVersion, on_delete=models.PROTECT, related_name="steps")

    class Meta(ReviewDecision.Meta):
        indexes: ClassVar = [
            models.Index(fields=["next_action_at"], condition=Q(next_action_at__isnull=False), name="press_step_due")
        ]

    @property
    def reviewed(self) -> PressVersion:
        return self.version


class DisclosureItem(models.Model):
    """主动公开事项 (C1.4, C11.1): a plan, a result, a statistic that is due on a day; late is shown as late."""

    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=20)  # plan | result | statistics | policy | budget | other
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="disclosures")
    due_on = models.DateField()
    repeats = models.CharField(max_length=10, blank=True)  # "" | monthly | quarterly | yearly
    ground = models.CharField(max_length=200, blank=True)  # the rule that asks for it
    made_by = models.CharField(max_length=100)
    made_at = models.DateTimeField()
    next_action_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=100, blank=True)
    url = models.CharField(max_length=500, blank=True)
    press = models.ForeignKey(PressRelease, on_delete=models.PROTECT, null=True, related_name="disclosures")
    follows = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="next")
    dropped_at = models.DateTimeField(null=True)
    dropped_by = models.CharField(max_length=100, blank=True)
    dropped_why = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["due_on", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(dropped_at__isnull=True), name="disclosure_done_or_dropped"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_action_at"], condition=Q(next_action_at__isnull=False), name="disclosure_due")
        ]


class InfoGap(models.Model):
    """C6.14: people keep asking for what is not on our site. What is missing, who publishes it, by when, and where."""

    question = models.CharField(max_length=300)
    topic = models.CharField(max_length=60, blank=True)  # the watch rule or word that the askers have in common
    asked = models.PositiveIntegerField(default=0)  # how many asked when it was made
    cases = models.JSONField(default=list)  # numbers of cases and events, never of people
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="info_gaps")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="info_gaps")
    owner_name = models.CharField(max_length=100)
    due_at = models.DateTimeField()
    next_action_at = models.DateTimeField(null=True)
    made_by = models.CharField(max_length=100)
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=100, blank=True)
    url = models.CharField(max_length=500, blank=True)
    dropped_at = models.DateTimeField(null=True)
    dropped_by = models.CharField(max_length=100, blank=True)
    dropped_why = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["due_at", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(dropped_at__isnull=True), name="info_gap_done_or_dropped"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_action_at"], condition=Q(next_action_at__isnull=False), name="info_gap_due")
        ]


class PartnerPush(models.Model):
    """推送 (C11.3): a public text of ours was sent to a partner with the request to carry it, and what came of it.

    There is no field for comments or likes: they can not be ordered here (C8.10).
    """

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="pushes")
    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="pushes")
    means = models.CharField(max_length=10)  # email | by_hand
    idempotency_key = models.CharField(max_length=120, unique=True)
    pushed_by = models.CharField(max_length=100)
    pushed_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)  # handed over to the mail server, or by the person who did it
    error = models.CharField(max_length=300, blank=True)
    replied_at = models.DateTimeField(null=True)
    reply = models.CharField(max_length=10, blank=True)  # reposted | declined
    reply_note = models.CharField(max_length=300, blank=True)
    url = models.CharField(max_length=500, blank=True)  # where it was carried
    reply_recorded_by = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(reply="reposted") | ~Q(url=""), name="reposted_has_an_address"),
            models.CheckConstraint(
                condition=Q(replied_at__isnull=True) | Q(replied_at__gte=F("pushed_at")), name="reply_after_push"
            ),
        ]
