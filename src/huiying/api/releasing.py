"""Releasing before being asked: press releases, the calendar, what is missing （十一）C6.14. Registers: `registers`."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from huiying.api import press_speaking, registers
from huiying.api.bodies import (
    NO,
    READS,
    Body,
    Code,
    DepartmentCode,
    Moment,
    Page,
    ReasonIn,
    Rendition,
    Unreadable,
    Username,
    asked_again,
    caller,
    department,
    or_404,
    person,
)
from huiying.people.models import User
from huiying.responding import releasing as calendar, releasing as missing, releasing as reading
from huiying.responding.actions import press, releasing
from huiying.responding.models import DisclosureItem, InfoGap, PressRelease, PressStep
from huiying.responding.models.releasing import address_of

router = Router()
router.add_router("", registers.router)
router.add_router("", press_speaking.router)
Text = Annotated[str, Field(max_length=20000)]
Title = Annotated[str, Field(min_length=1, max_length=200)]


# --- press releases ---------------------------------------------------------------------------------------------------


class PressIn(Body):
    """`renditions`: code of a registered account → its text. `correction_note`: what changed, where it is out."""

    title: Title
    facts: Text = ""
    basis: Text = ""
    renditions: dict[Code, Rendition] = Field(default={}, max_length=50)
    department: DepartmentCode
    planned_at: Moment | None = None
    correction_note: Annotated[str, Field(max_length=500)] = ""


class PublishIn(Body):
    channels: list[Annotated[str, Field(min_length=1, max_length=20)]] = Field(min_length=1, max_length=50)


class ReleaseDecideIn(Body):
    """`manifest_sha256` is that of the text that the reviewer read (INV-4)."""

    decision: Literal["approve", "reject"]
    manifest_sha256: Annotated[str, Field(min_length=64, max_length=64)]
    secrecy: bool = False
    personal_data: bool = False
    comment: Annotated[str, Field(max_length=2000)] = ""


class PressRow(Schema):
    """`number` is 新〔2026〕1号; `url` the page of the public, "" before it is out."""

    id: int
    number: str
    title: str
    state: str
    department: str
    planned_at: dt.datetime | None
    published_at: dt.datetime | None
    dropped_why: str
    url: str


class PressPage(Schema):
    count: int
    items: list[PressRow]


class PressStepOut(Schema):
    id: int
    role: str
    position: int
    checks: list[str]
    decision: str
    decided_by: str
    decided_at: dt.datetime | None
    comment: str


class PressPlace(Schema):
    id: int
    target: str
    state: str
    url: str
    published_at: dt.datetime | None
    error: str


class PressOut(PressRow):
    version: int
    facts: str
    basis: str
    renditions: dict[str, str]
    correction_note: str
    manifest_sha256: str
    drafter: str
    steps: list[PressStepOut]
    publications: list[PressPlace]


class PressQuery(Page):
    state: Annotated[str, Field(max_length=10, pattern="^[a-z]*$")] = ""


@router.get("/press", response={200: PressPage, **READS})
def releases(request: HttpRequest, page: Query[PressQuery]) -> dict[str, Any]:
    """Press releases, the newest first; with `state` those in it."""
    or_404(caller(request), "press.view")
    found = reading.releases(page.state)
    return {"count": found.count(), "items": [_press_row(row) for row in found[page.offset : page.offset + page.limit]]}


@router.post("/press", response={200: PressOut, **NO})
def begin(request: HttpRequest, data: PressIn) -> dict[str, Any]:
    return _save(request, None, data)


@router.get("/press/{pk}", response={200: PressOut, **READS})
def release(request: HttpRequest, pk: int) -> dict[str, Any]:
    return _press(_release(caller(request), pk))


@router.post("/press/{pk}/save", response={200: PressOut, **NO})
def save(request: HttpRequest, pk: int, data: PressIn) -> dict[str, Any]:
    """The same text changes nothing; another one voids the review."""
    return _save(request, _release(caller(request), pk), data)


def _save(request: HttpRequest, found: PressRelease | None, data: PressIn) -> dict[str, Any]:
    or_404(caller(request), "press.view")
    told = data.dict() | {"department": department(data.department, "department")}
    version = press.save_press(found, **told, actor=caller(request))
    return _press(_release(caller(request), version.release_id))


@router.post("/press/{pk}/submit", response={200: PressOut, **NO})
def submit(request: HttpRequest, pk: int) -> dict[str, Any]:
    press.submit_press(_release(caller(request), pk), caller(request))
    return _press(_release(caller(request), pk))


@router.post("/press/steps/{pk}/decide", response={200: PressOut, **NO})
def decide(request: HttpRequest, pk: int, data: ReleaseDecideIn) -> dict[str, Any]:
    asked_again(request)
    or_404(caller(request), "press.view")
    step = get_object_or_404(PressStep.objects.select_related("version__release__department"), pk=pk)
    told = data.dict() | {"approve": data.decision == "approve"}
    told.pop("decision")
    press.decide_press(step, **told, actor=caller(request))
    return _press(_release(caller(request), step.version.release_id))


@router.post("/press/{pk}/publish", response={200: PressOut, **NO})
def publish(request: HttpRequest, pk: int, data: PublishIn) -> dict[str, Any]:
    asked_again(request)
    press.publish_press(_release(caller(request), pk), data.channels, caller(request))
    return _press(_release(caller(request), pk))


@router.post("/press/{pk}/drop", response={200: PressOut, **NO})
def drop(request: HttpRequest, pk: int, data: ReasonIn) -> dict[str, Any]:
    press.drop_press(_release(caller(request), pk), data.reason, caller(request))
    return _press(_release(caller(request), pk))


def _release(user: User, pk: int) -> PressRelease:
    or_404(user, "press.view")
    return get_object_or_404(PressRelease.objects.select_related("department"), pk=pk)


def _press_row(row: PressRelease) -> dict[str, Any]:
    names = ("number", "title", "state", "planned_at", "published_at", "dropped_why")
    url = f"/news/{address_of(row.number)}/" if row.published_at else ""
    told = {name: getattr(row, name) for name in names}
    return told | {"id": row.pk, "department": row.department.code, "url": url}


def _press(row: PressRelease) -> dict[str, Any]:
    version = reading.current_version(row)
    assert version is not None
    places = version.publications.order_by("id")
    return _press_row(row) | {
        "version": version.number,
        "facts": version.facts,
        "basis": version.basis,
        "renditions": version.renditions,
        "correction_note": version.correction_note,
        "manifest_sha256": version.manifest_sha256,
        "drafter": version.drafter,
        "steps": [_fields(step, PressStepOut) for step in version.steps.all()],
        "publications": [_fields(place, PressPlace) for place in places],
    }


def _fields(row: Any, out: type[Schema], *left_out: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in out.model_fields if name not in left_out}


# --- the calendar -----------------------------------------------------------------------------------------------------


class DisclosureIn(Body):
    """`due_on`: until which day it has to be public; `repeats` once, each month, quarter or year."""

    title: Title
    kind: Literal["plan", "result", "statistics", "policy", "budget", "other"]
    department: DepartmentCode
    due_on: dt.date
    repeats: Literal["", "monthly", "quarterly", "yearly"] = ""
    ground: Annotated[str, Field(max_length=200)] = ""


class EditDisclosureIn(Body):
    title: Title
    kind: Literal["plan", "result", "statistics", "policy", "budget", "other"]
    due_on: dt.date
    repeats: Literal["", "monthly", "quarterly", "yearly"] = ""
    ground: Annotated[str, Field(max_length=200)] = ""


class FinishDisclosureIn(Body):
    """The address, or the id of a press release that is out."""

    url: Annotated[str, Field(max_length=490)] = ""
    press: int | None = None


class DropDisclosureIn(ReasonIn):
    whole_series: bool = False


class DisclosureOut(Schema):
    id: int
    title: str
    kind: str
    department: str = Field(validation_alias="department.code")
    due_on: dt.date
    repeats: str
    ground: str
    late: bool
    done_at: dt.datetime | None
    done_by: str
    url: str
    press: str | None
    dropped_at: dt.datetime | None
    dropped_by: str
    dropped_why: str

    @staticmethod
    def resolve_late(row: DisclosureItem) -> bool:
        return calendar.is_late(row)

    @staticmethod
    def resolve_press(row: DisclosureItem) -> str | None:
        return row.press.number if row.press is not None else None


class DisclosuresOut(Schema):
    """`on_time` of `due` in the year of the month that was asked for."""

    year: int
    due: int
    on_time: int
    items: list[DisclosureOut]


class MonthQuery(Schema):
    month: Annotated[str, Field(pattern="^(20[0-9]{2}-(0[1-9]|1[0-2]))?$")] = ""


@router.get("/disclosures", response={200: DisclosuresOut, **READS})
def disclosures(request: HttpRequest, asked: Query[MonthQuery]) -> dict[str, Any]:
    """What is due in a month (this one where none is named), and whatever is late."""
    or_404(caller(request), "press.view")
    first = dt.date.fromisoformat(f"{asked.month}-01") if asked.month else calendar.here().today.replace(day=1)
    in_month = calendar.items().filter(due_on__year=first.year, due_on__month=first.month)
    late = calendar.late_items().exclude(pk__in=in_month.values("pk"))
    share = calendar.share(first.year)
    return {"year": share.year, "due": share.due, "on_time": share.on_time, "items": [*late, *in_month]}


@router.post("/disclosures", response={200: DisclosureOut, **NO})
def plan(request: HttpRequest, data: DisclosureIn) -> DisclosureItem:
    or_404(caller(request), "press.view")
    told = data.dict() | {"department": department(data.department, "department")}
    return releasing.plan_disclosure(**told, actor=caller(request))


@router.post("/disclosures/{pk}/edit", response={200: DisclosureOut, **NO})
def edit(request: HttpRequest, pk: int, data: EditDisclosureIn) -> DisclosureItem:
    return releasing.edit_disclosure(_item(caller(request), pk), **data.dict(), actor=caller(request))


@router.post("/disclosures/{pk}/finish", response={200: DisclosureOut, **NO})
def finish(request: HttpRequest, pk: int, data: FinishDisclosureIn) -> DisclosureItem:
    found = _item(caller(request), pk)
    by = PressRelease.objects.filter(pk=data.press).first() if data.press is not None else None
    if data.press is not None and by is None:
        raise Unreadable("press", _("没有这份新闻稿。"))
    return releasing.finish_disclosure(found, data.url, by, caller(request))


@router.post("/disclosures/{pk}/drop", response={200: DisclosureOut, **NO})
def drop_disclosure(request: HttpRequest, pk: int, data: DropDisclosureIn) -> DisclosureItem:
    found = _item(caller(request), pk)
    return releasing.drop_disclosure(found, data.reason, data.whole_series, caller(request))


def _item(user: User, pk: int) -> DisclosureItem:
    or_404(user, "press.view")
    return get_object_or_404(calendar.items(), pk=pk)


# --- information gaps -------------------------------------------------------------------------------------------------


class GapIn(Body):
    """`topic` of a suggestion takes its events with it; `owner` is a user name."""

    question: Annotated[str, Field(min_length=1, max_length=300)]
    department: DepartmentCode
    owner: Username
    due_at: Moment
    topic: Annotated[str, Field(max_length=60)] = ""


class UrlIn(Body):
    url: Annotated[str, Field(min_length=1, max_length=490)]


class ReleaseGapOut(Schema):
    """`cases`: numbers of the events that asked; they are counted, nobody is (INV-10)."""

    id: int
    question: str
    topic: str
    asked: int
    cases: list[str]
    department: str = Field(validation_alias="department.code")
    owner: str = Field(validation_alias="owner.username")
    owner_name: str
    due_at: dt.datetime
    done_at: dt.datetime | None
    done_by: str
    url: str
    dropped_at: dt.datetime | None
    dropped_by: str
    dropped_why: str


class GapPage(Schema):
    count: int
    items: list[ReleaseGapOut]


class GapQuery(Page):
    all: bool = False


class ReleaseAskedOut(Schema):
    topic: str
    department: str
    events: int
    answers: list[str]

    @staticmethod
    def resolve_events(row: missing.RecurringMatter) -> int:
        return len(row.events)

    @staticmethod
    def resolve_answers(row: missing.RecurringMatter) -> list[str]:
        return [answer.case.number for answer in row.answers if answer.case is not None]


class ReleaseSuggestionsOut(Schema):
    """`missing`: asked often and not answered in public; `answered`: asked again, with the numbers of the answers."""

    missing: list[ReleaseAskedOut]
    answered: list[ReleaseAskedOut]


@router.get("/gaps", response={200: GapPage, **READS})
def gaps_list(request: HttpRequest, page: Query[GapQuery]) -> dict[str, Any]:
    """Tasks that go on, the most urgent first; with `all` every one."""
    or_404(caller(request), "press.view")
    found = missing.gaps() if page.all else missing.open_gaps()
    return page.of(found)


@router.get("/gaps/suggestions", response={200: ReleaseSuggestionsOut, **READS})
def suggestions(request: HttpRequest) -> dict[str, Any]:
    or_404(caller(request), "press.view")
    rows = missing.asked_often()
    return {"missing": missing.suggestions(rows), "answered": missing.answered_already(rows)}


@router.post("/gaps", response={200: ReleaseGapOut, **NO})
def make_gap(request: HttpRequest, data: GapIn) -> InfoGap:
    or_404(caller(request), "press.view")
    row = next((row for row in missing.asked_often() if row.topic == data.topic), None) if data.topic else None
    return releasing.make_gap(
        question=data.question,
        department=department(data.department, "department"),
        owner=person(data.owner, "owner"),
        due_at=data.due_at,
        topic=row.topic if row is not None else "",
        events=row.numbers if row is not None else (),
        actor=caller(request),
    )


@router.post("/gaps/{pk}/finish", response={200: ReleaseGapOut, **NO})
def finish_gap(request: HttpRequest, pk: int, data: UrlIn) -> InfoGap:
    return releasing.finish_gap(_found_gap(caller(request), pk), data.url, caller(request))


@router.post("/gaps/{pk}/drop", response={200: ReleaseGapOut, **NO})
def drop_gap(request: HttpRequest, pk: int, data: ReasonIn) -> InfoGap:
    return releasing.drop_gap(_found_gap(caller(request), pk), data.reason, caller(request))


def _found_gap(user: User, pk: int) -> InfoGap:
    or_404(user, "press.view")
    return get_object_or_404(missing.gaps(), pk=pk)
