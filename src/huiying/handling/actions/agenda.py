"""列入重要工作日程 (C9.1): a department plans for a quarter, its head has seen it, somebody says that it is done."""

from __future__ import annotations

import datetime as dt
import re

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.handling.actions.base import require_text
from huiying.handling.models import AgendaItem
from huiying.kernel import clock as time
from huiying.ledger.actions import record, together
from huiying.people.errors import Refused
from huiying.people.models import Department, User
from huiying.people.permissions import may, require
from huiying.people.standing import actor_of, standing
from huiying.people.versions import zone

QUARTER = re.compile(r"20\d\dQ[1-4]")


def quarter_of(day: dt.date) -> str:
    """2026Q4."""
    return f"{day.year}Q{(day.month + 2) // 3}"


def quarter_now() -> str:
    return quarter_of(time.now().astimezone(zone()).date())


def is_head_of(user: User, department: Department) -> bool:
    """Whether the person leads the department: its 负责人, a deputy included."""
    who = standing(user)
    roles = {role for duty in ("dept_head", "division_head") for role in who.regulation.roles_acting_as(duty)}
    return any(held.role in roles and held.department == department.code for held in who.held)


def may_plan_for(user: User, department: Department) -> bool:
    return may(user, "agenda.plan", department).allowed


@transaction.atomic
@together()
def plan_agenda(department: Department, quarter: str, title: str, due_on: dt.date, actor: User) -> AgendaItem:
    """What the department does about its public affairs in a quarter, with a day."""
    require(actor, "agenda.plan", department)
    title = require_text(title, 4, _("要做的事"))
    if not QUARTER.fullmatch(quarter):
        raise Refused(_("请按“2026Q4”的写法写明年份和季度。"), code="no_quarter")
    if quarter_of(due_on) != quarter:
        raise Refused(_("完成日期不在这个季度里，请改日期或改季度。"), code="other_quarter")
    if due_on < time.now().astimezone(zone()).date():
        raise Refused(_("完成日期已经过去。"), code="past")
    made = AgendaItem.objects.create(
        department=department, quarter=quarter, title=title[:300], due_on=due_on, by=actor.name, at=time.now()
    )
    record("system", "agenda.planned", _payload(made), actor_of(actor), rows=[made])
    return made


@transaction.atomic
@together()
def acknowledge_agenda(item: AgendaItem, actor: User) -> None:
    """The head has seen it: no department's plan without its 负责人 (C9.1)."""
    item = _locked(item)
    require(actor, "agenda.plan", item)
    if not is_head_of(actor, item.department):
        raise Refused(_("须由本部门负责人确认。"), code="not_permitted")
    if item.acknowledged_at is not None:
        raise Refused(_("这一项已由%(name)s确认。") % {"name": item.acknowledged_by}, code="already_done")
    item.acknowledged_by, item.acknowledged_at = actor.name, time.now()
    item.save(update_fields=["acknowledged_by", "acknowledged_at"])
    record("system", "agenda.acknowledged", _payload(item), actor_of(actor), rows=[item])


@transaction.atomic
@together()
def finish_agenda(item: AgendaItem, note: str, actor: User) -> None:
    """Done, with what came of it. A plan that its head has not seen is not ticked off."""
    item = _locked(item)
    require(actor, "agenda.plan", item)
    if item.done_at is not None:
        raise Refused(_("这一项已经完成。"), code="already_done")
    if item.acknowledged_at is None:
        raise Refused(_("部门负责人还没有确认这一项，请先由负责人确认。"), code="not_acknowledged")
    item.done_note, item.done_at = require_text(note, 4, _("完成情况"))[:300], time.now()
    item.save(update_fields=["done_note", "done_at"])
    record("system", "agenda.done", _payload(item) | {"note": item.done_note}, actor_of(actor), rows=[item])


def _locked(item: AgendaItem) -> AgendaItem:
    return AgendaItem.objects.select_for_update(of=("self",)).select_related("department").get(pk=item.pk)


def _payload(item: AgendaItem) -> dict[str, str]:
    return {"department": item.department.name, "quarter": item.quarter, "title": item.title}
