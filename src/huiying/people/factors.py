"""Who signs in with a second factor §6.1 S4: whoever approves, publishes, or manages people; and whom the word of the
identity service of the house lets in §6.1 S1, S5.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import MutableMapping
from typing import Any

from django.conf import settings

from huiying.kernel import clock
from huiying.people.models import Identity, SecondFactor, SecurityKey, User
from huiying.people.standing import capabilities, standing
from huiying.regulation.regulation import Regulation

CHECKED = "factor_checked_at"
CAME_IN_WITH = "factor_of"  # the authenticator that vouched for this session
FRESH = dt.timedelta(minutes=15)  # a code counts so long for what asks again
_SPEAKS = frozenset({"publish", "lead_bureau", "review_all"})


def approving_posts(law: Regulation) -> frozenset[str]:
    """The posts by which something becomes public: the steps of every review, and whoever publishes."""
    groups = [*law.workflow.press_release]
    for steps in law.workflow.review_steps.by_level.values():
        groups += steps
    by_step = {role for group in groups for role in group}
    return frozenset(by_step | {role.code for role in law.roles.values() if capabilities(role) & _SPEAKS})


def is_wanted() -> bool:
    """The demonstration has no passwords at all; a bureau without telephones may set HUIYING_SECOND_FACTOR=off."""
    return bool(settings.SECOND_FACTOR) and not settings.DEMO


def must_have(user: User) -> bool:
    if user.administers:
        return True
    now = standing(user)
    return bool(now.roles & approving_posts(now.regulation))


def has(user: User) -> bool:
    return SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).exists()


def with_factor() -> frozenset[int]:
    """Everybody who has one, by primary key."""
    return frozenset(SecondFactor.objects.filter(confirmed_at__isnull=False).values_list("user", flat=True))


def codes_left(user: User) -> int:
    """How many recovery codes were not used yet."""
    found = SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).first()
    return len(found.recovery) if found else 0


def keys_of(user: User) -> list[SecurityKey]:
    """The security keys of a person, the oldest first."""
    return list(SecurityKey.objects.filter(factor__user=user, factor__confirmed_at__isnull=False).order_by("pk"))


def remember(session: MutableMapping[str, Any], user: User) -> None:
    """A right code was just given in this session, or a key answered."""
    session[CHECKED] = clock.now().isoformat()
    vouch(session, user)


def vouch(session: MutableMapping[str, Any], user: User) -> None:
    """Tie the session to the authenticator that the person has now: another one, or none, ends it (S4)."""
    session[CAME_IN_WITH] = _of(user)


def is_stale(session: MutableMapping[str, Any], user: User) -> bool:
    """Whether a code is to be asked again before something is approved, becomes public, or leaves the house."""
    if not is_wanted():
        return False
    found, told = _of(user), session.get(CHECKED)
    if found is None:
        return False
    fresh = told is not None and clock.now() - dt.datetime.fromisoformat(told) <= FRESH
    return not fresh or session.get(CAME_IN_WITH) != found


def is_owed(session: MutableMapping[str, Any], user: User) -> bool:
    """Whether the session is of somebody who must have a second factor and came in without the one they have now.

    Asked at each act and not only at the door: whoever is appointed, named administrator, or loses the authenticator
    while signed in is stopped at the next one (S4).
    """
    if not is_wanted() or not must_have(user):
        return False
    found = _of(user)
    return found is None or session.get(CAME_IN_WITH) != found


def _of(user: User) -> int | None:
    return SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).values_list("pk", flat=True).first()


def identity(user: User) -> Identity | None:
    return Identity.objects.filter(user=user).first()


def person_of(issuer: str, subject: str) -> User | None:
    """Nobody for a subject that was never bound, and nobody for whoever was shut out or left."""
    found = Identity.objects.filter(issuer=issuer, subject=subject, user__is_active=True).select_related("user").first()
    return found.user if found else None


def with_identity() -> frozenset[int]:
    """Everybody who has one, by primary key."""
    return frozenset(Identity.objects.values_list("user", flat=True))
