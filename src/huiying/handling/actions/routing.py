"""Who has the case: keys, routing with its slip, accepting, returning once （二）（七）（十）."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from huiying.handling import clocks, routing_table, slips
from huiying.handling.actions.base import UNDO_FOR, locked, move, require_text
from huiying.handling.actions.work import ACCEPTED, report_node
from huiying.handling.models import Case, CaseDepartment, Return, TransferSlip
from huiying.handling.queries import lead_row
from huiying.handling.routing_table import listed
from huiying.kernel import clock as time
from huiying.ledger.actions import Actor, record, together, vouch
from huiying.people.errors import Refused
from huiying.people.models import Department, User
from huiying.people.permissions import require
from huiying.people.queries import able, office, regulation_now, regulation_of, takers
from huiying.people.standing import actor_of
from huiying.people.versions import department_name
from huiying.work import notify

Elements = Mapping[str, Mapping[str, str]]


KEYED_IN = ("registered", "assigned", "returned")  # while the routing is still open


def give_lead(case: Case, department: Department, reason: str, now: dt.datetime) -> CaseDepartment:
    """End the live lead and begin the next in one step: never none, never two (INV-6)."""
    before = case.departments.filter(Q(department=department) | Q(role=CaseDepartment.LEAD), until__isnull=True)
    ended = list(before)
    before.update(until=now)
    made = CaseDepartment.objects.create(
        case=case, department=department, role=CaseDepartment.LEAD, since=now, reason=reason[:500]
    )
    vouch(f"case:{case.number}", [*ended, made], "case.assigned")
    return made


@transaction.atomic
@together()
def set_keys(case: Case, category: str, nature: str, trade: str, actor: User) -> None:
    """核定三把钥匙 (C7.1): what the matter is, by the regulation's own words; the table's suggestion follows."""
    require(actor, "case.route", case)
    case = locked(case)
    if case.state not in KEYED_IN:
        raise Refused(_("主办部门已经签收或此件已经结束，不再核定业务范畴和性质。"), code="not_in_this_state")
    check_keys(category, nature, trade)
    told = {"category": category, "nature": nature, "trade": trade}
    if told == {name: getattr(case, name) for name in told}:
        return
    for name, value in told.items():
        setattr(case, name, value)
    case.save(update_fields=list(told))
    regulation = regulation_now()
    spoken = {name: routing_table.value_word(name, value, regulation, "zh") for name, value in told.items()}
    keys = routing_table.spoken(told, regulation, "zh")
    record(f"case:{case.number}", "case.keyed", spoken | {"keys": keys or "未定"}, actor_of(actor), rows=[case])


def check_keys(category: str, nature: str, trade: str) -> None:
    """Raises Refused where a key is none of the regulation's."""
    regulation = regulation_now()
    known = (
        (category, regulation.routing.categories),
        (nature, regulation.routing.natures),
        (trade, routing_table.trades(regulation)),
    )
    for value, table in known:
        if value and value not in table:
            raise Refused(_("现行制度的转办表没有“%(value)s”。") % {"value": value}, code="unknown_key")


@transaction.atomic
@together()
def route(
    case: Case,
    department: Department,
    joint: Sequence[Department],
    reason: str,
    actor: User,
    elements: Elements | None = None,
    requirements: str = "",
) -> CaseDepartment:
    """转办: exactly one lead with a reason, any number of joint departments, and the slip (C7.1, C2.1, C10.5).

    Without `elements` the slip is filled from the record, and says 「未掌握」 where the record does not know.
    """
    require(actor, "case.route", case)
    case = locked(case)
    reason = require_text(reason, 4, _("转办理由"))
    who = actor_of(actor)
    row = _assign(case, department, joint, reason, who, elements, requirements)
    move(case, "route", who, reason)
    clocks.stop(case, "triage", row.department.name, who)
    clocks.start_internal(case, "accept_transfer")
    _tell(case, row)
    return row


