"""政务舆情信息管理制度 (C9.2): the house's own rules, each version signed by a second person, read by everybody."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from huiying.people.models import User


class HouseRule(models.Model):
    """内部制度: what it is called. What holds is its newest signed version that has begun and not run out."""

    number = models.CharField(max_length=30, unique=True)
    title = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    ended_on = models.DateField(null=True)  # 废止
    ended_why = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]


class RuleVersion(models.Model):
    """One text. Unsigned it holds for nobody; signed it is never changed."""

    rule = models.ForeignKey(HouseRule, on_delete=models.PROTECT, related_name="versions")
    n = models.PositiveSmallIntegerField()
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    effective_from = models.DateField()
    expires_on = models.DateField()
    by = models.CharField(max_length=100)
    by_user = models.BigIntegerField()
    at = models.DateTimeField()
    signed_by = models.CharField(max_length=100, blank=True)
    signed_user = models.BigIntegerField(null=True)
    signed_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["n"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["rule", "n"], name="rule_version_once"),
            models.CheckConstraint(condition=Q(expires_on__gt=F("effective_from")), name="rule_holds_for_a_while"),
            models.CheckConstraint(
                condition=Q(signed_user__isnull=True) | ~Q(signed_user=F("by_user")),
                name="rule_signed_by_second_person",
            ),
        ]


class ReadReceipt(models.Model):
    """已阅: by the reader, of exactly one version."""

    version = models.ForeignKey(RuleVersion, on_delete=models.PROTECT, related_name="receipts")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="rules_read")
    name = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["version", "user"], name="rule_read_once")]
