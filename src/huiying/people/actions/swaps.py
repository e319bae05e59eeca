"""调班: a turn changes hands by the word of both, and is never without a name in between （五）C5.1."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.kernel import canonical, clock
from huiying.ledger.actions import record
from huiying.people.actions.roster import ROSTER, local, may_sit
from huiying.people.errors import Refused
from huiying.people.models import DutyShift, ShiftSwap, User
from huiying.people.permissions import require
from huiying.people.standing import actor_of
from huiying.people.words import require_text
from huiying.work import notify


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
    record("system", "swap.asked", {**_payload(made), "reason": made.reason}, actor_of(actor), rows=[made])
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
    record("system", kind, _payload(swap), actor_of(actor), rows=[swap, *turns])
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


def _payload(swap: ShiftSwap) -> dict[str, object]:
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
