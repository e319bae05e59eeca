"""岗位技能名册 (C9.4): who can do what, since when, and who stands in."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from huiying.people.models import User


class SkillEntry(models.Model):
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="skills")
    skill = models.CharField(max_length=60)
    note = models.CharField(max_length=300, blank=True)  # courses, certificates, how long
    backup = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="skills_backed")
    since = models.DateField()
    until = models.DateField(null=True)
    by = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["skill", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "skill"], condition=Q(until__isnull=True), name="skill_once"),
            models.CheckConstraint(
                condition=Q(backup__isnull=True) | ~Q(backup=F("user")), name="nobody_backs_themselves"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="skill_for_a_while"
            ),
        ]
