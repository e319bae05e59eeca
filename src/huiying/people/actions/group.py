"""The leading group: who sits in it, and the roster that its head signs （五）C5.1."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.kernel import canonical, clock
from huiying.ledger.actions import Actor, record
from huiying.people import roster
from huiying.people.errors import Refused
from huiying.people.models import GroupSeat, RosterSignature, User
from huiying.people.permissions import require
from huiying.people.standing import actor_of, standing
from huiying.people.versions import zone
from huiying.people.words import require_text

PLACES = (GroupSeat.HEAD, GroupSeat.DEPUTY, GroupSeat.MEMBER)
LONGEST = dt.timedelta(days=31)


@transaction.atomic
def take_seat(user: User, place: str, actor: User) -> GroupSeat:
    """Somebody in post becomes its head (one only), a deputy or a member."""
    require(actor, "leading_group.edit")
    user = User.objects.select_for_update().get(pk=user.pk)
    if place not in PLACES:
        raise Refused(_("请选择组长、副组长或成员。"), code="unknown_place")
    if not user.is_active or user.administers or not standing(user).held:
        raise Refused(_("领导小组成员须是本局在岗的工作人员，不能是系统管理员。"), code="not_staff")
    if GroupSeat.objects.filter(user=user, until__isnull=True).exists():
        raise Refused(_("%(name)s已在领导小组里。要换职务，请先退出再加入。") % {"name": user.name}, code="already")
    if place == GroupSeat.HEAD and (head := _head()) is not None:
        raise Refused(_("已有组长%(name)s。一个领导小组只有一位组长。") % {"name": head.user.name}, code="has_a_head")
    made = GroupSeat.objects.create(user=user, place=place, since=clock.now(), seated_by=actor.name)
    record("system", "group.seated", {"name": user.name, "place": place}, actor_of(actor), rows=[made])
    return made


@transaction.atomic
def leave_seat(seat: GroupSeat, reason: str, actor: User) -> None:
    """No longer in the group, with a reason; the seat stays on record."""
    require(actor, "leading_group.edit")
    seat = GroupSeat.objects.select_for_update(of=("self",)).select_related("user").get(pk=seat.pk)
    if seat.until is not None:
        raise Refused(_("%(name)s已不在领导小组里。") % {"name": seat.user.name}, code="already_ended")
    _end(seat, require_text(reason, 2, _("退出的理由"))[:300], actor_of(actor))


def end_of_a_leaver(user: User, who: Actor) -> None:
    """Whoever leaves the bureau leaves the group."""
    for seat in GroupSeat.objects.select_for_update().filter(user=user, until__isnull=True):
        _end(seat, "离开本局", who)


def _end(seat: GroupSeat, why: str, who: Actor) -> None:
    seat.until, seat.ended_why = max(clock.now(), seat.since + dt.timedelta(microseconds=1)), why
    seat.save(update_fields=["until", "ended_why"])
    record("system", "group.left", {"name": seat.user.name, "place": seat.place, "why": why}, who, rows=[seat])


def _head() -> GroupSeat | None:
    return GroupSeat.objects.filter(place=GroupSeat.HEAD, until__isnull=True).select_related("user").first()


@transaction.atomic
def sign_roster(starts_at: dt.datetime, ends_at: dt.datetime, actor: User) -> RosterSignature:
    """签发 the turns of a time. A roster with an hour that nobody has can not be signed (C5.1)."""
    require(actor, "roster.sign", roster.group())
    now = clock.now()
    if not starts_at < ends_at or ends_at - starts_at > LONGEST:
        raise Refused(_("一次签发不超过 %(days)d 天。") % {"days": LONGEST.days}, code="too_long")
    if ends_at <= now:
        raise Refused(_("这些天已经过去，值班表要在之前签发。"), code="past")
    shifts = roster.shifts_between(starts_at, ends_at)
    holes = roster.gaps(shifts, max(starts_at, now), ends_at)
    if holes:
        first = holes[0]
        raise Refused(
            _("还有 %(n)d 段无人值班，最早 %(start)s 至 %(end)s，排满以后才能签发。")
            % {"n": len(holes), "start": _local(first.starts_at), "end": _local(first.ends_at)},
            code="uncovered",
        )
    made = RosterSignature.objects.create(
        starts_at=starts_at,
        ends_at=ends_at,
        shifts=roster.as_written_down(shifts),
        signed_by=actor.name,
        signed_user=actor.pk,
        at=now,
    )
    payload = {
        "from": canonical.timestamp(starts_at),
        "to": canonical.timestamp(ends_at),
        "shifts": made.shifts,
        "sha256": canonical.sha256_of(made.shifts),
    }
    record("system", "roster.signed", payload, actor_of(actor), rows=[made])
    return made


def _local(at: dt.datetime) -> str:
    return f"{at.astimezone(zone()):%m-%d %H:%M}"
