"""Who sits at the desk when: the office sets shifts and takes them back （五）C5.1."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.kernel import canonical, clock
from huiying.ledger.actions import record
from huiying.people.errors import Refused
from huiying.people.models import Appointment, DutyShift, User
from huiying.people.permissions import require
from huiying.people.roster import duty_roles
from huiying.people.standing import actor_of
from huiying.people.versions import zone
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
