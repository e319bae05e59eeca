"""Screenings, events, grades, warnings: the machine suggests, a person decides. Beside them early alarms (C6.11,
C6.12), what persons said of the grouping, and what another body got of an event (C5.18).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from huiying.listening.models import Post


class Screening(models.Model):
    """What the rules said of one post, and what a person said of a suspect (C5.14, C5.16)."""

    HIT, SUSPECT, OUT = "hit", "suspect", "out"
    post = models.OneToOneField(Post, on_delete=models.PROTECT, related_name="screening")
    band = models.CharField(max_length=10)
    score = models.FloatField()
    life_safety = models.BooleanField(default=False)
    rules = models.JSONField(default=list)
    lead = models.CharField(max_length=20, blank=True)
    co_leads = models.JSONField(default=list)
    confirm_with = models.JSONField(default=list)
    concern = models.CharField(max_length=20, blank=True)
    level = models.CharField(max_length=20, blank=True)  # a suggestion
    sensitivity = models.PositiveSmallIntegerField(default=0)
    reasons = models.JSONField(default=list)
    reasons_en = models.JSONField(default=list)  # the same sentences in English, one for one
    figures = models.JSONField(default=dict)  # the grading's inputs that the text itself gives
    ruleset = models.CharField(max_length=64)
    screened_at = models.DateTimeField()
    cleared = models.CharField(max_length=10, blank=True)  # hit | out, by a person
    cleared_by = models.CharField(max_length=100, blank=True)
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["post"], condition=Q(band="suspect", cleared=""), name="suspect_tray"),
            # The stream's filters, each along the posts' numbers. Posts out of scope have no concern, lead or level.
            models.Index(fields=["band", "-post"], name="screening_band"),
            models.Index(fields=["concern", "-post"], condition=Q(concern__gt=""), name="screening_concern"),
            models.Index(fields=["lead", "-post"], condition=Q(lead__gt=""), name="screening_lead"),
            models.Index(fields=["level", "-post"], condition=Q(level__gt=""), name="screening_level"),
        ]


class Event(models.Model):
    """What several posts are about. Exactly one event per hit."""

    # ENDED: its case is closed. A later post of the same matter stands on the desk as a warning (C1.3, C8.8).
    OPEN, CASED, ENDED, DISMISSED, MERGED, NOTED = "open", "cased", "ended", "dismissed", "merged", "noted"
    REPORTER, MINOR, VICTIM = "wrongdoing", "minor", "victim"
    number = models.CharField(max_length=30, unique=True)
    stream_no = models.PositiveIntegerField(unique=True)
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=12, default=OPEN, db_index=True)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="merged")
    state_before_merge = models.CharField(max_length=12, blank=True)  # what a reversed merge goes back to
    opened_at = models.DateTimeField()
    last_post_at = models.DateTimeField()
    # When a hit first stood on a desk, or a person knew, whichever is earlier: INV-2. Only ever moves earlier.
    first_known_at = models.DateTimeField()
    first_published_at = models.DateTimeField(null=True)
    posts_count = models.PositiveIntegerField(default=0)
    platforms_count = models.PositiveIntegerField(default=0)
    voices_count = models.PositiveIntegerField(default=0)  # outlives the tags, which die with the key
    sealed_key = models.BinaryField(null=True)  # keys this event's voice tags; dies with the event
    lead = models.CharField(max_length=20, blank=True)  # suggestions, from the gravest screening
    co_leads = models.JSONField(default=list)
    confirm_with = models.JSONField(default=list)
    concern = models.CharField(max_length=20, blank=True)
    suggested_level = models.CharField(max_length=20, blank=True)
    floor_fired = models.BooleanField(default=False)
    grade = models.JSONField(default=dict)  # the last snapshot, as engine.grading gives it
    tally = models.JSONField(default=dict)  # what the members add up to (judging.tally); empty = count them again
    offline_risk = models.PositiveSmallIntegerField(default=0)
    attitude = models.FloatField(null=True)  # a hand-read share of critical posts; null = not read
    life_safety = models.BooleanField(default=False)  # restricted: off walls, digests, search
    # 敏感 (§6.1 S8, §6.2): "" or what it is about; a person says so and another takes it away. As far off as a danger.
    sensitive = models.CharField(max_length=10, blank=True, default="")
    reasons = models.JSONField(default=list)
    reasons_en = models.JSONField(default=list)
    confirm_by = models.DateTimeField(null=True)  # when an unconfirmed suggestion sets a provisional clock
    alarm = models.CharField(max_length=8, blank=True)  # the open alarm's level, "" for none
    alarm_peak = models.FloatField(null=True)  # the most that ever spoke for an alarm, as at sixty posts

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["confirm_by"], condition=Q(confirm_by__isnull=False), name="event_to_confirm"),
            models.Index(fields=["-last_post_at"], name="event_recent"),
            models.Index(fields=["life_safety", "-last_post_at"], name="event_stream"),
            models.Index(fields=["life_safety", "state", "-last_post_at"], name="event_state"),
            models.Index(fields=["life_safety", "suggested_level", "-last_post_at"], name="event_level"),
            models.Index(fields=["life_safety", "lead", "-last_post_at"], name="event_lead"),
            models.Index(fields=["id"], condition=Q(sensitive__gt=""), name="event_sensitive"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def reserved(self) -> bool:
        """人身安全 or 敏感: off lists, walls, digests, group texts and search, and never quoted (§6.1 S8)."""
        return self.life_safety or bool(self.sensitive)

    @property
    def masked(self) -> bool:
        """Minors, health, victims: the words themselves are for leaders, with a reason (§6.2)."""
        return self.sensitive in (self.MINOR, self.VICTIM)

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **more: Any) -> None:
        """The label is set by the verbs that name it: a stream that read the event before never takes it away."""
        if update_fields is None and not self._state.adding and not more.get("force_insert"):
            update_fields = [
                field.name for field in self._meta.concrete_fields if field.name not in ("id", "sensitive")
            ]
        super().save(*args, update_fields=update_fields, **more)


class EventPost(models.Model):
    """A post's place in an event; the id is the order in which the stream was judged.

    Rows are added and never moved by the machine. A person who splits an event points some of them elsewhere; the
    `Pin` that says so and `stream_no` keep what was before.
    """

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="members")
    post = models.OneToOneField(Post, on_delete=models.PROTECT, related_name="membership")
    duplicate_of = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="duplicates")
    # "#12" is post 12 of this house; anything else is a source's own id of a post that never came in.
    parent = models.CharField(max_length=201, blank=True)
    parent_evidence = models.CharField(max_length=200, blank=True)
    parent_confidence = models.FloatField(null=True)  # 0 to 1; null where there is no parent
    similarity = models.FloatField(default=0)
    stream_no = models.PositiveIntegerField()  # what the engine said, before any merge; replayed when it is rebuilt
    stood_at = models.DateTimeField()  # when it stood on the desk
    withdrawn_at = models.DateTimeField(null=True)  # a cleared suspect was undone; the row stays for the replay


class VoiceTag(models.Model):
    """How many voices, not whose: a tag under the event's own key, useless outside it."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="voices")
    tag = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["event", "tag"], name="voice_once")]


