"""The second factor of a sign-in (§6.1 S4): a person's authenticator, and what is left of their recovery codes."""

from __future__ import annotations

from django.db import models

from huiying.people.models.core import User


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
