"""The registers over REST: our own accounts, our partners, what was pushed to them （十一）C11.2, C11.3.

No body has a field for comments, likes or payment: nothing of that can be ordered here (C8.10).
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Schema
from pydantic import Field

from huiying.api.bodies import (
    NO,
    READS,
    Body,
    DepartmentCode,
    Moment,
    ReasonIn,
    Username,
    caller,
    department,
    or_404,
    person,
)
from huiying.kernel import clock
from huiying.people import registers
from huiying.people.actions import registers as acts, registers as people_partners
from huiying.people.models import Partner, Platform, User
from huiying.responding import partners as reading
from huiying.responding.access import get_publication
from huiying.responding.actions import partners
from huiying.responding.models import PartnerPush
from huiying.responding.partners import unanswered_here

router = Router()
Line = Annotated[str, Field(max_length=300)]


# --- our own accounts -------------------------------------------------------------------------------------------------


class PlatformIn(Body):
    """`family` is a word of the regulation's linked channels; `administrator` and `backup` are user names or ""."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    name_en: Annotated[str, Field(max_length=100)] = ""
    family: Annotated[str, Field(min_length=1, max_length=20)]
    owner: DepartmentCode
    administrator: Annotated[str, Field(max_length=60)] = ""
    backup: Annotated[str, Field(max_length=60)] = ""
    public_name: Annotated[str, Field(max_length=100)] = ""
    url: Annotated[str, Field(max_length=490)] = ""
    opened_on: dt.date | None = None
    dormant_days: Annotated[int, Field(ge=1, le=365)] = 14


class PostedIn(Body):
    at: Moment


class CountedIn(Body):
    count: Annotated[int, Field(ge=0, le=1_000_000)]


class CheckedIn(Body):
    on: dt.date


class RegisteredPlatformOut(Schema):
    """`problems` are codes; `unanswered_at` says as of when; the secrets of an account are never shown."""

    code: str
    name: str
    name_en: str
    family: str
    channel: str
    owner: str = Field(validation_alias="owner.code")
    public_name: str = Field(validation_alias="account")
    url: str
    opened_on: dt.date | None
    closed_at: dt.datetime | None
    closed_why: str
    administrator: str | None
    backup: str | None
    dormant_days: int
    last_post_at: dt.datetime | None
    idle_days: int | None
    security_checked_on: dt.date | None
    security_checked_by: str
    unanswered: int | None
    unanswered_at: dt.datetime | None
    problems: list[str]

    @staticmethod
    def resolve_administrator(row: Platform) -> str | None:
        return row.administrator.username if row.administrator is not None else None

    @staticmethod
    def resolve_backup(row: Platform) -> str | None:
        return row.backup.username if row.backup is not None else None

    @staticmethod
    def resolve_idle_days(row: Platform) -> int | None:
        return registers.idle_days(row, clock.now())

    @staticmethod
    def resolve_unanswered(row: Platform) -> int | None:
        return unanswered_here() if row.channel == acts.SITE else row.unanswered

    @staticmethod
    def resolve_unanswered_at(row: Platform) -> dt.datetime | None:
        return clock.now() if row.channel == acts.SITE else row.unanswered_at

    @staticmethod
    def resolve_problems(row: Platform) -> list[str]:
        return registers.problems(row, clock.now())


class PlatformsOut(Schema):
    """`wechat_missing`: the regulation asks for an official WeChat account, and none was opened."""

    wechat_missing: bool
    items: list[RegisteredPlatformOut]


@router.get("/platforms", response={200: PlatformsOut, **READS})
def platforms(request: HttpRequest) -> dict[str, Any]:
    """Every account that was ever registered, the closed ones too."""
    or_404(caller(request), "register.view")
    return {"wechat_missing": registers.wechat_is_missing(), "items": registers.platforms(closed=True)}


@router.post("/platforms", response={200: RegisteredPlatformOut, **NO})
def add_platform(request: HttpRequest, data: PlatformIn) -> Platform:
    or_404(caller(request), "register.view")
    return acts.add_platform(**_told(data), actor=caller(request))