class LevelDecision(models.Model):
    """Append-only level history. Down needs a second person and a reason, up anybody on duty at once (INV-7)."""

    CONFIRMED, RAISED, LOWERED, PROPOSED_LOWER, PROVISIONAL, REFUSED = (
        "confirmed",
        "raised",
        "lowered",
        "proposed_lower",
        "provisional",
        "refused",
    )
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="level_decisions")
    kind = models.CharField(max_length=16)
    level = models.CharField(max_length=20)  # regulation code, L1…
    was = models.CharField(max_length=20, blank=True)
    by = models.CharField(max_length=100)
    by_user = models.BigIntegerField(null=True)
    second = models.CharField(max_length=100, blank=True)
    second_user = models.BigIntegerField(null=True)
    proposal = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="outcome")
    reason = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(kind="lowered") | (~Q(second="") & ~Q(reason="") & ~Q(by_user=models.F("second_user"))),
                name="lowering_needs_second_person",
            )
        ]


class ConcernDecision(models.Model):
    """What a person says the concern is. 谣言 names claim and proof, and two persons sign (C1.2, C5.14)."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="concern_decisions")
    concern = models.CharField(max_length=20)
    proof_needed = models.BooleanField(default=False)  # as the regulation says of this concern
    was = models.CharField(max_length=20, blank=True)
    claim = models.TextField(blank=True)
    proof = models.TextField(blank=True)
    by = models.CharField(max_length=100)
    by_user = models.BigIntegerField()
    at = models.DateTimeField()
    second = models.CharField(max_length=100, blank=True)
    second_user = models.BigIntegerField(null=True)
    second_at = models.DateTimeField(null=True)
    agreed = models.BooleanField(null=True)  # null while a second person is awaited

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(proof_needed=False) | (~Q(claim="") & ~Q(proof="")), name="rumour_needs_claim_and_proof"
            ),
            models.CheckConstraint(
                condition=~Q(proof_needed=True, agreed=True) | Q(second_user__isnull=False),
                name="rumour_needs_second_person",
            ),
            models.CheckConstraint(
                condition=Q(second_user__isnull=True) | ~Q(second_user=models.F("by_user")),
                name="concern_second_is_another",
            ),
        ]


class Warning(models.Model):
    """预警 (C6.12): it has recipients, and climbs until somebody acknowledges it."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="warnings")
    level = models.CharField(max_length=20)
    trigger = models.CharField(max_length=200)
    recipients = models.JSONField()  # copied names
    at = models.DateTimeField()
    step = models.PositiveSmallIntegerField(default=0)
    next_action_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.CharField(max_length=100, blank=True)
    # A person who takes a warning back has seen it: cancelling acknowledges.
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.CharField(max_length=100, blank=True)
    cancel_reason = models.CharField(max_length=500, blank=True)
    due_at = models.DateTimeField(null=True)  # until when the first step should have acknowledged

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["next_action_at"], condition=Q(next_action_at__isnull=False), name="warning_due")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(recipients=[]), name="warning_has_a_recipient"),
            models.CheckConstraint(
                condition=Q(acknowledged_at__isnull=False) | Q(next_action_at__isnull=False), name="open_warning_climbs"
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True)
                | (~Q(cancelled_by="") & ~Q(cancel_reason="") & Q(acknowledged_at__isnull=False)),
                name="cancelling_needs_a_reason",
            ),
        ]

    @property
    def told(self) -> str:
        """The trigger, which repeats what the event was called, as lists show it (§6.1 S8)."""
        return f"{self.trigger.partition('：')[0]}：{self.event.title}" if self.event.sensitive else self.trigger


