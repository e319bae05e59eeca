"""What belongs to no single case, over REST: calls, the routing table, contacts, notices, the roster （七）（十）."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from huiying.api.bodies import (
    NO,
    READS,
    Body,
    DepartmentCode,
    Page,
    Problem,
    Problems,
    Unreadable,
    caller,
    department,
    or_404,
)
from huiying.handling import calling, routing_table
from huiying.handling.access import get_case
from huiying.handling.actions.table import propose_rule, second_rule
from huiying.handling.actions.work import acknowledge_call
from huiying.handling.models import Escalation, RoutingRule
from huiying.kernel import clock
from huiying.people import roster as kept
from huiying.people.actions.base import test_phone
from huiying.people.contacts import Card, Contact, cards
from huiying.people.models import PhoneTest, User
from huiying.people.queries import standing, zone
from huiying.people.versions import display_name, in_english
from huiying.regulation import Regulation
from huiying.work.notify import inbox, unread

router = Router()
FIRST, LAST = dt.date(2000, 1, 1), dt.date(2199, 1, 1)


class RoutingRuleIn(Body):
    """Codes of the regulation, empty for any. With `ends` it proposes to take that row out; `lead` is not needed."""

    category: str = Field(default="", max_length=10)
    nature: str = Field(default="", max_length=20)
    trade: str = Field(default="", max_length=10)
    lead: str = Field(default="", max_length=20)
    joint: list[DepartmentCode] = Field(default=[], max_length=20)
    reason: str = Field(min_length=1, max_length=300)
    ends: int | None = None


class RoutingSecondIn(Body):
    agree: bool


class PhoneTestIn(Body):
    """An unanswered call needs a `note`."""

    reached: bool
    note: str = Field(default="", max_length=200)


class NoticesPage(Page):
    unread: bool = False


class RosterPage(Schema):
    """`start` is a day, today when left out."""

    start: dt.date | None = Field(None, ge=FIRST, lt=LAST)
    days: int = Field(14, ge=1, le=62)


class CallOut(Schema):
    """`called`: everybody who was rung so far."""

    id: int
    case: str = Field(validation_alias="case.number")
    kind: str
    act: str
    at: dt.datetime
    times: int
    called: list[str]
    acknowledged_at: dt.datetime | None
    acknowledged_by: str

    @staticmethod
    def resolve_act(row: Escalation) -> str:
        return row.clock.act if row.clock else row.kind


class CallsOut(Schema):
    items: list[CallOut]


class TableRow(Schema):
    """`origin`: the regulation `file` or the `office`; `rule` is the id of the office's row. An empty key is any."""

    number: int
    category: str
    nature: str
    trade: str
    lead: str
    joint: list[str]
    origin: str
    rule: int | None


class RoutingRuleOut(Schema):
    """`agreed` is null while a second person is awaited."""

    id: int
    category: str
    nature: str
    trade: str
    lead: str = Field(validation_alias="lead.code")
    joint: list[str]
    reason: str
    ends: bool
    proposed_by: str
    proposed_at: dt.datetime
    seconded_by: str
    agreed: bool | None
    since: dt.datetime | None
    until: dt.datetime | None


class RoutingTableOut(Schema):
    """`rows` in the order in which they are asked; `waiting` for a second person."""

    rows: list[TableRow]
    waiting: list[RoutingRuleOut]


class PhoneTestOut(Schema):
    at: dt.datetime
    reached: bool
    note: str
    by: str


class PersonOut(Schema):
    """`staff` is the name with which the person signs in."""

    staff: str
    name: str
    role: str
    is_deputy: bool
    phone: str
    test: PhoneTestOut | None


class DepartmentCardOut(Schema):
    """`gaps`: `head` or `liaison`, where the department has none (C10.3)."""

    department: str
    name: str
    heads: list[PersonOut]
    liaisons: list[PersonOut]
    gaps: list[str]


class CardsOut(Schema):
    items: list[DepartmentCardOut]


class NoticeOut(Schema):
    """`url` is a page of the desk."""

    id: int
    title: str
    body: str
    url: str
    urgency: str
    at: dt.datetime
    read_at: dt.datetime | None


class NoticePage(Schema):
    count: int
    items: list[NoticeOut]


class ShiftOut(Schema):
    id: int
    staff: str = Field(validation_alias="user.username")
    name: str = Field(validation_alias="user.name")
    starts_at: dt.datetime
    ends_at: dt.datetime


class RosterGapOut(Schema):
    starts_at: dt.datetime
    ends_at: dt.datetime


