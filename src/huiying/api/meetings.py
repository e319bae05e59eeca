"""The joint meeting over REST: convened, acknowledged, held, minuted, signed （十）C10.1."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import Field

from huiying.api.bodies import NO, READS, Body, DepartmentCode, Moment, ReasonIn, Username, caller, department, person
from huiying.api.tasks import TaskOut
from huiying.handling.access import get_case, get_meeting, meetings_for
from huiying.handling.actions import meetings
from huiying.handling.models import Meeting, MeetingSeat, Task
from huiying.people.errors import Refused

router = Router()


class MeetingIn(Body):
    """`chair` and `extra` are user names. The roles of the regulation and the departments' heads are called anyway."""

    topic: str = Field(min_length=1, max_length=300)
    place: str = Field(min_length=1, max_length=200)
    starts_at: Moment
    chair: Username
    extra: list[Username] = Field(default=[], max_length=100)


class Attended(Body):
    """`stood_in_by` names who came in the place of the one who was called."""

    seat: int
    attendance: Literal["present", "excused", "absent"]
    stood_in_by: str = Field(default="", max_length=100)


class MeetingHoldIn(Body):
    seats: list[Attended] = Field(max_length=500)


class DissentIn(Body):
    name: str = Field(min_length=1, max_length=100)
    words: str = Field(min_length=1, max_length=4000)


class MeetingDecisionIn(Body):
    """C10.1: whose it is and by when, or it is none."""

    title: str = Field(min_length=1, max_length=300)
    department: DepartmentCode
    owner: Username
    due_at: Moment
    deliverable: str = Field(default="", max_length=300)


class MinutesIn(Body):
    """Sent again before the signature, opinions and decisions are added to those that stand."""

    situation: str = Field(min_length=1, max_length=20000)
    discussion: str = Field(min_length=1, max_length=20000)
    dissents: list[DissentIn] = Field(default=[], max_length=100)
    decisions: list[MeetingDecisionIn] = Field(default=[], max_length=100)


class MeetingRow(Schema):
    id: int
    case: str = Field(validation_alias="case.number")
    number: str
    topic: str
    place: str
    starts_at: dt.datetime
    state: str
    chair_name: str
    convened_by: str
    convened_at: dt.datetime
    held_at: dt.datetime | None
    minuted_at: dt.datetime | None
    signed_by: str
    signed_at: dt.datetime | None
    cancelled_why: str


class MeetingsOut(Schema):
    items: list[MeetingRow]


class MeetingSeatOut(Schema):
    id: int
    name: str
    department: str | None
    notified_at: dt.datetime
    acknowledged_at: dt.datetime | None
    attendance: str
    stood_in_by: str

    @staticmethod
    def resolve_department(seat: MeetingSeat) -> str | None:
        return seat.department.code if seat.department else None


class DissentOut(Schema):
    name: str
    words: str


class MeetingOut(MeetingRow):
    """`quorum`: the share of those called who have to come."""

    quorum: float
    seats: list[MeetingSeatOut]
    situation: str
    discussion: str
    dissents: list[DissentOut]
    decisions: list[TaskOut]

    @staticmethod
    def resolve_seats(row: Meeting) -> QuerySet[MeetingSeat]:
        return row.seats.select_related("department")

    @staticmethod
    def resolve_decisions(row: Meeting) -> QuerySet[Task]:
        return row.decisions.select_related("case", "department", "owner", "meeting")


@router.get("/cases/{number}/meetings", response={200: MeetingsOut, **READS})
def meetings_of(request: HttpRequest, number: str) -> dict[str, Any]:
    """The meetings of a case that the caller may read, the last one first."""
    found = get_case(caller(request), number)
    return {"items": meetings_for(caller(request)).filter(case=found)}


@router.post("/cases/{number}/meetings", response={200: MeetingOut, **NO})
def convene(request: HttpRequest, number: str, data: MeetingIn) -> Meeting:
    found = get_case(caller(request), number)
    chair = person(data.chair, "chair")
    extra = [person(name, f"extra.{place}") for place, name in enumerate(data.extra)]
    return meetings.convene(found, data.topic, data.place, data.starts_at, chair, extra, caller(request))


@router.get("/meetings/{pk}", response={200: MeetingOut, **READS})
def meeting(request: HttpRequest, pk: int) -> Meeting:
    """For whoever is called to it and those who see every case."""
    return get_meeting(caller(request), pk)


@router.post("/meetings/{pk}/acknowledge", response={200: MeetingOut, **NO})
def acknowledge(request: HttpRequest, pk: int) -> Meeting:
    """知悉 of the caller's own seat."""
    user = caller(request)
    found = get_meeting(user, pk)
    seat = next((seat for seat in found.seats.all() if seat.user_id == user.pk), None)
    if seat is None:
        raise Refused(_("您不在这次会议的名单上。"), code="not_called")
    meetings.acknowledge_seat(seat, user)
    return get_meeting(user, pk)


@router.post("/meetings/{pk}/hold", response={200: MeetingOut, **NO})
def hold(request: HttpRequest, pk: int, data: MeetingHoldIn) -> Meeting:
    """Every seat's attendance at once."""
    found = get_meeting(caller(request), pk)
    attendance: dict[int, str] = {told.seat: told.attendance for told in data.seats}
    stood_in = {told.seat: told.stood_in_by for told in data.seats if told.stood_in_by}
    meetings.hold(found, attendance, stood_in, caller(request))
    return get_meeting(caller(request), pk)


@router.post("/meetings/{pk}/minute", response={200: MeetingOut, **NO})
def minute(request: HttpRequest, pk: int, data: MinutesIn) -> Meeting:
    """Each decision becomes a task."""
    found = get_meeting(caller(request), pk)
    dissents = [(told.name, told.words) for told in data.dissents]
    decisions = [_decision(told, f"decisions.{place}") for place, told in enumerate(data.decisions)]
    meetings.minute(found, data.situation, data.discussion, dissents, decisions, caller(request))
    return get_meeting(caller(request), pk)


@router.post("/meetings/{pk}/sign", response={200: MeetingOut, **NO})
def sign(request: HttpRequest, pk: int) -> Meeting:
    """签发, by the chair."""
    meetings.sign(get_meeting(caller(request), pk), caller(request))
    return get_meeting(caller(request), pk)


@router.post("/meetings/{pk}/cancel", response={200: MeetingOut, **NO})
def cancel(request: HttpRequest, pk: int, data: ReasonIn) -> Meeting:
    meetings.cancel(get_meeting(caller(request), pk), data.reason, caller(request))
    return get_meeting(caller(request), pk)


def _decision(told: MeetingDecisionIn, field: str) -> meetings.Decision:
    return meetings.Decision(
        told.title,
        department(told.department, f"{field}.department"),
        person(told.owner, f"{field}.owner"),
        told.due_at,
        told.deliverable,
    )
