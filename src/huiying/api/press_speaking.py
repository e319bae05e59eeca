"""Who may speak about a press release （十二）C12.1: a leader lets an entry of the register, and takes it back."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import Field

from huiying.api.bodies import NO, Body, Unreadable, caller, or_404
from huiying.people.registers import speakers_in_force
from huiying.responding.actions import speaking
from huiying.responding.models import Authorisation, PressRelease

router = Router()


class PressLetSpeakIn(Body):
    """`speaker` is the id of an entry of `GET speakers`."""

    speaker: int
    statement: Annotated[str, Field(max_length=300)]


class PressWhyIn(Body):
    why: Annotated[str, Field(max_length=300)]


class PressSpeaker(Schema):
    id: int
    name: str = Field(validation_alias="speaker_name")
    statement: str
    by: str
    at: dt.datetime
    revoked_at: dt.datetime | None
    revoked_why: str


@router.get("/press/{pk}/speakers", response={200: list[PressSpeaker]})
def speakers(request: HttpRequest, pk: int) -> QuerySet[Authorisation]:
    found = _release(request, pk)
    return found.authorisations.order_by("id")


@router.post("/press/{pk}/let_speak", response={200: PressSpeaker, **NO})
def let_speak(request: HttpRequest, pk: int, data: PressLetSpeakIn) -> Authorisation:
    """For this press release and one statement; nobody authorises themselves."""
    found = _release(request, pk)
    entry = speakers_in_force().filter(pk=data.speaker).first()
    if entry is None:
        raise Unreadable("speaker", _("发言人名册里没有这位在任的发言人。"))
    return speaking.authorise_for_press(found, entry, data.statement, caller(request))


@router.post("/press/speaking/{pk}/revoke", response={200: PressSpeaker, **NO})
def revoke(request: HttpRequest, pk: int, data: PressWhyIn) -> Authorisation:
    or_404(caller(request), "press.view")
    row = get_object_or_404(Authorisation, pk=pk, press__isnull=False)
    speaking.revoke(row, data.why, caller(request))
    return Authorisation.objects.get(pk=pk)


def _release(request: HttpRequest, pk: int) -> PressRelease:
    or_404(caller(request), "press.view")
    return get_object_or_404(PressRelease, pk=pk)