def _assign(
    case: Case,
    department: Department,
    joint: Sequence[Department],
    reason: str,
    who: Actor,
    elements: Elements | None,
    requirements: str,
) -> CaseDepartment:
    now, others = time.now(), [other for other in dict.fromkeys(joint) if other.pk != department.pk]
    for one in (department, *others):
        listed(one)
    suggestion = routing_table.suggest(case)
    followed = suggestion.lead == department.code
    row = give_lead(case, department, reason, now)
    row.matched = {
        "rule": suggestion.row.number,
        "keys": suggestion.keys,
        "lead": suggestion.lead,
        "reason": suggestion.reason,
        "reason_en": suggestion.reason_en,
        "followed": followed,
    }
    row.save(update_fields=["matched"])
    if followed:
        _take_keys(case, suggestion.keys)
    earlier = case.departments.filter(role=CaseDepartment.JOINT, until__isnull=True)
    joints = list(earlier)
    earlier.update(until=now)
    joints += [
        CaseDepartment.objects.create(
            case=case, department=other, role=CaseDepartment.JOINT, since=now, reason=reason[:500]
        )
        for other in others
    ]
    slip = _issue(
        case, row, others, who, slips.elements_of(case, suggestion.keys) if elements is None else elements, requirements
    )
    record(
        f"case:{case.number}",
        "case.routed",
        {
            "lead": department.name,
            "joint": [other.name for other in others],
            "reason": reason,
            "slip": slip.number,
            "matched": row.matched,
            "followed": followed,
        },
        who,
        rows=[row, case, *joints],
    )
    _record_slip(slip, who)
    return row


def _take_keys(case: Case, keys: Mapping[str, str]) -> None:
    """Whoever follows the suggestion has confirmed its keys; what a person set before stays."""
    new = {name: value for name, value in keys.items() if not getattr(case, name)}
    for name, value in new.items():
        setattr(case, name, value)
    if new:
        case.save(update_fields=list(new))


def _issue(
    case: Case,
    row: CaseDepartment,
    joint: Sequence[Department],
    who: Actor,
    elements: Elements,
    requirements: str,
) -> TransferSlip:
    """转办单 in the transaction of the routing: none without the other, and no number is lost (C10.5)."""
    required = regulation_of(case.regulation).transfer.required_fields
    kept = slips.check_elements(elements, required)
    due = clocks.live(case).filter(is_legal=True).order_by("due_at").values_list("due_at", flat=True).first()
    return TransferSlip.objects.create(
        number=slips.next_slip_number(case),
        case=case,
        assignment=row,
        elements=kept,
        requirements=requirements.strip() or slips.requirements_for(case),
        level=case.level,
        due_at=due,
        joint=[other.name for other in joint],
        issued_by=who.name,
        issued_at=time.now(),
    )


def _record_slip(slip: TransferSlip, who: Actor) -> None:
    unknown = [name for name, element in slip.elements.items() if slips.UNKNOWN in element]
    payload: dict[str, Any] = {
        "number": slip.number,
        "complete": not unknown,
        "filled": len(slip.elements) - len(unknown),
        "of": len(slip.elements),
        "unknown": unknown,
    }
    record(f"case:{slip.case.number}", "slip.issued", payload, who, rows=[slip])


def _tell(case: Case, row: CaseDepartment) -> None:
    """The people who can accept hear of it at once; a danger to life is not named in a message (Life first)."""
    title = "人身安全事项（限知悉）" if case.event.life_safety else case.title
    notify.send(
        f"新转来一件，请签收：{title}",
        slips.requirements_for(case),
        [user.username for user in takers(row.department)],
        "warning",
        key=f"routed:{row.pk}",
        url=f"/desk/cases/{case.number}/",
    )


