"""The routing table that the office edits, the transfer slips, and what a split took along （七）（十）."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from huiying.handling.models.core import Case, CaseDepartment
from huiying.listening.models import Post
from huiying.people.models import Department


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
