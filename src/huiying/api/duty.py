"""The leading group, the signed roster and swaps of turns over REST （五）C5.1."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Schema
from pydantic import Field

from huiying.api.bodies import NO, READS, Body, Moment, Username, caller, or_404, person
from huiying.people import roster
from huiying.people.actions import roster as actions_roster
from huiying.people.models import DutyShift, GroupSeat, RosterSignature, ShiftSwap, User

router = Router()
Line = Annotated[str, Field(min_length=1, max_length=200)]


class SeatIn(Body):
    staff: Username
    place: Literal["head", "deputy", "member"]


class LeaveIn(Body):
    reason: Annotated[str, Field(min_length=1, max_length=300)]


class DutySeatOut(Schema):
    id: int
    staff: str = Field(validation_alias="user.username")
    name: str = Field(validation_alias="user.name")
    place: str
    since: dt.datetime
    until: dt.datetime | None


class GroupOut(Schema):
    items: list[DutySeatOut]


class DutySignIn(Body):
    """Whole turns: from the moment at which the first begins to the one at which the last ends."""

    starts_at: Moment
    ends_at: Moment


class SignedOut(Schema):
    id: int
    starts_at: dt.datetime
    ends_at: dt.datetime
    by: str = Field(validation_alias="signed_by")
    at: dt.datetime
    turns: int

    @staticmethod
    def resolve_turns(row: RosterSignature) -> int:
        return len(row.shifts)


class SwapIn(Body):
    """`shift` and `in_return` are ids of GET /roster."""

    shift: int
    asked_of: Username
    in_return: int | None = None
    reason: Line


class SwapOut(Schema):
    """`agreed` is null while nobody answered."""

    id: int
    shift: int = Field(validation_alias="shift_id")
    in_return: int | None = Field(validation_alias="in_return_id")
    asker: str = Field(validation_alias="asker.username")
    asked_of: str = Field(validation_alias="asked_of.username")
    reason: str
    agreed: bool | None


class SwapsOut(Schema):
    items: list[SwapOut]


def _staff(caller_: User) -> User:
    or_404(caller_, "contact.view")
    return caller_


@router.get("/leading-group", response={200: GroupOut, **READS})
def leading_group(request: HttpRequest) -> dict[str, Any]:
    """Who sits in it now: the head, deputies, members."""
    _staff(caller(request))
    return {"items": roster.group()}


@router.post("/leading-group", response={200: DutySeatOut, **NO})
def take_seat(request: HttpRequest, data: SeatIn) -> GroupSeat:
    who = _staff(caller(request))
    return actions_roster.take_seat(person(data.staff, "staff"), data.place, who)


@router.post("/leading-group/{pk}/leave", response={200: DutySeatOut, **NO})
def leave(request: HttpRequest, pk: int, data: LeaveIn) -> GroupSeat:
    who, row = _staff(caller(request)), GroupSeat.objects.select_related("user").filter(pk=pk).first()
    if row is None:
        raise Http404
    actions_roster.leave_seat(row, data.reason, who)
    row.refresh_from_db()
    return row


@router.post("/roster/sign", response={200: SignedOut, **NO})
def sign(request: HttpRequest, data: DutySignIn) -> RosterSignature:
    """签发: by head or deputy of the leading group, and only where every hour has a name."""
    return actions_roster.sign_roster(data.starts_at, data.ends_at, _staff(caller(request)))


@router.get("/swaps", response={200: SwapsOut, **READS})
def open_swaps(request: HttpRequest) -> dict[str, Any]:
    """The caller's own, asked by or of them, that wait for an answer."""
    return {"items": roster.open_swaps(_staff(caller(request)))}


@router.post("/swaps", response={200: SwapOut, **NO})
def ask(request: HttpRequest, data: SwapIn) -> ShiftSwap:
    who = _staff(caller(request))
    shift, back = _shift(data.shift), _shift(data.in_return) if data.in_return is not None else None
    return actions_roster.ask_swap(shift, person(data.asked_of, "asked_of"), data.reason, who, in_return=back)


@router.post("/swaps/{pk}/{verb}", response={200: SwapOut, **NO})
def answer(request: HttpRequest, pk: int, verb: Literal["agree", "refuse", "withdraw"]) -> ShiftSwap:
    """By the one who was asked; `withdraw` by the one who asked. Nobody else is told that it is there."""
    who = _staff(caller(request))
    row = ShiftSwap.objects.filter(pk=pk, asker=who).first() or ShiftSwap.objects.filter(pk=pk, asked_of=who).first()
    if row is None:
        raise Http404
    return (
        actions_roster.withdraw_swap(row, who)
        if verb == "withdraw"
        else actions_roster.answer_swap(row, verb == "agree", who)
    )


def _shift(pk: int) -> DutyShift:
    return get_object_or_404(DutyShift, pk=pk)
