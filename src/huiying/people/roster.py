"""值班表: who sits at the desk at which hour, and which hour nobody has （五）C5.1."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q

from huiying.kernel import canonical, clock
from huiying.people.models import Appointment, DutyShift, GroupSeat, RosterSignature, ShiftSwap, User
from huiying.people.standing import capabilities
from huiying.people.versions import regulation_now
from huiying.regulation import Regulation
from huiying.work.auditor import Finding, auditor

# Only a roster that somebody keeps can have a hole; a bureau that never wrote one is called by its posts instead.
KEPT = dt.timedelta(days=30)
SOON = dt.timedelta(hours=24)
AHEAD = dt.timedelta(days=14)  # an hour without a name shows two weeks before
# When the desk changes hands (DOMAIN.md §7.1): the office's hours, and the night with its hand-over at eight.
MORNING, EVENING = dt.time(8, 0), dt.time(17, 30)


@dataclass(frozen=True)
class Gap:
    """Hours that no shift covers."""

    starts_at: dt.datetime
    ends_at: dt.datetime


def is_night(at: dt.datetime, zone: dt.tzinfo) -> bool:
    """Whether the night shift has the desk (DOMAIN.md §7.1)."""
    return not MORNING <= at.astimezone(zone).time() < EVENING


def duty_roles(regulation: Regulation | None = None) -> list[str]:
    """Codes of the posts that may sit at the desk."""
    roles = (regulation or regulation_now()).roles.values()
    return [role.code for role in roles if "duty" in capabilities(role)]


def on_shift(at: dt.datetime | None = None, regulation: Regulation | None = None) -> list[User]:
    """Who sits at the desk by the roster; nobody whose post ended meanwhile, since that person could not act."""
    now = at or clock.now()
    able = Appointment.objects.current(now).filter(role__in=duty_roles(regulation))
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


def upcoming(now: dt.datetime) -> list[DutyShift]:
    """Turns of the next two weeks that have not begun: those that can still change hands."""
    rows = DutyShift.objects.filter(cancelled_at__isnull=True, starts_at__gt=now, starts_at__lt=now + AHEAD)
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


def holes_ahead(now: dt.datetime) -> list[Gap]:
    """What of the next two weeks nobody has."""
    return gaps(shifts_between(now, now + AHEAD), now, now + AHEAD)


def is_kept(now: dt.datetime) -> bool:
    return DutyShift.objects.filter(cancelled_at__isnull=True, ends_at__gt=now - KEPT).exists()


def open_swaps(user: User) -> list[ShiftSwap]:
    """Asked by this person or of them, not answered, of turns that have not begun; the next turn first."""
    rows = ShiftSwap.objects.filter(
        Q(asker=user) | Q(asked_of=user),
        answered_at__isnull=True,
        shift__cancelled_at__isnull=True,
        shift__starts_at__gt=clock.now(),
    )
    return list(rows.select_related("shift", "in_return", "asker", "asked_of").order_by("shift__starts_at"))


# --- the leading group ------------------------------------------------------------------------------------------------


def group() -> list[GroupSeat]:
    """Who sits in it now: the head, then deputies, then members."""
    return _in_order(GroupSeat.objects.filter(until__isnull=True).select_related("user__department"))


def group_then_and_now() -> tuple[list[GroupSeat], list[GroupSeat]]:
    """Who sits in it now, and who did before, the last first."""
    rows = list(GroupSeat.objects.select_related("user__department"))
    former = sorted((row for row in rows if row.until), key=lambda row: row.until or row.since, reverse=True)
    return _in_order(row for row in rows if row.until is None), former


def _in_order(seats: Iterable[GroupSeat]) -> list[GroupSeat]:
    order = (GroupSeat.HEAD, GroupSeat.DEPUTY, GroupSeat.MEMBER)
    return sorted(seats, key=lambda seat: (order.index(seat.place), seat.pk))


def as_written_down(shifts: Iterable[DutyShift]) -> list[list[str]]:
    """Who, from when, to when: what a signature covers."""
    rows = sorted(shifts, key=lambda row: (row.starts_at, row.ends_at, row.user.name))
    return [[row.user.name, canonical.timestamp(row.starts_at), canonical.timestamp(row.ends_at)] for row in rows]


@dataclass(frozen=True)
class Signed:
    """A signature, and how many turns differ from what was signed."""

    row: RosterSignature
    changed: int


def signed(start: dt.datetime, end: dt.datetime) -> Signed | None:
    """The newest signature that touches [start, end), compared with the roster as it stands now."""
    row = RosterSignature.objects.filter(starts_at__lt=end, ends_at__gt=start).order_by("-id").first()
    if row is None:
        return None
    then = Counter(tuple(one) for one in row.shifts)
    now = Counter(tuple(one) for one in as_written_down(shifts_between(row.starts_at, row.ends_at)))
    return Signed(row, max(sum((then - now).values()), sum((now - then).values())))


@auditor("roster")
def every_hour_has_a_name() -> list[Finding]:
    """A roster that is kept has no hole: each of the next day by itself, those of two weeks together (C5.1)."""
    now = clock.now()
    if not is_kept(now):
        return []
    holes = holes_ahead(now)
    soon = [hole for hole in holes if hole.starts_at < now + SOON]
    found = [
        Finding("roster.gap", "warning", f"值班表缺口：{span}无人值班", f"The duty roster has nobody from {span}.")
        for span in _spans(soon)
    ]
    if later := len(holes) - len(soon):
        first = _spans(holes[len(soon) : len(soon) + 1])[0]
        found.append(
            Finding(
                "roster.gaps_ahead",
                "warning",
                f"未来两周还有 {later} 段无人值班，最早 {first}",
                f"Within two weeks {later} more stretches have nobody, the first from {first}.",
            )
        )
    return found


def _spans(holes: Sequence[Gap]) -> list[str]:
    zone = regulation_now().zone
    return [
        f"{hole.starts_at.astimezone(zone):%m-%d %H:%M}–{hole.ends_at.astimezone(zone):%m-%d %H:%M}" for hole in holes
    ]
