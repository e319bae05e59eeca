"""The spokesperson register (C12.1): only an active member of staff, one entry at a time, trained."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.kernel import clock
from huiying.ledger.actions import Actor, record
from huiying.people.errors import Refused
from huiying.people.models import Spokesperson, User
from huiying.people.permissions import require
from huiying.people.standing import actor_of, standing
from huiying.people.versions import zone


@transaction.atomic
def appoint_spokesperson(
    user: User, scope: str, is_deputy: bool, trained_on: dt.date | None, actor: User
) -> Spokesperson:
    """任发言人 or its deputy, for a scope. Being in the register lets nobody speak: each statement is authorised."""
    require(actor, "speaker.register")
    user = User.objects.select_for_update().get(pk=user.pk)
    if not user.is_active or user.administers or not standing(user).held:
        raise Refused(_("发言人须是本局在岗的工作人员，不能是系统管理员。"), code="not_staff")
    if Spokesperson.objects.filter(user=user, until__isnull=True).exists():
        raise Refused(_("%(name)s已在发言人名册里。要改范围，请先结束再任命。") % {"name": user.name}, code="already")
    scope = scope.strip()
    if len(scope) < 2:
        raise Refused(_("请写明可以就哪些事发言，例如：全局工作、招标投标交易。"), code="too_short")
    _check_training(trained_on)
    now = clock.now()
    made = Spokesperson.objects.create(
        user=user,
        scope=scope[:300],
        is_deputy=is_deputy,
        trained_on=trained_on,
        since=now,
        appointed_by=actor.name,
        appointed_at=now,
    )
    record(
        "system",
        "speaker.appointed",
        {"name": user.name, "scope": made.scope, "deputy": is_deputy, "trained_on": _day(trained_on)},
        actor_of(actor),
        rows=[made],
    )
    return made


@transaction.atomic
def end_spokesperson(row: Spokesperson, actor: User) -> None:
    """No longer speaks for the bureau: what was authorised and is not public yet does not go out any more."""
    require(actor, "speaker.register")
    row = _live(row)
    _end(row, actor_of(actor))


@transaction.atomic
def train_spokesperson(row: Spokesperson, trained_on: dt.date, actor: User) -> None:
    """培训 of somebody in the register, on a day that has been."""
    require(actor, "speaker.register")
    row = _live(row)
    _check_training(trained_on)
    row.trained_on = trained_on
    row.save(update_fields=["trained_on"])
    told = {"name": row.user.name, "trained_on": _day(trained_on)}
    record("system", "speaker.trained", told, actor_of(actor), rows=[row])


def end_of_a_leaver(user: User, who: Actor) -> None:
    """Whoever leaves the bureau leaves its register."""
    for row in Spokesperson.objects.select_for_update().filter(user=user, until__isnull=True):
        _end(row, who)


def _end(row: Spokesperson, who: Actor) -> None:
    row.until = max(clock.now(), row.since + dt.timedelta(microseconds=1))
    row.save(update_fields=["until"])
    record("system", "speaker.ended", {"name": row.user.name, "scope": row.scope}, who, rows=[row])


def _live(row: Spokesperson) -> Spokesperson:
    found = Spokesperson.objects.select_for_update(of=("self",)).select_related("user").get(pk=row.pk)
    if found.until is not None:
        raise Refused(_("%(name)s已不在发言人名册里。") % {"name": found.user.name}, code="already_ended")
    return found


def _check_training(day: dt.date | None) -> None:
    if day is not None and day > clock.now().astimezone(zone()).date():
        raise Refused(_("培训日期不能晚于今天。"), code="in_the_future")


def _day(day: dt.date | None) -> str:
    return day.isoformat() if day else ""
