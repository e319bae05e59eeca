"""Sharing an event with another body over REST （五）C5.18."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Schema
from pydantic import Field

from huiying.api.bodies import NO, READS, Body, caller, or_404
from huiying.judging.access import get_event
from huiying.judging.actions import sharing
from huiying.judging.models import SharePackage

router = Router()


class ShareIn(Body):
    body: Annotated[str, Field(max_length=100)]
    purpose: Annotated[str, Field(max_length=300)]


class ReplyOut(Schema):
    name: str
    text: str
    at: dt.datetime


class ShareOut(Schema):
    id: int
    body: str
    purpose: str
    sha256: str
    made_by: str
    made_at: dt.datetime
    expires_at: dt.datetime
    revoked_at: dt.datetime | None
    opens: int
    first_opened_at: dt.datetime | None
    replies: list[ReplyOut]


class Shared(ShareOut):
    """`token`: the last part of the link `/shared/<token>/`; it is told this once."""

    token: str


@router.get("/events/{number}/shares", response={200: list[ShareOut], **READS})
def shares(request: HttpRequest, number: str) -> QuerySet[SharePackage]:
    event = get_event(caller(request), number)
    return SharePackage.objects.filter(event=event).prefetch_related("replies")


@router.post("/events/{number}/shares", response={200: Shared, **NO})
def share(request: HttpRequest, number: str, data: ShareIn) -> dict[str, Any]:
    package, token = sharing.share(get_event(caller(request), number), data.body, data.purpose, caller(request))
    return ShareOut.from_orm(package).dict() | {"token": token}


@router.post("/shares/{pk}/revoke", response={200: ShareOut, **NO})
def revoke(request: HttpRequest, pk: int) -> SharePackage:
    or_404(caller(request), "event.view")
    found = get_object_or_404(SharePackage.objects.select_related("event"), pk=pk)
    get_event(caller(request), found.event.number)
    sharing.revoke_share(found, caller(request))
    return SharePackage.objects.get(pk=pk)