@router.post("/platforms/{code}/edit", response={200: RegisteredPlatformOut, **NO})
def edit_platform(request: HttpRequest, code: str, data: PlatformIn) -> Platform:
    return acts.edit_platform(_found(caller(request), code), **_told(data), actor=caller(request))


@router.post("/platforms/{code}/posted", response={200: RegisteredPlatformOut, **NO})
def posted(request: HttpRequest, code: str, data: PostedIn) -> Platform:
    """自报时间: what the account posted otherwise; only later than what is known."""
    return acts.note_last_post(_found(caller(request), code), data.at, caller(request))


@router.post("/platforms/{code}/counted", response={200: RegisteredPlatformOut, **NO})
def counted(request: HttpRequest, code: str, data: CountedIn) -> Platform:
    return acts.note_unanswered(_found(caller(request), code), data.count, caller(request))


@router.post("/platforms/{code}/checked", response={200: RegisteredPlatformOut, **NO})
def checked(request: HttpRequest, code: str, data: CheckedIn) -> Platform:
    return acts.note_security_check(_found(caller(request), code), data.on, caller(request))


@router.post("/platforms/{code}/close", response={200: RegisteredPlatformOut, **NO})
def close_platform(request: HttpRequest, code: str, data: ReasonIn) -> Platform:
    return acts.close_platform(_found(caller(request), code), data.reason, caller(request))


def _told(data: PlatformIn) -> dict[str, Any]:
    told = data.dict() | {"owner": department(data.owner, "owner")}
    told["account"] = told.pop("public_name")
    for name in ("administrator", "backup"):
        told[name] = person(told[name], name) if told[name] else None
    return told


def _found(user: User, code: str) -> Platform:
    or_404(user, "register.view")
    return get_object_or_404(registers.platforms(closed=True), code=code)


# --- partners ---------------------------------------------------------------------------------------------------------


class EditPartnerIn(Body):
    operator: Annotated[str, Field(max_length=100)] = ""
    liaison_name: Username
    liaison_phone: Annotated[str, Field(max_length=40)] = ""
    liaison_email: Annotated[str, Field(max_length=200)] = ""
    agreement: Line = ""


class PartnerIn(EditPartnerIn):
    name: Annotated[str, Field(min_length=1, max_length=60)]


class PartnerTestIn(Body):
    reached: bool
    note: Annotated[str, Field(max_length=200)] = ""


class PushIn(Body):
    """The id of a publication that is live."""

    publication: int


class ReplyIn(Body):
    reply: Literal["reposted", "declined"]
    url: Annotated[str, Field(max_length=490)] = ""
    note: Line = ""


class PartnerOut(Schema):
    id: int
    name: str
    operator: str
    liaison_name: str
    liaison_phone: str
    liaison_email: str
    agreement: str
    since: dt.datetime
    until: dt.datetime | None
    test_due_at: dt.datetime
    test_overdue: bool
    reached: bool | None
    pushed: int
    reposted: int
    declined: int


class PartnersOut(Schema):
    """`unlinked`: names that the regulation wants to be linked with and that are no partner."""

    unlinked: list[str]
    items: list[PartnerOut]


class PushOut(Schema):
    id: int
    partner: int = Field(validation_alias="partner_id")
    publication: int = Field(validation_alias="publication_id")
    title: str = Field(validation_alias="publication.title")
    means: str
    pushed_by: str
    pushed_at: dt.datetime
    sent_at: dt.datetime | None
    error: str
    reply: str
    reply_note: str
    replied_at: dt.datetime | None
    url: str


class PushesOut(Schema):
    items: list[PushOut]


@router.get("/partners", response={200: PartnersOut, **READS})
def partners_list(request: HttpRequest) -> dict[str, Any]:
    or_404(caller(request), "register.view")
    return {"unlinked": registers.unlinked(), "items": _partners(list(registers.partners(ended=True)))}


