"""What the level asks for and a person did, and the word of whoever was called （六）（十）§4.3."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.handling import clocks
from huiying.handling.actions.base import locked, require_text
from huiying.handling.models import Case, CaseAct, Escalation
from huiying.handling.process import LIVE
from huiying.kernel import clock as time
from huiying.ledger.actions import record, together
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.standing import actor_of, standing

KINDS = (CaseAct.RESCAN, CaseAct.SPECIAL_REPORT, CaseAct.REVIEW)


@transaction.atomic
@together()
def note_act(case: Case, kind: str, note: str, actor: User) -> CaseAct:
    """复看传播, 专报, 复盘: done, and what came of it. A look at the spread starts the time until the next."""
    case = locked(case)
    require(actor, "case.note_act", case)
    if kind not in KINDS:
        raise Refused(_("请选择办了哪一件事。"), code="unknown_act")
    if kind == CaseAct.REVIEW and case.state != "closed":
        raise Refused(_("办结之后才复盘。"), code="not_in_this_state")
    if kind != CaseAct.REVIEW and case.state not in LIVE:
        raise Refused(_("此件已经办结。"), code="case_is_closed")
    row = CaseAct.objects.create(
        case=case, kind=kind, note=require_text(note, 4, _("看到什么、结果如何")), by=actor.name, at=time.now()
    )
    who = actor_of(actor)
    record(f"case:{case.number}", "case.act_noted", {"act": kind, "note": row.note}, who, rows=[row])
    clocks.stop(case, kind, row.note[:100], who)
    if kind == CaseAct.RESCAN:
        clocks.start_internal(case, "rescan", moment="looked_at")
    return row


@transaction.atomic
@together()
def acknowledge_call(call: Escalation, actor: User) -> Escalation:
    """知悉: whoever was called, the duty desk, the office or a leader has heard; the call rings no more (C10.6)."""
    require(actor, "call.acknowledge")
    case = locked(call.case)
    call = Escalation.objects.select_for_update(of=("self",)).select_related("clock").get(pk=call.pk)
    call.case = case
    if not may_acknowledge(call, actor):
        raise Refused(_("这次呼叫没有叫到您，须由被叫的人、值班、统筹部门或局领导知悉。"), code="not_permitted")
    if call.acknowledged_at is not None or call.closed_why:
        raise Refused(_("已经有人知悉，或时限已经停止。"), code="not_open")
    call.acknowledged_at, call.acknowledged_by, call.next_action_at = time.now(), actor.name, None
    call.save(update_fields=["acknowledged_at", "acknowledged_by", "next_action_at"])
    act = call.clock.act if call.clock is not None else call.kind
    who = actor_of(actor)
    payload = {"kind": call.kind, "act": act, "name": actor.name}
    record(f"case:{case.number}", "call.acknowledged", payload, who, rows=[call])
    if call.kind == Escalation.FIRST_NOTICE:
        clocks.stop(case, "first_notice", f"{actor.name}知悉", who)
    return call


def may_acknowledge(call: Escalation, user: User) -> bool:
    person = standing(user)
    return user.username in call.usernames or any(person.can(one) for one in ("duty", "office", "lead_bureau"))
