"""Drafts over REST: templates, sentences, hints, the holding statement, confirmation, review （八）（九）.

The same gates and verbs as the desk. The proof of a confirmation is uploaded there; here its words are written down.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import Field

from huiying.api.bodies import NO, READS, Body, Code, Rendition, Unreadable, asked_again, caller, or_404
from huiying.handling.access import get_case
from huiying.handling.models import Case
from huiying.people.queries import standing
from huiying.responding import actions, queries, templates, tone
from huiying.responding.actions.confirming import heard_after, record_confirmation
from huiying.responding.actions.drafting import HOLDING_CHARS, hold_statement
from huiying.responding.models import Authorisation, BodyConfirmation, Publication, ReviewRound, ReviewStep, Revision
from huiying.responding.readiness import open_blanks, why_not_submit
from huiying.responding.templates import suggestions

router = Router()


class DraftIn(Body):
    """`renditions`: account code or form of answer → text. `quotes`: the version of the facts that the writer saw, null
    for the newest. `corrects`: id of the publication that a correction or a withdrawal is about. `speaker`: id of an
    authorisation of this case. Left out, the lead department speaks and the stage is the usual one.
    """

    title: str = Field(min_length=1, max_length=200)
    question: str = Field(min_length=1, max_length=20000)
    facts: str = Field(min_length=1, max_length=20000)
    renditions: dict[Code, Rendition] = Field(min_length=1, max_length=40)
    basis: str = Field(min_length=1, max_length=4000)
    bodies: list[Annotated[str, Field(max_length=100)]] = Field(default=[], max_length=50)
    quotes: int | None = Field(default=None, ge=0)
    stage: Literal["", "first", "follow_up", "final", "correction", "withdrawal"] = ""
    corrects: int | None = None
    correction_note: str = Field(default="", max_length=500)
    redacts: bool = False
    openness: Literal["open", "partly"] = "open"
    openness_ground: str = Field(default="", max_length=60)
    openness_left_out: str = Field(default="", max_length=500)
    openness_review_on: dt.date | None = None
    statutory: list[Annotated[str, Field(max_length=60)]] = Field(default=[], max_length=20)
    speaker: int | None = None
    department: str = Field(default="", max_length=60)
    template: str = Field(default="", max_length=60)


class DraftHoldIn(Body):
    """Without `channels` every open account of ours; without `texts` the template's words."""

    channels: list[Code] | None = Field(default=None, max_length=20)
    texts: dict[Code, Annotated[str, Field(max_length=HOLDING_CHARS)]] = Field(default={}, max_length=20)


class ConfirmationIn(Body):
    """`after`: id of a confirmation that a leader did not wait for, which is heard after all; its body counts then."""

    body: str = Field(default="", max_length=100)
    answer: Literal["agree", "amend", "object"]
    name: str = Field(min_length=1, max_length=100)
    means: Literal["phone", "letter", "visit"]
    comment: str = Field(min_length=4, max_length=2000)
    after: int | None = None


class DraftDecisionIn(Body):
    """`manifest_sha256`: of the text that the reviewer has read. A return needs a comment."""

    approve: bool
    manifest_sha256: str = Field(min_length=64, max_length=64)
    comment: str = Field(default="", max_length=2000)
    secrecy: bool = False
    personal_data: bool = False


class TemplateOut(Schema):
    """`blanks`: names that stand in 【请填：…】. `by` is empty for a built-in one."""

    code: str
    title: str
    text: str
    stage: str
    levels: list[str]
    concerns: list[str]
    about: list[str]
    channels: list[str]
    blanks: list[str]
    by: str

    @staticmethod
    def resolve_blanks(row: templates.Template) -> list[str]:
        return open_blanks(row.text)


class TemplatesOut(Schema):
    items: list[TemplateOut]


class PickedOut(Schema):
    """`text` with the blanks filled that the case has words for; `open` are those that nobody knows yet."""

    code: str
    title: str
    reason: str
    text: str
    open: list[str]


class PickedListOut(Schema):
    items: list[PickedOut]


class DraftSuggestionOut(Schema):
    text: str
    source: str
    link: str


class DraftSuggestionsOut(Schema):
    items: list[DraftSuggestionOut]


class HintOut(Schema):
    """`where` is the code of a rendition, empty for the whole."""

    where: str
    code: str
    what: str
    how: str
    quote: str


class ReadingOut(Schema):
    sentences: int
    average: int
    longest: int
    word: str


class HintsOut(Schema):
    """`missing`: why it cannot be sent to review; the hints never stand in the way."""

    revision: int
    missing: list[str]
    readings: dict[str, ReadingOut]
    items: list[HintOut]


class RevisionOut(Schema):
    number: int
    stage: str
    manifest_sha256: str
    fact_sheet: int
    bodies: list[str]
    drafter: str
    at: dt.datetime


class StepOut(Schema):
    id: int
    role: str
    position: int
    checks: list[str]
    due_at: dt.datetime | None
    decision: str
    decided_by: str


class RoundOut(Schema):
    id: int
    track: str
    state: str
    manifest_sha256: str
    steps: list[StepOut]


class RoundsOut(Schema):
    items: list[RoundOut]