@transaction.atomic
@together()
def undo_route(case: Case, actor: User) -> None:
    """Take a routing back within ten minutes, while the department has not opened it. Its slip stays on record."""
    require(actor, "case.route", case)
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
@together()
def accept(case: Case, actor: User) -> None:
    """签收 (C10.6). Of two who press at once one accepts and the other is told who did."""
    case = locked(case)
    _check_still_theirs(case, actor)
    require(actor, "case.accept", case)
    row = lead_row(case)
    assert row is not None
    row.accepted_at, row.accepted_by = time.now(), actor.name
    row.save(update_fields=["accepted_at", "accepted_by"])
    who = actor_of(actor)
    record(f"case:{case.number}", "case.accepted", {"department": row.department.name}, who, [row])
    move(case, "accept", who)
    clocks.stop(case, "accept_transfer", row.department.name, who)
    clocks.start_from(case, "transferred_at")
    report_node(case, ACCEPTED, f"{row.department.name}已签收", who)


def _check_still_theirs(case: Case, actor: User) -> None:
    """The page may be older than the case: say who accepted it, or whom it was given to instead."""
    row = lead_row(case)
    if row is None:
        return
    department = {"department": department_name(row.department.name)}
    if row.accepted_at:
        raise Refused(
            _("%(department)s的%(name)s已经签收，不必再签。") % (department | {"name": row.accepted_by}),
            code="already_accepted",
        )
    earlier = case.departments.filter(
        until__isnull=False, department__is_office=False, department__appointments__user=actor
    )
    theirs = Department.objects.filter(pk=row.department_id, appointments__user=actor)
    if not theirs.exists() and earlier.exists():
        raise Refused(_("此件已改由%(department)s主办，不用您签收了。") % department, code="given_to_another")


@transaction.atomic
@together()
def return_case(case: Case, reason: str, actor: User) -> Return:
    """退回: once, with a reason; then the office leads and decides (C7.1). Returning stops no clock (C8.5)."""
    case = locked(case)
    require(actor, "case.return", case)
    reason = require_text(reason, 10, _("退回理由"))
    if case.returns.exists():
        raise Refused(
            _("此件已退回过一次，由%(office)s指定，不能再退。办理中的困难请联系%(office)s。")
            % {"office": department_name(office().name)},
            code="returned_once",
        )
    row = lead_row(case)
    assert row is not None
    who = actor_of(actor)
    made = Return.objects.create(case=case, department=row.department, reason=reason, by=actor.name, at=time.now())
    told = {"department": row.department.name, "reason": reason}
    record(f"case:{case.number}", "case.returned", told, who, rows=[made])
    move(case, "return", who, reason)
    why = f"{row.department.name}退回，由{office().name}指定"
    give_lead(case, office(), why, time.now())
    clocks.stop(case, "accept_transfer", "已退回", who)
    clocks.start_internal(case, "return_wrong_transfer")
    title = "人身安全事项（限知悉）" if case.event.life_safety else case.title
    notify.send(
        f"{row.department.name}退回，请指定主办部门：{title}",
        "" if case.event.reserved else reason,
        [user.username for user in able("office")],
        "warning",
        key=f"returned:{made.pk}",
        url=f"/desk/cases/{case.number}/",
    )
    return made


@transaction.atomic
@together()
def decide_return(
    case: Case,
    department: Department,
    decision: str,
    actor: User,
    elements: Elements | None = None,
    requirements: str = "",
) -> None:
    """The office's word after a return: the department it names keeps the case."""
    require(actor, "case.decide_return", case)
    case = locked(case)
    decision = require_text(decision, 4, _("指定理由"))
    who = actor_of(actor)
    waiting = case.returns.filter(decided_at__isnull=True)
    decided = list(waiting)
    waiting.update(decided_at=time.now(), decided_by=actor.name, decision=decision)
    move(case, "decide_return", who, decision)
    vouch(f"case:{case.number}", decided, "case.moved")
    row = _assign(case, department, [], decision, who, elements, requirements)
    clocks.stop(case, "return_wrong_transfer", department.name, who)
    clocks.start_internal(case, "accept_transfer")
    _tell(case, row)
