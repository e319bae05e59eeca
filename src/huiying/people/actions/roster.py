"""The leading group and its roster （五）C5.1: who sits in it, who sits at the desk when, signed by its head; a turn
changes hands by the word of both, and is never without a name in between.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.kernel import canonical, clock
from huiying.ledger.actions import Actor, record
from huiying.people import roster
from huiying.people.errors import Refused
from huiying.people.models import Appointment, DutyShift, GroupSeat, RosterSignature, ShiftSwap, User
from huiying.people.permissions import require
from huiying.people.roster import duty_roles
from huiying.people.standing import actor_of, standing
from huiying.people.versions import require_text, zone
from huiying.work import notify

LONGEST = dt.timedelta(hours=24)  # nobody is awake for longer, and a hole in a longer one would not be seen
MOST_DAYS = 31
ROSTER = "/desk/roster/"


@transaction.atomic
def set_shift(
    user: User, starts_at: dt.datetime, ends_at: dt.datetime, actor: User, *, days: int = 1
) -> list[DutyShift]:
    """A person's shift; with `days` the same hours on as many days in a row. All of them or none."""
    require(actor, "roster.edit")
    user = User.objects.select_for_update().get(pk=user.pk)
    _check(user, starts_at, ends_at, days)
    made = [
        _one(user, starts_at + dt.timedelta(days=day), ends_at + dt.timedelta(days=day), actor) for day in range(days)
    ]
    when = f"{local(made[0].starts_at)} 至 {local(made[0].ends_at)}" + (f"，连续 {days} 天" if days > 1 else "")
    notify.send("值班安排", f"安排您值班：{when}", [user.username], key=f"shift:{made[0].pk}", url=ROSTER, digest=True)
    return made


def _check(user: User, starts_at: dt.datetime, ends_at: dt.datetime, days: int) -> None:
    now = clock.now()
    if ends_at <= starts_at:
        raise Refused(_("下班时间要晚于上班时间。"), code="no_length")
    if ends_at - starts_at > LONGEST:
        raise Refused(_("一个班次不超过 24 小时，请分成几班，由不同的人值。"), code="too_long")
    if ends_at <= now:
        raise Refused(_("这个班次已经过去。值班表只排今后的班。"), code="past")
    if not 1 <= days <= MOST_DAYS:
        raise Refused(_("一次最多排 %(most)d 天。") % {"most": MOST_DAYS}, code="too_many_days")
    if not may_sit(user):
        raise Refused(
            _("%(name)s没有值班岗位，值班时办不了事。请系统管理员先安排岗位，或换一个人。") % {"name": user.name},
            code="no_duty_post",
        )


def may_sit(user: User) -> bool:
    """Whether somebody holds a post that watches the desk."""
    return user.is_active and Appointment.objects.current(clock.now()).filter(user=user, role__in=duty_roles()).exists()


def _one(user: User, starts_at: dt.datetime, ends_at: dt.datetime, actor: User) -> DutyShift:
    clash = DutyShift.objects.filter(
        user=user, cancelled_at__isnull=True, starts_at__lt=ends_at, ends_at__gt=starts_at
    ).first()
    if clash is not None:
        raise Refused(
            _("%(name)s在 %(start)s 至 %(end)s 已有一班，请先取消那一班。")
            % {"name": user.name, "start": local(clash.starts_at), "end": local(clash.ends_at)},
            code="overlaps",
        )
    made = DutyShift.objects.create(user=user, starts_at=starts_at, ends_at=ends_at, made_by=actor.name)
    record("system", "shift.set", _payload(made), actor_of(actor), rows=[made])
    return made


@transaction.atomic
def cancel_shift(shift: DutyShift, actor: User) -> None:
    """Take a shift back; the row stays. The page shows the hole in red until somebody else has it."""
    require(actor, "roster.edit")
    shift = DutyShift.objects.select_for_update(of=("self",)).select_related("user").get(pk=shift.pk)
    if shift.cancelled_at is not None:
        raise Refused(_("这一班已经取消。"), code="cancelled")
    if shift.ends_at <= clock.now():
        raise Refused(_("这个班次已经过去，值过的班不能取消。"), code="past")
    shift.cancelled_at = clock.now()
    shift.save(update_fields=["cancelled_at"])
    record("system", "shift.cancelled", _payload(shift), actor_of(actor), rows=[shift])
    notify.send(
        "值班取消",
        f"您 {local(shift.starts_at)} 至 {local(shift.ends_at)} 的值班已取消",
        [shift.user.username],
        key=f"shift-cancelled:{shift.pk}",
        url=ROSTER,
    )


