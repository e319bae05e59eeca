"""Who works here, in which post (岗位), under which regulation and its interpretations （十三）; who watches when
（五）C5.1; how a person signs in §6.1; who speaks for the bureau, on which accounts （十一）（十二）.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import check_password
from django.db import models, transaction
from django.db.models import F, Q
from django.utils.crypto import salted_hmac

from huiying.ledger.actions import Actor, record


class Bureau(models.Model):
    """The one bureau of this database. It is set up once its one-time link was used."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(max_length=100)
    set_up_at = models.DateTimeField(null=True)
    setup_token_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(id=1), name="one_bureau")]


class RegulationVersion(models.Model):
    """A regulation's text as it was adopted. A case is judged by the version in force at its first_known_at (C14.1)."""

    name = models.CharField(max_length=200)
    text = models.TextField()
    sha256 = models.CharField(max_length=64, unique=True)
    effective_from = models.DateField(db_index=True)
    adopted_at = models.DateTimeField()
    adopted_by = models.CharField(max_length=100)


class Department(models.Model):
    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=100, blank=True)
    duty = models.CharField(max_length=300, blank=True)
    is_office = models.BooleanField(default=False)  # 统筹: sees every case (C7.5), decides returns (C7.1)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, name: str, password: str | None = None, **extra: Any) -> User:
        user = self.model(username=username, name=name, **extra)
        user.set_password(password)  # None = no password works
        user.save()
        return user


class User(AbstractBaseUser):
    """A member of staff. Never a citizen: INV-10."""

    LEFT, DORMANT, SUSPENDED = "left", "dormant", "suspended"
    SECURITY, AUDIT = "security", "audit"
    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=40)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, null=True, related_name="staff")
    phone = models.CharField(max_length=40, blank=True)
    is_active = models.BooleanField(default=True)
    is_administrator = models.BooleanField(default=False)  # 系统管理员: people and set-up, sees no case (§6.1 S6)
    oversees = models.CharField(max_length=10, null=True)  # 安全管理员, 审计管理员: the other two of the three (S6)
    joined_at = models.DateTimeField()
    closed_as = models.CharField(max_length=10, null=True)  # why it is not active (S5)
    reopened_at = models.DateTimeField(null=True)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar = ["name"]

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(is_administrator=False) | Q(oversees__isnull=True), name="one_of_the_three_administrators"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def check_password(self, raw_password: str | None) -> bool:
        """Whether it is theirs. A hash of older settings is renewed, as Django does it, and the ledger knows: a hash
        that changed without an entry is one that somebody put there.
        """
        return check_password(raw_password, self.password, self._renew_hash)

    def _renew_hash(self, raw_password: str) -> None:
        self.set_password(raw_password)
        self._password = None
        with transaction.atomic():
            self.save(update_fields=["password"])
            record("system", "person.rehashed", {"name": self.name}, Actor.SYSTEM, rows=[self])

    def get_session_auth_hash(self) -> str:
        """What a session must carry: besides the password, the last re-opening, or the sessions of whoever was shut out
        would live again with the account (§6.1 S5).
        """
        found: str = super().get_session_auth_hash()
        if self.reopened_at is None:
            return found
        return salted_hmac("huiying.reopened", f"{found}{self.reopened_at.isoformat()}", algorithm="sha256").hexdigest()

    @property
    def administers(self) -> bool:
        """One of the three administrators: no post, no case (S6)."""
        return self.is_administrator or self.oversees is not None


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def current(self, at: dt.datetime) -> AppointmentQuerySet:
        return self.filter(since__lte=at).filter(Q(until__isnull=True) | Q(until__gt=at))


class Appointment(models.Model):
    """A person holds a role of the regulation, in a department, for a time. Deputies act where the file lets them."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="appointments")
    role = models.CharField(max_length=40)  # a role code of the regulation file
    department = models.ForeignKey(Department, on_delete=models.PROTECT, null=True, related_name="appointments")
    is_deputy = models.BooleanField(default=False)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    objects: ClassVar[AppointmentQuerySet] = AppointmentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "role", "department"],
                condition=Q(until__isnull=True),
                name="one_live_appointment",
                nulls_distinct=False,
            )
        ]


class Invitation(models.Model):
    """A single-use link with which a member of staff sets a password. Nobody ever gets a default one."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="invitations")
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class DutyShift(models.Model):
    """Who sits at the desk, from when to when. Rows, not recurrence: a swap edits one row."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="shifts")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    made_by = models.CharField(max_length=100)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["starts_at", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_at__gt=models.F("starts_at")), name="shift_has_length")
        ]
        indexes: ClassVar = [models.Index(fields=["ends_at"], name="shift_end")]


class PhoneTest(models.Model):
    """通联抽查 (C10.3): the number of a contact was called, and did somebody answer."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="phone_tests")
    number = models.CharField(max_length=40)
    reached = models.BooleanField()
    note = models.CharField(max_length=200, blank=True)
    by = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]


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


