"""值班表: who sits at the desk at which hour, and which hour nobody has （五）C5.1."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from huiying.kernel import clock
from huiying.people.models import Appointment, DutyShift, User
from huiying.people.standing import capabilities
from huiying.people.versions import regulation_now
from huiying.work.auditor import Finding, auditor

# Only a roster that somebody keeps can have a hole; a bureau that never wrote one is called by its posts instead.
KEPT = dt.timedelta(days=30)
AHEAD = dt.timedelta(hours=24)


@dataclass(frozen=True)
class Gap:
    """Hours that no shift covers."""

    starts_at: dt.datetime
    ends_at: dt.datetime


def duty_roles() -> list[str]:
    """Codes of the posts that may sit at the desk."""
    return [role.code for role in regulation_now().roles.values() if "duty" in capabilities(role)]


def on_shift(at: dt.datetime | None = None) -> list[User]:
    """Who sits at the desk by the roster; nobody whose post ended meanwhile, since that person could not act."""
    now = at or clock.now()
    able = Appointment.objects.current(now).filter(role__in=duty_roles())
    rows = DutyShift.objects.filter(
        cancelled_at__isnull=True,
        starts_at__lte=now,
        ends_at__gt=now,
        user__is_active=True,
        user__in=able.values("user"),
    )
    return list(dict.fromkeys(row.user for row in rows.select_related("user__department")))


def shifts_between(start: dt.datetime, end: dt.datetime) -> list[DutyShift]:
    rows = DutyShift.objects.filter(cancelled_at__isnull=True, starts_at__lt=end, ends_at__gt=start)
    return list(rows.select_related("user"))


def gaps(shifts: Iterable[DutyShift], start: dt.datetime, end: dt.datetime) -> list[Gap]:
    """What of [start, end) no shift covers, in order."""
    found, covered = [], start
    for shift in sorted(shifts, key=lambda row: row.starts_at):
        if shift.starts_at > covered:
            found.append(Gap(covered, min(shift.starts_at, end)))
        covered = max(covered, shift.ends_at)
        if covered >= end:
            return found
    return [*found, Gap(covered, end)]


def is_kept(now: dt.datetime) -> bool:
    return DutyShift.objects.filter(cancelled_at__isnull=True, ends_at__gt=now - KEPT).exists()


@auditor("roster")
def every_hour_has_a_name() -> list[Finding]:
    """The next day of a roster that is kept has no hole (C5.1)."""
    now = clock.now()
    if not is_kept(now):
        return []
    return [
        Finding("roster.gap", "warning", f"值班表缺口：{span}无人值班", f"The duty roster has nobody from {span}.")
        for span in _spans(gaps(shifts_between(now, now + AHEAD), now, now + AHEAD))
    ]


def _spans(holes: Sequence[Gap]) -> list[str]:
    zone = regulation_now().zone
    return [
        f"{hole.starts_at.astimezone(zone):%m-%d %H:%M}–{hole.ends_at.astimezone(zone):%m-%d %H:%M}" for hole in holes
    ]