@router.post("/partners", response={200: PartnerOut, **NO})
def add_partner(request: HttpRequest, data: PartnerIn) -> dict[str, Any]:
    or_404(caller(request), "register.view")
    return _partner(people_partners.add_partner(**_reached(data), actor=caller(request)))


@router.get("/partners/{pk}/pushes", response={200: PushesOut, **READS})
def pushes_of(request: HttpRequest, pk: int) -> dict[str, Any]:
    found = _found_partner(caller(request), pk)
    return {"items": reading.pushes().filter(partner=found)}


@router.post("/partners/{pk}/edit", response={200: PartnerOut, **NO})
def edit_partner(request: HttpRequest, pk: int, data: EditPartnerIn) -> dict[str, Any]:
    found = _found_partner(caller(request), pk)
    return _partner(people_partners.edit_partner(found, **_reached(data), actor=caller(request)))


@router.post("/partners/{pk}/test", response={200: PartnerOut, **NO})
def test_partner(request: HttpRequest, pk: int, data: PartnerTestIn) -> dict[str, Any]:
    found = _found_partner(caller(request), pk)
    people_partners.test_partner(found, data.reached, data.note, caller(request))
    return _partner(found)


@router.post("/partners/{pk}/end", response={200: PartnerOut, **NO})
def end_partner(request: HttpRequest, pk: int, data: ReasonIn) -> dict[str, Any]:
    return _partner(people_partners.end_partner(_found_partner(caller(request), pk), data.reason, caller(request)))


@router.post("/partners/{pk}/push", response={200: PushOut, **NO})
def push(request: HttpRequest, pk: int, data: PushIn) -> PartnerPush:
    """Pushing the same text to the same partner again gives the same push."""
    found = _found_partner(caller(request), pk)
    row = get_publication(caller(request), data.publication)
    return partners.push(row, found, caller(request))


@router.post("/pushes/{pk}/sent", response={200: PushOut, **NO})
def sent(request: HttpRequest, pk: int) -> PartnerPush:
    return partners.mark_sent(_found_push(caller(request), pk), caller(request))


@router.post("/pushes/{pk}/again", response={200: PushOut, **NO})
def again(request: HttpRequest, pk: int) -> PartnerPush:
    return partners.send_again(_found_push(caller(request), pk), caller(request))


@router.post("/pushes/{pk}/reply", response={200: PushOut, **NO})
def reply(request: HttpRequest, pk: int, data: ReplyIn) -> PartnerPush:
    found = _found_push(caller(request), pk)
    return partners.record_reply(found, data.reply, data.url, data.note, caller(request))


# Whom to reach at an institution, by the names of the register.
REACHED = {"liaison_name": "contact_name", "liaison_phone": "contact_phone", "liaison_email": "contact_email"}


def _reached(data: EditPartnerIn) -> dict[str, Any]:
    return {REACHED.get(name, name): value for name, value in data.dict().items()}


def _found_partner(user: User, pk: int) -> Partner:
    or_404(user, "register.view")
    return get_object_or_404(Partner, pk=pk)


def _found_push(user: User, pk: int) -> PartnerPush:
    or_404(user, "register.view")
    return get_object_or_404(reading.pushes(), pk=pk)


def _partner(row: Partner) -> dict[str, Any]:
    return _partners([row])[0]


COUNTED = ("test_due_at", "test_overdue", "reached", "pushed", "reposted", "declined")


def _partners(rows: list[Partner]) -> list[dict[str, Any]]:
    tallies = reading.tallies()
    found = []
    for row in registers.tested(rows):
        tally = tallies.get(row.partner.pk, reading.Tally(0, 0, 0))
        names = [name for name in PartnerOut.model_fields if name not in COUNTED]
        told = {name: getattr(row.partner, REACHED.get(name, name)) for name in names}
        told |= {"test_due_at": row.due_at, "test_overdue": row.overdue}
        told |= {"reached": row.last.reached if row.last is not None else None}
        found.append(told | {"pushed": tally.pushed, "reposted": tally.reposted, "declined": tally.declined})
    return found
