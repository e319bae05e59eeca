"""Who a person is at the identity service of the house (§6.1 S1): bound by themselves, never made by the service."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from huiying.people.models.core import User


class Identity(models.Model):
    """One for each person, and one person for each subject of an issuer."""

    user = models.OneToOneField(User, models.PROTECT, related_name="identity")
    issuer = models.CharField(max_length=300)
    subject = models.CharField(max_length=255)
    bound_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["issuer", "subject"], name="one_person_a_subject")]