class RosterOut(Schema):
    """`gaps`: the hours still to come that nobody has."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    on_duty: list[str]
    shifts: list[ShiftOut]
    gaps: list[RosterGapOut]


@router.get("/cases/{number}/calls", response={200: CallsOut, **READS})
def calls(request: HttpRequest, number: str) -> dict[str, Any]:
    """Calls of a case that nobody has answered yet."""
    found = get_case(caller(request), number)
    return {"items": calling.open_calls(found).select_related("case")}


@router.post("/calls/{pk}/acknowledge", response={200: CallOut, **NO})
def acknowledge(request: HttpRequest, pk: int) -> Escalation:
    """知悉, by whoever was called, the duty desk, the office or a leader (C10.6)."""
    row = get_object_or_404(Escalation.objects.select_related("case"), pk=pk)
    get_case(caller(request), row.case.number)
    return acknowledge_call(row, caller(request))


@router.get("/routing", response={200: RoutingTableOut, 401: Problem, 404: Problem})
def table(request: HttpRequest) -> dict[str, Any]:
    """转办表 as it is in force (C7.1)."""
    or_404(caller(request), "contact.view")
    waiting = RoutingRule.objects.filter(agreed__isnull=True).select_related("lead")
    return {"rows": [_table_row(row) for row in routing_table.table()], "waiting": waiting}


@router.post("/routing", response={200: RoutingRuleOut, **NO})
def propose(request: HttpRequest, data: RoutingRuleIn) -> RoutingRule:
    """A row of the office's own; in force once another person agreed."""
    or_404(caller(request), "contact.view")
    ends = RoutingRule.objects.select_related("lead").filter(pk=data.ends).first() if data.ends is not None else None
    if data.ends is not None and ends is None:
        raise Unreadable("ends", _("转办表没有编号为“%(id)d”的一条，请核对。") % {"id": data.ends})
    lead = ends.lead if ends else department(data.lead, "lead")
    joint = [department(code, f"joint.{place}") for place, code in enumerate(data.joint)]
    keys = (data.category, data.nature, data.trade)
    return propose_rule(*keys, lead, joint, data.reason, caller(request), ends)


@router.post("/routing/{pk}/second", response={200: RoutingRuleOut, **NO})
def second(request: HttpRequest, pk: int, data: RoutingSecondIn) -> RoutingRule:
    """The second person's word."""
    or_404(caller(request), "contact.view")
    rule = get_object_or_404(RoutingRule, pk=pk)
    return second_rule(rule, data.agree, caller(request))


@router.get("/contacts", response={200: CardsOut, 401: Problem, 404: Problem})
def cards_of_departments(request: HttpRequest) -> dict[str, Any]:
    """通联: each department's 负责人 and 联络人 (C10.3)."""
    or_404(caller(request), "contact.view")
    regulation = standing(caller(request)).regulation
    return {"items": [_card(card, regulation) for card in cards()]}


@router.post("/contacts/{staff}/test", response={200: PhoneTestOut, **NO})
def test(request: HttpRequest, staff: str, data: PhoneTestIn) -> PhoneTest:
    """通联抽查: the number was rung, and did somebody answer."""
    or_404(caller(request), "contact.view")
    user = get_object_or_404(User, username=staff, is_administrator=False, oversees=None)
    return test_phone(user, data.reached, data.note, caller(request))


@router.get("/notices", response={200: NoticePage, 401: Problem, 422: Problems})
def notices(request: HttpRequest, page: Query[NoticesPage]) -> dict[str, Any]:
    """What the caller was told, newest first. Reading it here marks nothing as read."""
    found = (unread if page.unread else inbox)(caller(request).username)
    return page.of(found)


@router.get("/roster", response={200: RosterOut, **READS})
def roster(request: HttpRequest, page: Query[RosterPage]) -> dict[str, Any]:
    """值班表: who sits at the desk, and which hour nobody has (C5.1)."""
    or_404(caller(request), "contact.view")
    now = clock.now()
    day = page.start or now.astimezone(zone()).date()
    start = dt.datetime.combine(day, dt.time(), zone()).astimezone(dt.UTC)
    end = dt.datetime.combine(day + dt.timedelta(days=page.days), dt.time(), zone()).astimezone(dt.UTC)
    shifts = kept.shifts_between(start, end)
    holes = kept.gaps(shifts, max(start, now), end) if end > now else []
    return {
        "starts_at": start,
        "ends_at": end,
        "on_duty": [user.name for user in kept.on_shift(now)],
        "shifts": shifts,
        "gaps": holes,
    }


def _table_row(row: routing_table.Route) -> dict[str, Any]:
    return {
        "number": row.number,
        **dict.fromkeys(routing_table.KEYS, ""),
        **row.keys,
        "lead": row.lead,
        "joint": list(row.joint),
        "origin": row.origin,
        "rule": row.rule.pk if row.rule else None,
    }


def _card(card: Card, regulation: Regulation) -> dict[str, Any]:
    return {
        "department": card.department.code,
        "name": regulation.english_of(card.department.name) if in_english() else card.department.name,
        "heads": [_contact(one, regulation) for one in card.heads],
        "liaisons": [_contact(one, regulation) for one in card.liaisons],
        "gaps": list(card.gaps),
    }


def _contact(one: Contact, regulation: Regulation) -> dict[str, Any]:
    return {
        "staff": one.user.username,
        "name": one.user.name,
        "role": display_name(regulation, "role", one.role),
        "is_deputy": one.is_deputy,
        "phone": one.user.phone,
        "test": one.test,
    }
