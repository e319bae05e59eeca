"""Who works here, in which post (岗位), under which regulation."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import check_password
from django.db import models, transaction
from django.db.models import Q
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
