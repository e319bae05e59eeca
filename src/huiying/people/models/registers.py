"""Who speaks for the bureau, on which accounts of its own, and who carries its word on （十一）（十二）."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from huiying.people.models.core import Department, User


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
