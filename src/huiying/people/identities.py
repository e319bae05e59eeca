"""Whom the word of the identity service lets in (§6.1 S1, S5)."""

from __future__ import annotations

from huiying.people.models import Identity, User


def of(user: User) -> Identity | None:
    return Identity.objects.filter(user=user).first()


def person_of(issuer: str, subject: str) -> User | None:
    """Nobody for a subject that was never bound, and nobody for whoever was shut out or left."""
    found = Identity.objects.filter(issuer=issuer, subject=subject, user__is_active=True).select_related("user").first()
    return found.user if found else None


def bound() -> frozenset[int]:
    """Everybody who has one, by primary key."""
    return frozenset(Identity.objects.values_list("user", flat=True))