class SecondFactor(models.Model):
    """One for each person. The secret is sealed (S14); a code counts once, and wrong ones make everybody wait."""

    user = models.OneToOneField(User, models.PROTECT, related_name="second_factor")
    secret = models.BinaryField()  # sealed: whoever reads the database cannot make codes
    made_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)  # null: shown, but no code came back from it yet
    last_step = models.BigIntegerField(default=0)  # the newest code that counted, by its half minute
    failures = models.PositiveSmallIntegerField(default=0)
    wait_until = models.DateTimeField(null=True)
    recovery = models.JSONField(default=list)  # hashes of the codes that were not used yet


class SecurityKey(models.Model):
    """A WebAuthn key of a person, beside the authenticator and gone with it. Its secret never leaves the key."""

    factor = models.ForeignKey(SecondFactor, models.CASCADE, related_name="keys")
    name = models.CharField(max_length=40)
    credential = models.CharField(max_length=1400, unique=True)  # its id, base64url
    public_key = models.BinaryField()
    counter = models.BigIntegerField(default=0)  # how often it was used, by its own count
    added_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class Identity(models.Model):
    """One for each person, and one person for each subject of an issuer."""

    user = models.OneToOneField(User, models.PROTECT, related_name="identity")
    issuer = models.CharField(max_length=300)
    subject = models.CharField(max_length=255)
    bound_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["issuer", "subject"], name="one_person_a_subject")]


class Interpretation(models.Model):
    """One ruling, signed and dated. A later one takes its place from its day on; neither is ever changed (C13.1)."""

    gap = models.CharField(max_length=4, db_index=True)  # G1–G16
    clause = models.CharField(max_length=60)
    question = models.TextField()
    ruling = models.TextField()
    effect = models.JSONField(default=dict)  # key path of the regulation → the value the ruling was about
    regulation_sha256 = models.CharField(max_length=64)  # the version it interprets
    effective_from = models.DateField()
    signed_on = models.DateField()  # by the server's clock, in the bureau's zone
    signed_by = models.CharField(max_length=100)
    signed_user = models.BigIntegerField()
    signed_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(effective_from__gte=F("signed_on")), name="interpretation_never_retroactive"
            ),
            models.CheckConstraint(condition=~Q(ruling=""), name="interpretation_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.gap} {self.effective_from}"


class Platform(models.Model):
    """平台登记 (C11.2): an account of the bureau's own. Nothing is ever published anywhere else (INV-11)."""

    code = models.CharField(max_length=20, unique=True)  # also the key of its rendition in a manifest
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=100, blank=True)
    family = models.CharField(max_length=20)  # a word of the regulation's linked channels (C8.9)
    channel = models.CharField(max_length=20)  # how texts get there: a kind of `responding.channels`
    owner = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="platforms")
    account = models.CharField(max_length=100, blank=True)  # the account's public name or number
    url = models.CharField(max_length=500, blank=True)  # its front page
    opened_on = models.DateField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_why = models.CharField(max_length=300, blank=True)
    administrator = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="platforms")
    backup = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="platforms_backed")
    dormant_days = models.PositiveSmallIntegerField(default=14)
    last_post_at = models.DateTimeField(null=True)  # the newest public act there that is known, by evidence or by hand
    security_checked_on = models.DateField(null=True)
    security_checked_by = models.CharField(max_length=100, blank=True)
    unanswered = models.PositiveIntegerField(null=True)  # messages waiting there, null = not known
    unanswered_at = models.DateTimeField(null=True)
    # Addresses and secrets of its programming interface, sealed for `platform:<code>`; the key is outside the database.
    sealed_settings = models.BinaryField(null=True)
    added_by = models.CharField(max_length=100)
    added_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.name


class Spokesperson(models.Model):
    """新闻发言人名册 (C12.1): who may speak for the bureau, on what, from when to when."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="spokesperson_entries")
    scope = models.CharField(max_length=300)
    is_deputy = models.BooleanField(default=False)
    trained_on = models.DateField(null=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    appointed_by = models.CharField(max_length=100)
    appointed_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["is_deputy", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(until__isnull=True), name="one_live_spokesperson_entry"
            ),
            models.CheckConstraint(condition=Q(until__isnull=True) | Q(until__gt=F("since")), name="spoke_for_a_while"),
        ]


class Partner(models.Model):
    """合作账号 (C11.3): a public account of somebody else, such as 微鞍山, that is asked to carry the bureau's word."""

    name = models.CharField(max_length=60, unique=True)
    operator = models.CharField(max_length=100, blank=True)  # which institution runs it
    contact_name = models.CharField(max_length=60)
    contact_phone = models.CharField(max_length=40, blank=True)
    contact_email = models.CharField(max_length=200, blank=True)
    agreement = models.CharField(max_length=300, blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    added_by = models.CharField(max_length=100)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.name


class PartnerTest(models.Model):
    """The contact of a partner was tried, quarterly (C11.3)."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="tests")
    reached = models.BooleanField()
    note = models.CharField(max_length=200, blank=True)
    by = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]