class UrgentCall(models.Model):
    """Danger to life: calls person after person until somebody acknowledges; a path of its own, beside the level."""

    post = models.OneToOneField(Post, on_delete=models.PROTECT, related_name="urgent_call")
    raised_at = models.DateTimeField()
    step = models.PositiveSmallIntegerField(default=0)
    called = models.JSONField(default=list)  # [{name, phone, at}]
    next_action_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.CharField(max_length=100, blank=True)
    what_was_done = models.TextField(blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["next_action_at"], condition=Q(next_action_at__isnull=False), name="urgent_due")
        ]

    @property
    def people(self) -> list[dict[str, Any]]:
        """Whom it has called, once each: `{"name", "times", "at"}`, `at` the last time."""
        found: dict[str, dict[str, Any]] = {}
        for row in self.called:
            one = found.setdefault(row["name"], {"name": row["name"], "times": 0})
            one["times"], one["at"] = one["times"] + 1, row["at"]
        return list(found.values())


class Dismissal(models.Model):
    """A reasoned decision of two persons not to answer a warned event."""

    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="dismissal")
    ground = models.CharField(max_length=60)
    reason = models.TextField()
    proposed_by = models.CharField(max_length=100)
    proposed_user = models.BigIntegerField()
    proposed_at = models.DateTimeField()
    seconded_by = models.CharField(max_length=100, blank=True)
    seconded_user = models.BigIntegerField(null=True)
    seconded_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(seconded_user__isnull=True) | ~Q(seconded_user=models.F("proposed_user")),
                name="dismissal_needs_second_person",
            )
        ]


