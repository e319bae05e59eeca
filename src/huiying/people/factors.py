"""Who signs in with a second factor (§6.1 S4): whoever approves, publishes, or manages people."""

from __future__ import annotations

import datetime as dt
from collections.abc import MutableMapping
from typing import Any

from django.conf import settings

from huiying.kernel import clock
from huiying.people.models import SecondFactor, SecurityKey, User
from huiying.people.standing import capabilities, standing
from huiying.regulation.regulation import Regulation

CHECKED = "factor_checked_at"
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


def bound() -> frozenset[int]:
    """Everybody who has one, by primary key."""
    return frozenset(SecondFactor.objects.filter(confirmed_at__isnull=False).values_list("user", flat=True))


def codes_left(user: User) -> int:
    """How many recovery codes were not used yet."""
    found = SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).first()
    return len(found.recovery) if found else 0


def keys_of(user: User) -> list[SecurityKey]:
    """The security keys of a person, the oldest first."""
    return list(SecurityKey.objects.filter(factor__user=user, factor__confirmed_at__isnull=False).order_by("pk"))


def remember(session: MutableMapping[str, Any]) -> None:
    """A right code was just given in this session, or a key answered."""
    session[CHECKED] = clock.now().isoformat()


def is_stale(session: MutableMapping[str, Any], user: User) -> bool:
    """Whether a code is to be asked again before something is approved, becomes public, or leaves the house."""
    if not is_wanted():
        return False
    told = session.get(CHECKED)
    if told is not None and clock.now() - dt.datetime.fromisoformat(told) <= FRESH:
        return False
    return has(user)
