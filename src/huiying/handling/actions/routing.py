"""Who has the case: routing, accepting, returning once, merging （二）（七）（十）."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.handling import clocks
from huiying.handling.actions.base import UNDO_FOR, locked, move, said
from huiying.handling.models import Case, CaseDepartment, Knowledge, Return
from huiying.handling.process import LIVE
from huiying.handling.queries import lead_row
from huiying.judging.models import Event
from huiying.kernel import clock as time
from huiying.ledger.actions import Actor, lock, record
from huiying.people.errors import Refused
from huiying.people.models import Department, User
from huiying.people.permissions import require
from huiying.people.queries import office
from huiying.people.standing import actor_of
from huiying.people.words import department_called


def give_lead(case: Case, department: Department, reason: str, now: dt.datetime) -> CaseDepartment:
    """End the live lead and begin the next in one step: never none, never two (INV-6)."""
    case.departments.filter(department=department, until__isnull=True).update(until=now)
    case.departments.filter(role=CaseDepartment.LEAD, until__isnull=True).update(until=now)
    return CaseDepartment.objects.create(
        case=case, department=department, role=CaseDepartment.LEAD, since=now, reason=reason[:500]
    )


def _listed(department: Department) -> Department:
    """C2.3: only a department of the responsibility list."""
    if not department.is_active:
        raise Refused(_("“%(name)s”不在现行职责清单中。") % {"name": department.name}, code="not_listed")
    return department


@transaction.atomic
def route(case: Case, department: Department, joint: Sequence[Department], reason: str, actor: User) -> CaseDepartment:
    """转办: exactly one lead with a reason, any number of joint departments (C7.1, C2.1)."""
    require(actor, "case.route")
    case = locked(case)
    reason = said(reason, 4, _("转办理由"))
    who = actor_of(actor)
    row = _assign(case, department, joint, reason, who)
    move(case, "route", who, reason)
    clocks.stop(case, "triage", row.department.name, who)
    clocks.start_internal(case, "accept_transfer")
    return row


def _assign(case: Case, department: Department, joint: Sequence[Department], reason: str, who: Actor) -> CaseDepartment:
    now = time.now()
    row = give_lead(case, _listed(department), reason, now)
    case.departments.filter(role=CaseDepartment.JOINT, until__isnull=True).update(until=now)
    for other in dict.fromkeys(joint):
        if other.pk != department.pk:
            CaseDepartment.objects.create(
                case=case,
                department=_listed(other),
                role=CaseDepartment.JOINT,
                since=now,
                reason=reason[:500],
            )
    record(
        f"case:{case.number}",
        "case.routed",
        {"lead": department.name, "joint": [other.name for other in joint], "reason": reason},
        who,
    )
    return row


@transaction.atomic
def undo_route(case: Case, actor: User) -> None:
    """Take a routing back within ten minutes, while the department has not opened it."""
    require(actor, "case.route")
    case = locked(case)
    row = lead_row(case)
    if row is None or row.seen_at is not None or row.accepted_at or time.now() - row.since > UNDO_FOR:
        raise Refused(_("对方已经看到，或已超过十分钟，不能撤回。需要改派请重新转办。"), code="too_late_to_undo")
    who = actor_of(actor)
    give_lead(case, office(), "撤回转办", time.now())
    record(f"case:{case.number}", "case.route_undone", {"lead": row.department.name}, who)
    move(case, "undo_route", who)


def mark_seen(case: Case, user: User) -> None:
    """The lead department opened the page: the routing has left the desk, undo ends."""
    CaseDepartment.objects.filter(
        case=case,
        role=CaseDepartment.LEAD,
        until__isnull=True,
        seen_at__isnull=True,
        department_id__in=Department.objects.filter(appointments__user=user, appointments__until__isnull=True),
    ).update(seen_at=time.now())


@transaction.atomic
def accept(case: Case, actor: User) -> None:
    """签收 (C10.6)."""
    case = locked(case)
    require(actor, "case.accept", case)
    row = lead_row(case)
    assert row is not None
    row.accepted_at, row.accepted_by = time.now(), actor.name
    row.save(update_fields=["accepted_at", "accepted_by"])
    who = actor_of(actor)
    record(f"case:{case.number}", "case.accepted", {"department": row.department.name}, who)
    move(case, "accept", who)
    clocks.stop(case, "accept_transfer", row.department.name, who)
    clocks.start_from(case, "transferred_at")


@transaction.atomic
def return_case(case: Case, reason: str, actor: User) -> Return:
    """退回: once, with a reason; then the office leads and decides (C7.1). Returning stops no clock (C8.5)."""
    case = locked(case)
    require(actor, "case.return", case)
    reason = said(reason, 10, _("退回理由"))
    if case.returns.exists():
        raise Refused(
            _("此件已退回过一次，由%(office)s指定，不能再退。办理中的困难请联系%(office)s。")
            % {"office": department_called(office().name)},
            code="returned_once",
        )
    row = lead_row(case)
    assert row is not None
    who = actor_of(actor)
    made = Return.objects.create(case=case, department=row.department, reason=reason, by=actor.name, at=time.now())
    record(f"case:{case.number}", "case.returned", {"department": row.department.name, "reason": reason}, who)
    move(case, "return", who, reason)
    why = f"{row.department.name}退回，由{office().name}指定"
    give_lead(case, office(), why, time.now())
    clocks.stop(case, "accept_transfer", "已退回", who)
    clocks.start_internal(case, "return_wrong_transfer")
    return made


@transaction.atomic
def decide_return(case: Case, department: Department, decision: str, actor: User) -> None:
    """The office's word after a return: the department it names keeps the case."""
    require(actor, "case.decide_return")
    case = locked(case)
    decision = said(decision, 4, _("指定理由"))
    who = actor_of(actor)
    case.returns.filter(decided_at__isnull=True).update(decided_at=time.now(), decided_by=actor.name, decision=decision)
    move(case, "decide_return", who, decision)
    _assign(case, department, [], decision, who)
    clocks.stop(case, "return_wrong_transfer", department.name, who)
    clocks.start_internal(case, "accept_transfer")