class Alarm(models.Model):
    """观察 or 预警. One is open an event; a graver one takes its place. People say later whether it was real."""

    REAL, FALSE = "real", "false"
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="alarms")
    level = models.CharField(max_length=8)  # watch | alert
    at = models.DateTimeField()
    posts = models.PositiveIntegerField()
    score = models.FloatField()
    threshold = models.FloatField()
    words = models.CharField(max_length=300)
    words_en = models.CharField(max_length=300)
    ended_at = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=8, blank=True)
    verdict_by = models.CharField(max_length=100, blank=True)
    verdict_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["event"], condition=Q(ended_at__isnull=True), name="one_open_alarm"),
            models.CheckConstraint(condition=~Q(words=""), name="alarm_says_why"),
        ]
        indexes: ClassVar = [models.Index(fields=["-at"], name="alarm_recent")]


class AlarmSetting(models.Model):
    """How many false alarms a week the bureau puts up with, and the bars that follow from it. Append-only."""

    budget = models.FloatField()  # false alarms a week
    watch = models.FloatField()  # how much must speak for it, at sixty posts
    alert = models.FloatField()
    figures = models.JSONField(default=dict)
    by = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(budget__gt=0), name="alarm_budget_above_zero"),
            models.CheckConstraint(condition=Q(watch__lte=models.F("alert")), name="watch_before_alert"),
        ]


class Pin(models.Model):
    """One word of a person: these two events are one matter, or are two, or these posts are another matter.

    Append-only; of two words on the same events the later one holds. `after` is the last row of the stream's log
    (`EventPost`) when it was said: there the replay hears it.
    """

    TOGETHER, APART, SPLIT = "together", "apart", "split"
    kind = models.CharField(max_length=10)
    left = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="pins_left")  # of a split: what it was
    right = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="pins_right")  # of a split: what it became
    posts = models.JSONField(default=list)  # of a split: row ids of the posts that went over
    reason = models.TextField(blank=True)
    by = models.CharField(max_length=100)
    by_user = models.BigIntegerField()
    at = models.DateTimeField()
    after = models.BigIntegerField()

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(left=models.F("right")), name="pin_is_of_two_events"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.left_id} {self.right_id}"


class SharePackage(models.Model):
    """A frozen view of an event for one body: read by a link until it expires, or taken along as a signed file."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="shares")
    body = models.CharField(max_length=100)
    purpose = models.CharField(max_length=300)  # an export carries its purpose (§6.3-8)
    content = models.JSONField()  # personal data masked
    sha256 = models.CharField(max_length=64)
    token_hash = models.CharField(max_length=64, unique=True)
    made_by = models.CharField(max_length=100)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=100, blank=True)
    opens = models.PositiveIntegerField(default=0)
    first_opened_at = models.DateTimeField(null=True)
    last_opened_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(purpose=""), name="shared_for_a_purpose")]

    def __str__(self) -> str:
        return f"{self.event.number} → {self.body}"


class ShareReply(models.Model):
    """What the other body wrote back; it stands on the event's record."""

    package = models.ForeignKey(SharePackage, on_delete=models.PROTECT, related_name="replies")
    name = models.CharField(max_length=100)
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]