class ConfirmationOut(Schema):
    """`overridden_at`: a leader went on without it; `heard` tells whether it was heard afterwards."""

    id: int
    body: str
    means: str
    asked_at: dt.datetime
    submit_before: dt.datetime
    answer: str
    answered_name: str
    answered_at: dt.datetime | None
    comment: str
    not_received_at: dt.datetime | None
    overridden_at: dt.datetime | None
    post_hoc_due_at: dt.datetime | None
    heard: bool | None

    @staticmethod
    def resolve_heard(row: BodyConfirmation) -> bool | None:
        return None if row.overridden_at is None else heard_after(row) is not None


class ConfirmationsOut(Schema):
    items: list[ConfirmationOut]


@router.get("/templates", response={200: TemplatesOut, **READS})
def all_templates(request: HttpRequest) -> dict[str, Any]:
    or_404(caller(request), "board.view")
    return {"items": templates.all_templates(standing(caller(request)).regulation)}


@router.get("/cases/{number}/templates", response={200: PickedListOut, **READS})
def templates_for(request: HttpRequest, number: str, target: Code = "portal", stage: Code = "first") -> dict[str, Any]:
    """Those that fit the case, a place and a stage, the most exact first, filled from the case."""
    found = get_case(caller(request), number)
    if stage not in STAGES:
        raise Unreadable("stage", _("没有这样的发布阶段。"))
    known = templates.CaseValues(found)
    items = []
    for one in templates.pick(found, stage, target):
        text = templates.fill(one.template.text, found, known)
        items.append(
            {
                "code": one.template.code,
                "title": one.template.title,
                "reason": one.reason,
                "text": text,
                "open": open_blanks(text),
            }
        )
    return {"items": items}


STAGES = ("holding", "first", "follow_up", "final", "correction", "withdrawal")


@router.get("/cases/{number}/suggestions", response={200: DraftSuggestionsOut, **READS})
def suggested(request: HttpRequest, number: str) -> dict[str, Any]:
    """Sentences out of the case's own record, each with where it comes from."""
    return {"items": suggestions(get_case(caller(request), number))}


@router.get("/cases/{number}/hints", response={200: HintsOut, **READS})
def hints(request: HttpRequest, number: str) -> dict[str, Any]:
    """About the current draft. 404 where there is none."""
    found = get_case(caller(request), number)
    revision = queries.current_revision(found)
    if revision is None:
        raise Http404
    return {
        "revision": revision.number,
        "missing": why_not_submit(found, revision),
        "readings": {code: tone.reading(text) for code, text in revision.renditions.items()},
        "items": tone.hints(found, revision),
    }


@router.post("/cases/{number}/draft", response={200: RevisionOut, **NO})
def save_draft(request: HttpRequest, number: str, data: DraftIn) -> Revision:
    """The same text again gives the same revision and voids nothing."""
    found = get_case(caller(request), number)
    told = data.dict()
    told["corrects"] = _published(found, data.corrects)
    told["speaker"] = _speaker(found, data.speaker)
    return actions.save_revision(found, **told, actor=caller(request))


def _published(case: Case, pk: int | None) -> Publication | None:
    if pk is None:
        return None
    row = Publication.objects.filter(case=case, pk=pk).first()
    if row is None:
        raise Unreadable("corrects", _("请选择更正或撤回的是哪一份已发布的答复。"))
    return row


def _speaker(case: Case, pk: int | None) -> Authorisation | None:
    if pk is None:
        return None
    row = Authorisation.objects.filter(case=case, pk=pk).first()
    if row is None:
        raise Unreadable("speaker", _("此件没有这一份发言人授权。"))
    return row


@router.post("/cases/{number}/hold_statement", response={200: RoundOut, **NO})
def hold(request: HttpRequest, number: str, data: DraftHoldIn) -> ReviewRound:
    """「正在核实」: saved and sent to review in one act."""
    found = get_case(caller(request), number)
    return hold_statement(found, caller(request), data.channels, data.texts)


@router.get("/cases/{number}/rounds", response={200: RoundsOut, **READS})
def rounds(request: HttpRequest, number: str) -> dict[str, Any]:
    """Every review of the case, the newest first, step by step."""
    found = get_case(caller(request), number)
    rows = found.rounds.prefetch_related("steps").order_by("-id")
    return {"items": rows}


@router.post("/steps/{pk}/decide", response={200: StepOut, **NO})
def decide(request: HttpRequest, pk: int, data: DraftDecisionIn) -> ReviewStep:
    """Approve, or send back with a reason; the hash must be that of the text under review (INV-4)."""
    asked_again(request)
    step = get_object_or_404(ReviewStep.objects.select_related("round__case"), pk=pk)
    get_case(caller(request), step.round.case.number)
    return actions.decide_step(step, **data.dict(), actor=caller(request))


@router.get("/cases/{number}/confirmations", response={200: ConfirmationsOut, **READS})
def confirmations(request: HttpRequest, number: str) -> dict[str, Any]:
    """沟通确认 of every text of the case. Silence is recorded and is never consent (C8.4)."""
    found = get_case(caller(request), number)
    return {"items": found.confirmations.order_by("id")}


@router.post("/cases/{number}/record_confirmation", response={200: ConfirmationOut, **NO})
def confirm(request: HttpRequest, number: str, data: ConfirmationIn) -> BodyConfirmation:
    """A body answered by phone, letter or in person."""
    found = get_case(caller(request), number)
    after = BodyConfirmation.objects.select_related("revision").filter(case=found, pk=data.after or 0).first()
    if data.after is not None and after is None:
        raise Unreadable("after", _("此件没有这一条沟通确认。"))
    told = (data.answer, data.name, data.means, data.comment, None)
    return record_confirmation(found, data.body, *told, caller(request), after)
