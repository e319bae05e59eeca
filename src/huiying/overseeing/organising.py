"""Reads of （九）: which abilities were trained, what hangs on one person, which house rules hold and who read them;
and what happens to house rules that run out C9.2.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Count, Q, QuerySet

from huiying.kernel import clock
from huiying.overseeing import organising
from huiying.overseeing.actions.rules import remind_expiring
from huiying.overseeing.models import HouseRule, ReadReceipt, RuleVersion, SkillEntry, Training, TrainingSession
from huiying.people.models import Appointment, User
from huiying.people.queries import zone
from huiying.regulation import Regulation
from huiying.work.auditor import Finding, auditor
from huiying.work.schedule import every

# --- C9.6 -------------------------------------------------------------------------------------------------------------


def trainings() -> QuerySet[Training]:
    return Training.objects.annotate(held=Count("sessions", filter=Q(sessions__state=TrainingSession.HELD))).order_by(
        "-year", "-id"
    )


def sessions() -> QuerySet[TrainingSession]:
    rows = TrainingSession.objects.select_related("training").annotate(
        invited=Count("seats"), present=Count("seats", filter=Q(seats__checked_in_at__isnull=False))
    )
    return rows.order_by("-starts_at", "-id")


def covered(year: int, regulation: Regulation) -> dict[str, int]:
    """How often each ability of the regulation was trained in the year; an ability at 0 is a hole."""
    rows = TrainingSession.objects.filter(state=TrainingSession.HELD, training__year=year)
    counts = Counter(one for abilities in rows.values_list("abilities", flat=True) for one in abilities)
    return {ability: counts[ability] for ability in regulation.training.abilities}


# --- C9.4 -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Post:
    """A role of the regulation with who holds it. `flag`: vacant, or on one pair of shoulders."""

    role: str
    holders: list[str]
    deputies: list[str]

    @property
    def vacant(self) -> bool:
        return not self.holders

    @property
    def single(self) -> bool:
        """One person and nobody to stand in."""
        return len(self.holders) + len(self.deputies) == 1


@dataclass(frozen=True)
class Skill:
    """A skill with who has it. One who has it and a backup who is here are two."""

    name: str
    entries: list[SkillEntry] = field(default_factory=list)

    @property
    def single(self) -> bool:
        people = {entry.user_id for entry in self.entries if entry.user.is_active}
        people |= {entry.backup.pk for entry in self.entries if entry.backup is not None and entry.backup.is_active}
        return len(people) < 2


def posts(regulation: Regulation) -> list[Post]:
    """Every role that a person holds, vacancies included: none is left out for having nobody (C9.4)."""
    rows = Appointment.objects.current(clock.now()).filter(user__is_active=True).select_related("user")
    by_role: dict[str, list[Appointment]] = {}
    for row in rows:
        by_role.setdefault(row.role, []).append(row)
    found = []
    for role in regulation.roles.values():
        if role.kind != "person":
            continue
        held = by_role.get(role.code, [])
        standing_in = [one for code in role.deputies for one in by_role.get(code, [])]
        full = dict.fromkeys(one.user.name for one in held if not one.is_deputy)
        deputies = dict.fromkeys(one.user.name for one in [*(h for h in held if h.is_deputy), *standing_in])
        found.append(Post(role.code, list(full), [name for name in deputies if name not in full]))
    return found


def skills() -> list[Skill]:
    rows = SkillEntry.objects.filter(until__isnull=True).select_related("user__department", "backup")
    found: dict[str, Skill] = {}
    for row in rows.order_by("skill", "id"):
        found.setdefault(row.skill, Skill(row.skill)).entries.append(row)
    return list(found.values())


# --- C9.2 -------------------------------------------------------------------------------------------------------------


def in_force(versions: Sequence[RuleVersion], today: dt.date) -> RuleVersion | None:
    """The newest signed version that has begun and not run out; None: the rule holds for nobody today."""
    found = [one for one in versions if one.signed_at and one.effective_from <= today < one.expires_on]
    return max(found, key=lambda one: one.n) if found else None


@dataclass(frozen=True)
class Held:
    """A rule as it stands today."""

    rule: HouseRule
    version: RuleVersion | None
    waiting: RuleVersion | None  # not signed
    read: int
    readers: int

    @property
    def lapsed(self) -> bool:
        """It was meant to hold and nothing signed holds: unsigned, or run out (C9.2)."""
        return self.rule.ended_on is None and self.version is None


def today() -> dt.date:
    return clock.now().astimezone(zone()).date()


def rules() -> list[Held]:
    """Three queries whatever their number."""
    rows = HouseRule.objects.prefetch_related("versions").order_by("ended_on", "id")
    reads = Counter(ReadReceipt.objects.filter(user__is_active=True).values_list("version_id", flat=True))
    readers, day = staff().count(), today()
    return [_held(rule, reads, readers, day) for rule in rows]


def _held(rule: HouseRule, reads: Counter[int], readers: int, day: dt.date) -> Held:
    versions = list(rule.versions.all())
    version = in_force(versions, day) if rule.ended_on is None else None
    waiting = next((one for one in versions if one.signed_at is None), None)
    return Held(rule, version, waiting, reads[version.pk] if version else 0, readers)


def staff() -> QuerySet[User]:
    """Who works here and is to read the house's rules."""
    return User.objects.filter(is_active=True, is_administrator=False, oversees=None)


def unread(version: RuleVersion) -> list[User]:
    return list(staff().exclude(rules_read__version=version).select_related("department").order_by("id"))


@every("rules.expiring", 86400)
def rules_run_out() -> None:
    remind_expiring(clock.now())


@auditor("house_rules")
def rules_hold() -> list[Finding]:
    """C9.2: running with an unsigned or expired rule must be impossible: it is an error until a signed one holds."""
    return [
        Finding(
            "rule.lapsed",
            "error",
            f"内部制度“{held.rule.title}”没有签发、或已过失效日期，现在没有有效的版本。",
            f"The house rule “{held.rule.title}” has no signed version that holds today.",
        )
        for held in organising.rules()
        if held.lapsed
    ]