def change_hands(shift: DutyShift, to: User, actor: User) -> DutyShift:
    """A leaver's turn to come: taken back, and set for somebody else in the same breath."""
    shift.cancelled_at = clock.now()
    shift.save(update_fields=["cancelled_at"])
    record("system", "shift.cancelled", _payload(shift), actor_of(actor), rows=[shift])
    return _one(to, shift.starts_at, shift.ends_at, actor)


def _payload(shift: DutyShift) -> dict[str, str]:
    return {
        "name": shift.user.name,
        "from": canonical.timestamp(shift.starts_at),
        "to": canonical.timestamp(shift.ends_at),
    }


def local(at: dt.datetime) -> str:
    return f"{at.astimezone(zone()):%m-%d %H:%M}"


@transaction.atomic
def ask_swap(
    shift: DutyShift, asked_of: User, reason: str, actor: User, *, in_return: DutyShift | None = None
) -> ShiftSwap:
    """Ask somebody to take a turn that has not begun, for one of theirs or for none. Until they agree it stays mine."""
    shift = _turn(shift)
    require(actor, "swap.ask", shift)
    if asked_of.pk == actor.pk:
        raise Refused(_("请选择另一位值班人员。"), code="oneself")
    if not may_sit(asked_of):
        raise Refused(
            _("%(name)s没有值班岗位，值班时办不了事。请系统管理员先安排岗位，或换一个人。") % {"name": asked_of.name},
            code="no_duty_post",
        )
    if in_return is not None:
        in_return = _turn(in_return)
        if in_return.user_id != asked_of.pk:
            raise Refused(_("换回的班须是%(name)s的班。") % {"name": asked_of.name}, code="not_theirs")
    if ShiftSwap.objects.filter(shift=shift, answered_at__isnull=True).exists():
        raise Refused(_("这一班已经在请人调换，先等答复或撤回。"), code="asked_already")
    _refuse_overlaps(asked_of, shift, without=in_return)
    if in_return is not None:
        _refuse_overlaps(actor, in_return, without=shift)
    made = ShiftSwap.objects.create(
        shift=shift,
        in_return=in_return,
        asker=actor,
        asked_of=asked_of,
        reason=require_text(reason, 2, _("调班的原因"))[:200],
        asked_at=clock.now(),
    )
    record("system", "swap.asked", {**_swap_payload(made), "reason": made.reason}, actor_of(actor), rows=[made])
    notify.send(
        "请您替班",
        f"{actor.name}请您值 {_span(shift)}" + (f"，换您的 {_span(in_return)}" if in_return else "") + "，请答复",
        [asked_of.username],
        key=f"swap:{made.pk}",
        url=ROSTER,
    )
    return made


@transaction.atomic
def answer_swap(swap: ShiftSwap, agree: bool, actor: User) -> ShiftSwap:
    """The other's word. Agreed, both turns change hands in this moment; refused, nothing changes."""
    swap = _open(swap)
    require(actor, "swap.answer", swap)
    turns = _exchange(swap) if agree else []
    return _answered(swap, agree, actor, "swap.agreed" if agree else "swap.refused", swap.asker, turns)


@transaction.atomic
def withdraw_swap(swap: ShiftSwap, actor: User) -> ShiftSwap:
    """Whoever asked does not need it any more."""
    swap = _open(swap)
    if swap.asker_id != actor.pk:
        raise Refused(_("须由提出的人撤回。"), code="not_permitted")
    return _answered(swap, False, actor, "swap.withdrawn", swap.asked_of)


