"""核实衔接 and the lawful hand-over of a clue over REST （五）C5.15. Nothing here says what became of a clue."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from ninja import Router, Schema
from pydantic import Field

from huiying.api.bodies import NO, READS, Body, Done, ReasonIn, caller, done
from huiying.handling.access import get_case
from huiying.handling.actions import liaison, liaison as actions_liaison
from huiying.handling.models import ClueHandover, Liaison
from huiying.people.models import User

router = Router()


class LiaisonIn(Body):
    """`body` is the institution, `addressee` whom to reach there. Without a `letter` it is drafted from the case."""

    body: str = Field(min_length=1, max_length=100)
    addressee: str = Field(default="", max_length=200)
    points: str = Field(min_length=1, max_length=4000)
    letter: str = Field(default="", max_length=20000)


class SendIn(Body):
    means: Literal["link", "phone", "letter", "visit"]


class AnswerIn(Body):
    finding: Literal["true", "partly", "false", "unknown"]
    name: str = Field(min_length=1, max_length=100)
    text: str = Field(min_length=1, max_length=20000)


class ClueIn(Body):
    """`body`: one of those that the regulation names for it."""

    body: str = Field(min_length=1, max_length=100)
    facts: str = Field(min_length=1, max_length=20000)
    legal_ground: str = Field(min_length=1, max_length=300)


class LetterSignIn(Body):
    """Not signing needs its `why`."""

    sign: bool
    why: str = Field(default="", max_length=2000)


class LiaisonOut(Schema):
    """`not_received_at`: the wait ended in silence, which is no consent."""

    id: int
    case: str = Field(validation_alias="case.number")
    number: str
    body: str
    addressee: str = Field(validation_alias="contact")
    points: str
    letter: str
    means: str
    drafted_by: str
    drafted_at: dt.datetime
    sent_by: str
    sent_at: dt.datetime | None
    submit_before: dt.datetime | None
    reminded_at: dt.datetime | None
    answered_at: dt.datetime | None
    answered_name: str
    finding: str
    answer: str
    answer_recorded_by: str
    not_received_at: dt.datetime | None


class LiaisonsOut(Schema):
    """`needed`: why the case asks for one, in a sentence; empty where it does not. `exempted`: why it needs none."""

    needed: str
    exempted: str | None
    items: list[LiaisonOut]


class SentOut(Schema):
    """`token` and `link` come this once: only a hash is kept. Null where nothing goes by link."""

    liaison: LiaisonOut
    token: str | None
    link: str | None


class ClueOut(Schema):
    """`signed` is null while a leader's word is awaited."""

    id: int
    case: str = Field(validation_alias="case.number")
    number: str
    body: str
    facts: str
    legal_ground: str
    proposed_by: str
    proposed_at: dt.datetime
    signed: bool | None
    signed_by: str
    signed_at: dt.datetime | None
    refused_why: str


class CluesOut(Schema):
    items: list[ClueOut]


@router.get("/cases/{number}/liaisons", response={200: LiaisonsOut, **READS})
def liaisons(request: HttpRequest, number: str) -> dict[str, Any]:
    """The letters of a case in the order in which they were drafted."""
    found = get_case(caller(request), number)
    exemption = getattr(found, "liaison_exemption", None)
    return {
        "needed": liaison.needs_liaison(found),
        "exempted": exemption.reason if exemption else None,
        "items": found.liaisons.all(),
    }


@router.post("/cases/{number}/liaisons", response={200: LiaisonOut, **NO})
def draft(request: HttpRequest, number: str, data: LiaisonIn) -> Liaison:
    """Drafts it; nothing leaves before `send`."""
    found = get_case(caller(request), number)
    return liaison.draft_liaison(found, data.body, data.addressee, data.points, data.letter, caller(request))


@router.post("/cases/{number}/exempt_liaison", response={200: Done, **NO})
def exempt(request: HttpRequest, number: str, data: ReasonIn) -> dict[str, str]:
    found = get_case(caller(request), number)
    liaison.exempt(found, data.reason, caller(request))
    return done(found)


@router.post("/liaisons/{pk}/send", response={200: SentOut, **NO})
def send(request: HttpRequest, pk: int, data: SendIn) -> dict[str, Any]:
    """Sent again after a silence it is a new letter with a number of its own."""
    row = _get_letter(caller(request), pk)
    token = liaison.send_liaison(row, data.means, caller(request))
    return {
        "liaison": _sent(row, token),
        "token": token,
        "link": request.build_absolute_uri(reverse("portal:liaison", args=[token])) if token else None,
    }


def _sent(row: Liaison, token: str | None) -> Liaison:
    found = liaison.open_liaison(token) if token else None
    if found is None and row.not_received_at is not None:
        found = row.case.liaisons.filter(body=row.body).last()
    return found or row.case.liaisons.get(pk=row.pk)


@router.post("/liaisons/{pk}/record_answer", response={200: LiaisonOut, **NO})
def record_answer(request: HttpRequest, pk: int, data: AnswerIn) -> Liaison:
    """An answer that came by phone, letter or in person."""
    row = _get_letter(caller(request), pk)
    liaison.record_answer(row, data.finding, data.name, data.text, caller(request))
    return Liaison.objects.select_related("case").get(pk=pk)


@router.get("/cases/{number}/clues", response={200: CluesOut, **READS})
def clues_of(request: HttpRequest, number: str) -> dict[str, Any]:
    """线索移交 of a case: proposed, signed or not."""
    found = get_case(caller(request), number)
    return {"items": found.clues.all()}


@router.post("/cases/{number}/clues", response={200: ClueOut, **NO})
def propose(request: HttpRequest, number: str, data: ClueIn) -> ClueHandover:
    found = get_case(caller(request), number)
    return actions_liaison.propose_clue(found, data.body, data.facts, data.legal_ground, caller(request))


@router.post("/clues/{pk}/sign", response={200: ClueOut, **NO})
def sign(request: HttpRequest, pk: int, data: LetterSignIn) -> ClueHandover:
    """A leader's word, never the proposer's own."""
    row = get_object_or_404(ClueHandover.objects.select_related("case"), pk=pk)
    get_case(caller(request), row.case.number)
    actions_liaison.sign_clue(row, data.sign, data.why, caller(request))
    return ClueHandover.objects.select_related("case").get(pk=pk)


def _get_letter(user: User, pk: int) -> Liaison:
    row = get_object_or_404(Liaison.objects.select_related("case"), pk=pk)
    row.case = get_case(user, row.case.number)
    return row
