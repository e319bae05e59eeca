"""Imports over REST: hand a file in, see what it would do, begin, and the list of what was imported (C5.16)."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import File, Query, Router, Schema
from ninja.files import UploadedFile
from pydantic import Field

from huiying.api.bodies import NO, Body, Page, Problem, Problems, caller
from huiying.api.sources import Who, owners
from huiying.listening.actions import imports as actions_imports, sources as actions_sources
from huiying.listening.actions.sources import FASTEST, SLOWEST, SourceData
from huiying.listening.importing.vendor import FIELDS
from huiying.listening.models import Import
from huiying.people.models import User
from huiying.people.permissions import may

router = Router()


class ImportOut(Schema):
    """`state` is preview, waiting, running, done, failed or cancelled; `rejected` counts rows."""

    id: int
    batch: str
    how: str
    name: str
    size: int
    format: str
    mapping: dict[str, str]
    as_history: bool
    state: str
    problem: str
    asked_by: str
    asked_at: dt.datetime
    finished_at: dt.datetime | None
    rows_read: int
    new: int
    duplicate: int
    versions: int
    rejected: int
    sources: list[dict[str, Any]]


class ImportPage(Schema):
    count: int
    items: list[ImportOut]


class RejectedOut(Schema):
    file: str
    line: int
    reason: str


class RejectedPage(Schema):
    count: int
    items: list[RejectedOut]


class ImportTableOut(Schema):
    """`mapping` says for each heading which field it is taken for, "" for none."""

    name: str
    heading_row: int
    mapping: dict[str, str]


class PreviewOut(Schema):
    formats: list[str]
    tables: list[ImportTableOut]
    posts: list[dict[str, Any]]
    rejected: list[RejectedOut]
    sources: list[dict[str, Any]]
    read: int
    is_all: bool
    concerned: int
    old: int


class CorrectIn(Body):
    format: str = Field(max_length=30)
    mapping: dict[
        Annotated[str, Field(max_length=actions_imports.HEADING_CHARS)],
        Annotated[str, Field(max_length=actions_imports.FIELD_CHARS)],
    ] = Field(
        default={},
        max_length=actions_imports.MOST_HEADINGS,
        description=f"heading to one of: {', '.join(FIELDS)}, or empty",
    )


class TakeUpIn(Body):
    """`urls` chooses from the list, none for all. Owner and backup as of `/sources`; what is told is for all alike."""

    urls: Annotated[list[Annotated[str, Field(max_length=2000)]], Field(max_length=500)] = []
    channel_class: Annotated[str, Field(min_length=1, max_length=20)]
    region: Annotated[str, Field(max_length=60)] = ""
    owner: Who = ""
    backup: Who = ""
    min_minutes: Annotated[int, Field(ge=FASTEST, le=SLOWEST)] = 10
    max_minutes: Annotated[int, Field(ge=FASTEST, le=SLOWEST)] = 240


class TakenUpOut(Schema):
    """`added` are the new sources' ids; a row that was not taken is told by its file and line."""

    added: list[int]
    rejected: list[RejectedOut]


@router.get("/imports", response={200: ImportPage, 401: Problem, 404: Problem, 422: Problems})
def imports(request: HttpRequest, page: Query[Page]) -> dict[str, Any]:
    """The latest first."""
    _may(caller(request))
    rows = Import.objects.order_by("-id")
    return {"count": rows.count(), "items": list(rows[page.offset : page.offset + page.limit])}


@router.post("/imports", response={200: ImportOut, **NO})
def hand_in(request: HttpRequest, file: File[UploadedFile]) -> Import:
    """Nothing is imported before `begin`."""
    _may(caller(request))
    return actions_imports.propose(file, caller(request))


@router.get("/imports/{pk}", response={200: ImportOut, 401: Problem, 404: Problem})
def one(request: HttpRequest, pk: int) -> Import:
    return _get(caller(request), pk)


@router.get("/imports/{pk}/preview", response={200: PreviewOut, **NO})
def preview(request: HttpRequest, pk: int) -> actions_imports.Preview:
    """What the first 200 rows would give; only before `begin`."""
    row = _get(caller(request), pk)
    if row.state != Import.PREVIEW:
        raise Http404
    return actions_imports.preview(row)


@router.post("/imports/{pk}/correct", response={200: ImportOut, **NO})
def correct(request: HttpRequest, pk: int, data: CorrectIn) -> Import:
    return actions_imports.correct(_get(caller(request), pk), data.format, data.mapping, caller(request))


@router.post("/imports/{pk}/begin", response={200: ImportOut, **NO})
def begin(request: HttpRequest, pk: int, as_history: bool = False) -> Import:
    """With `as_history` it is stored and judged, but nobody is warned, nothing becomes a case by itself."""
    return actions_imports.begin(_get(caller(request), pk), caller(request), as_history=as_history)


@router.post("/imports/{pk}/cancel", response={200: ImportOut, **NO})
def cancel(request: HttpRequest, pk: int) -> Import:
    return actions_imports.cancel(_get(caller(request), pk), caller(request))


@router.get("/imports/{pk}/rejected", response={200: RejectedPage, 401: Problem, 404: Problem, 422: Problems})
def rejected(request: HttpRequest, pk: int, page: Query[Page]) -> dict[str, Any]:
    rows = _get(caller(request), pk).rejected_rows.order_by("id")
    return {"count": rows.count(), "items": list(rows[page.offset : page.offset + page.limit])}


@router.post("/imports/{pk}/sources", response={200: TakenUpOut, **NO})
def take_up(request: HttpRequest, pk: int, data: TakeUpIn) -> dict[str, Any]:
    """Register sources of a list (OPML). Rows that can not be are told by line; the others are taken."""
    row = _get(caller(request), pk)
    told = data.dict()
    chosen = set(told.pop("urls"))
    rows = [source for source in row.sources if not chosen or source["url"] in chosen]
    told |= owners(data.owner, data.backup)
    found = actions_sources.take_up(rows, SourceData(name="", adapter="", **told), caller(request))
    refused = [{"file": one.file, "line": one.line, "reason": one.reason} for one in found.refused]
    return {"added": [source.pk for source in found.added], "rejected": refused}


def _may(user: User) -> None:
    if not may(user, "import.bring"):
        raise Http404


def _get(user: User, pk: int) -> Import:
    _may(user)
    return get_object_or_404(Import, pk=pk)