def _exchange(swap: ShiftSwap) -> list[DutyShift]:
    shift = _turn(swap.shift)
    in_return = _turn(swap.in_return) if swap.in_return is not None else None
    if shift.user_id != swap.asker_id or (in_return is not None and in_return.user_id != swap.asked_of_id):
        raise Refused(_("这一班后来换了人，请重新提出。"), code="changed_meanwhile")
    if not may_sit(swap.asked_of):
        raise Refused(
            _("%(name)s没有值班岗位，值班时办不了事。请系统管理员先安排岗位，或换一个人。")
            % {"name": swap.asked_of.name},
            code="no_duty_post",
        )
    _refuse_overlaps(swap.asked_of, shift, without=in_return)
    if in_return is not None:
        _refuse_overlaps(swap.asker, in_return, without=shift)
        in_return.user = swap.asker
        in_return.save(update_fields=["user"])
    shift.user = swap.asked_of
    shift.save(update_fields=["user"])
    return [row for row in (shift, in_return) if row is not None]


def _answered(
    swap: ShiftSwap, agree: bool, actor: User, kind: str, tell: User, turns: Sequence[DutyShift] = ()
) -> ShiftSwap:
    swap.agreed, swap.answered_by, swap.answered_at = agree, actor.name, clock.now()
    swap.save(update_fields=["agreed", "answered_by", "answered_at"])
    record("system", kind, _swap_payload(swap), actor_of(actor), rows=[swap, *turns])
    words = {"swap.agreed": "同意替班", "swap.refused": "不能替班", "swap.withdrawn": "撤回了调班"}[kind]
    notify.send(
        "调班答复",
        f"{actor.name}{words}：{_span(swap.shift)}",
        [tell.username],
        key=f"swap-{kind}:{swap.pk}",
        url=ROSTER,
    )
    return swap


def _turn(shift: DutyShift) -> DutyShift:
    """A turn that can still change hands, locked. One that has begun is handed over at the desk instead."""
    found = DutyShift.objects.select_for_update(of=("self",)).select_related("user").get(pk=shift.pk)
    if found.cancelled_at is not None:
        raise Refused(_("这一班已经取消。"), code="cancelled")
    if found.starts_at <= clock.now():
        raise Refused(_("这一班已经开始，不能调换；请到“交接班”当面交接。"), code="begun")
    return found


def _open(swap: ShiftSwap) -> ShiftSwap:
    rows = ShiftSwap.objects.select_for_update(of=("self",)).select_related("shift", "in_return", "asker", "asked_of")
    found = rows.get(pk=swap.pk)
    if found.answered_at is not None:
        raise Refused(_("这次调班已经有了答复。"), code="answered")
    return found


def _refuse_overlaps(user: User, shift: DutyShift, *, without: DutyShift | None) -> None:
    """Nobody sits twice at one moment; the turn that is given away for it does not count."""
    others = DutyShift.objects.filter(
        user=user, cancelled_at__isnull=True, starts_at__lt=shift.ends_at, ends_at__gt=shift.starts_at
    ).exclude(pk__in=[row.pk for row in (without,) if row is not None])
    clash = others.first()
    if clash is not None:
        raise Refused(
            _("%(name)s在 %(start)s 至 %(end)s 已有一班，请先取消那一班。")
            % {"name": user.name, "start": local(clash.starts_at), "end": local(clash.ends_at)},
            code="overlaps",
        )


def _swap_payload(swap: ShiftSwap) -> dict[str, object]:
    """Enough to know from the ledger alone who has which hours."""
    return {
        "shift": swap.shift_id,
        "name": swap.asker.name,
        "to_name": swap.asked_of.name,
        "from": canonical.timestamp(swap.shift.starts_at),
        "to": canonical.timestamp(swap.shift.ends_at),
        "in_return": None
        if swap.in_return is None
        else [canonical.timestamp(swap.in_return.starts_at), canonical.timestamp(swap.in_return.ends_at)],
    }


def _span(shift: DutyShift) -> str:
    return f"{local(shift.starts_at)} 至 {local(shift.ends_at)}"


PLACES = (GroupSeat.HEAD, GroupSeat.DEPUTY, GroupSeat.MEMBER)
LONGEST_ROSTER = dt.timedelta(days=31)


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


def end_seat_of_a_leaver(user: User, who: Actor) -> None:
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
    if not starts_at < ends_at or ends_at - starts_at > LONGEST_ROSTER:
        raise Refused(_("一次签发不超过 %(days)d 天。") % {"days": LONGEST_ROSTER.days}, code="too_long")
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