@transaction.atomic
def merge_cases(loser: Case, winner: Case, actor: User) -> None:
    """并案: both numbers stay valid; the winner takes the earliest knowledge and every earlier deadline (INV-3)."""
    require(actor, "case.merge")
    first, second = sorted((loser.pk, winner.pk))
    if first == second:
        raise Refused(_("不能把一件并入它自己。"), code="same_case")
    list(Case.objects.select_for_update().filter(pk__in=(first, second)).order_by("pk"))
    loser, winner = locked(loser), locked(winner)
    if winner.state not in LIVE:
        raise Refused(_("并入的案件已经办结。"), code="case_is_closed")
    lock(f"case:{loser.number}", f"case:{winner.number}")
    who = actor_of(actor)
    move(loser, "merge", who, winner.number)
    loser.merged_into = winner
    loser.save(update_fields=["merged_into"])
    for row in clocks.live(loser).filter(is_legal=True):
        clocks.adopt(winner, row, who)
    clocks.supersede_all(loser, f"merged into {winner.number}")
    if loser.first_known_at < winner.first_known_at:
        Knowledge.objects.create(
            case=winner,
            known_at=loser.first_known_at,
            how="并案",
            evidence=loser.number,
            recorded_by=actor.name,
            recorded_at=time.now(),
        )
        winner.first_known_at = loser.first_known_at
        winner.save(update_fields=["first_known_at"])
        earlier = Event.objects.filter(pk=winner.event_id, first_known_at__gt=loser.first_known_at)
        earlier.update(first_known_at=loser.first_known_at)
        record(
            f"case:{winner.number}",
            "case.known_earlier",
            {"known_at": loser.first_known_at.isoformat(), "how": "并案", "evidence": loser.number},
            who,
        )
        clocks.start_legal(winner, cause=clocks.FOUND_EARLIER, actor=who)
    record(f"case:{winner.number}", "case.merged", {"from": loser.number}, who)
