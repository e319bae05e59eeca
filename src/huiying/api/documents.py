"""Documents over REST （六）C6.9 C6.10: lists, content, files, signing, addenda, circulation and 批示."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Query, Router, Schema
from pydantic import Field

from huiying.api.bodies import NO, READS, Body, Moment, Page, Username, asked_again, caller, or_404, person
from huiying.documents import actions, queries
from huiying.documents.access import documents_for, get_document, get_instruction
from huiying.documents.actions import issued, issuing
from huiying.documents.models import IssuedDocument, Withdrawal
from huiying.handling.access import get_case
from huiying.paper.document import to_text
from huiying.paper.docx import to_docx
from huiying.paper.pdf import to_pdf
from huiying.people import access_log
from huiying.people.errors import Refused
from huiying.regulation.errors import UsageError

router = Router()
Text = Annotated[str, Field(min_length=1, max_length=2000)]
CaseKind = Literal["report", "quick", "follow", "final", "feedback", "pack"]
ObjectKind = Literal[
    "slip", "approval", "letter", "warning", "minutes", "handover", "supervision", "criticism", "talk", "referral",
    "risk",
]  # fmt: skip
TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "txt": "text/plain; charset=utf-8",
}


class KindPage(Page):
    """`kind` is a kind's code; empty for all."""

    kind: str = Field("", max_length=16, pattern="^[a-z]*$")


class DocumentSignIn(Body):
    """`sha256`: of the document that was read; with another one nothing is signed."""

    place: Annotated[str, Field(min_length=1, max_length=40)]
    sha256: Annotated[str, Field(max_length=64)]


class DocumentTextIn(Body):
    text: Text


class CirculateIn(Body):
    people: Annotated[list[Username], Field(min_length=1, max_length=200)]


class WithdrawIn(Body):
    """`replaced_by`: number of a later report of the same case, empty where none stands for it."""

    reason: Text
    replaced_by: Annotated[str, Field(max_length=60)] = ""


class InstructIn(Body):
    words: Text
    leader: Username
    owner: Username
    due_at: Moment


class CloseIn(Body):
    done: bool
    comment: Annotated[str, Field(max_length=2000)] = ""


class CaseDocumentIn(Body):
    """`judgement`, `advice` and `to` count for a special report; a line is a sentence."""

    kind: CaseKind
    judgement: Annotated[str, Field(max_length=2000)] = ""
    advice: Annotated[str, Field(max_length=2000)] = ""
    to: Annotated[str, Field(max_length=200)] = ""


class ObjectDocumentIn(Body):
    kind: ObjectKind
    ref: int


class PeriodIn(Body):
    """2026, 2026Q3 or 2026-09."""

    period: Annotated[str, Field(max_length=10)]


class SignatureOut(Schema):
    place: str
    by: str
    at: dt.datetime


class WithdrawnOut(Schema):
    """`replaced_by`: the number of the report that stands for it; empty where none does."""

    reason: str
    replaced_by: str
    by: str
    at: dt.datetime

    @staticmethod
    def resolve_replaced_by(gone: Withdrawal) -> str:
        return gone.replaced_by.number if gone.replaced_by is not None else ""


class InstructionOut(Schema):
    id: int
    leader: str
    words: str
    owner_name: str
    due_at: dt.datetime
    state: str
    result: str


class DocumentOut(Schema):
    """`sha256` is of the canonical JSON of the content; `figures` stand in the record beside it."""

    id: int
    kind: str
    number: str
    title: str
    subject: str
    cut_off: dt.datetime
    sha256: str
    prev_sha256: str
    issued_by: str
    issued_at: dt.datetime
    signatures: list[SignatureOut]


class WholeOut(DocumentOut):
    figures: dict[str, Any] = Field(validation_alias="told")
    content: dict[str, Any] = Field(validation_alias="data")
    addenda: list[str]
    read_by: list[str]
    instructions: list[InstructionOut]
    withdrawn: WithdrawnOut | None

    @staticmethod
    def resolve_addenda(row: IssuedDocument) -> list[str]:
        return [one.text for one in row.addenda.all()]

    @staticmethod
    def resolve_read_by(row: IssuedDocument) -> list[str]:
        return [one.name for one in row.circulations.all() if one.read_at]


class DocumentsOut(Schema):
    count: int
    items: list[DocumentOut]


@router.get("/documents", response={200: DocumentsOut, **READS})
def documents(request: HttpRequest, page: Query[KindPage]) -> dict[str, Any]:
    """The documents that the caller may see, newest first."""
    or_404(caller(request), "document.list")
    rows = documents_for(caller(request))
    if page.kind:
        rows = rows.filter(kind=page.kind)
    return page.of(rows)


@router.get("/documents/{pk}", response={200: WholeOut, **READS})
def document(request: HttpRequest, pk: int) -> IssuedDocument:
    """One document with its content, its figures, and what came after it."""
    return get_document(caller(request), pk)


@router.get("/documents/{pk}/file/{ending}", response={**NO})
def file(request: HttpRequest, pk: int, ending: Literal["pdf", "docx", "txt"]) -> HttpResponse:
    """The document as a file: the same bytes as on the desk."""
    row = get_document(caller(request), pk)
    asked_again(request)
    access_log.note_taken(caller(request), f"document:{row.number}", ending, row.kind)
    address = request.build_absolute_uri(reverse("portal:verify", args=[row.sha256]))
    made, stamp = queries.document_of(row), queries.stamp_of(row, address)
    content: bytes | str = to_text(made, stamp)
    if ending != "txt":
        content = to_pdf(made, stamp) if ending == "pdf" else to_docx(made, stamp)
    response = HttpResponse(content, content_type=TYPES[ending])
    response.headers["Cache-Control"] = "private, no-store"
    return response


@router.post("/documents", response={200: WholeOut, **NO})
def issue(request: HttpRequest, data: ObjectDocumentIn) -> IssuedDocument:
    """Put one row on paper: a slip, a letter, minutes, a warning, a hand-over; a measure, an assessment of risk."""
    user, case = caller(request), issuing.case_of(data.kind, data.ref)
    if case is not None:
        get_case(user, case.number)
    elif not issuing.may_know(data.kind, data.ref, user):
        raise Http404
    try:
        return get_document(user, issuing.issue_of_object(data.kind, data.ref, user).pk)
    except Refused as refused:
        if refused.code == "unknown_object":
            raise Http404 from refused
        raise


@router.post("/conformance/documents", response={200: WholeOut, **NO})
def issue_conformance(request: HttpRequest, data: PeriodIn) -> IssuedDocument:
    """制度落实情况表 of a period as of now, for the inspector."""
    or_404(caller(request), "conformance.view")
    try:
        return get_document(caller(request), issuing.issue_conformance(data.period, caller(request)).pk)
    except UsageError as error:
        raise Http404 from error


@router.post("/cases/{number}/documents", response={200: WholeOut, **NO})
def issue_of_case(request: HttpRequest, number: str, data: CaseDocumentIn) -> IssuedDocument:
    """专报, 快报, 续报, 终报, 反馈单 or 证据包 of a case as it stands now."""
    user = caller(request)
    case = get_case(user, number)
    if data.kind == "report":
        made = issuing.issue_special_report(
            case, user, judgement=data.judgement, advice=data.advice, to=data.to
        )  # fmt: skip
    else:
        made = issuing.issue_of_case(data.kind, case, user)
    return get_document(user, made.pk)


@router.post("/documents/{pk}/sign", response={200: WholeOut, **NO})
def sign(request: HttpRequest, pk: int, data: DocumentSignIn) -> IssuedDocument:
    """Each place by somebody who may, no person twice (C6.9)."""
    actions.sign(get_document(caller(request), pk), data.place, data.sha256, caller(request))
    return get_document(caller(request), pk)


@router.post("/documents/{pk}/addenda", response={200: WholeOut, **NO})
def addend(request: HttpRequest, pk: int, data: DocumentTextIn) -> IssuedDocument:
    """The document itself is never edited (C6.9)."""
    actions.addend(get_document(caller(request), pk), data.text, caller(request))
    return get_document(caller(request), pk)


@router.post("/documents/{pk}/withdraw", response={200: WholeOut, **NO})
def withdraw(request: HttpRequest, pk: int, data: WithdrawIn) -> IssuedDocument:
    """A special report by decision of another person: it stays and is marked (C6.10)."""
    row = get_document(caller(request), pk)
    instead = next((one for one in issued.later_ones(row) if one.number == data.replaced_by), None)
    if data.replaced_by and instead is None:
        raise Http404
    issued.withdraw(row, reason=data.reason, replaced_by=instead, actor=caller(request))
    return get_document(caller(request), pk)


@router.post("/documents/{pk}/circulate", response={200: WholeOut, **NO})
def circulate(request: HttpRequest, pk: int, data: CirculateIn) -> IssuedDocument:
    """传阅, by user names; whoever has it already does not get it twice."""
    row = get_document(caller(request), pk)
    actions.circulate(row, [person(name, "people") for name in data.people], caller(request))
    return get_document(caller(request), pk)


@router.post("/documents/{pk}/read", response={200: WholeOut, **NO})
def read(request: HttpRequest, pk: int) -> IssuedDocument:
    """已阅, by whom it was sent to."""
    actions.read(get_document(caller(request), pk), caller(request))
    return get_document(caller(request), pk)


@router.post("/documents/{pk}/instructions", response={200: WholeOut, **NO})
def instruct(request: HttpRequest, pk: int, data: InstructIn) -> IssuedDocument:
    """批示, with its owner and its date from the start (C6.10)."""
    row = get_document(caller(request), pk)
    leader, owner = person(data.leader, "leader"), person(data.owner, "owner")
    actions.instruct(row, words=data.words, leader=leader, owner=owner, due_at=data.due_at, actor=caller(request))
    return get_document(caller(request), pk)


@router.post("/documents/{pk}/instructions/{row}/report", response={200: WholeOut, **NO})
def report_instruction(request: HttpRequest, pk: int, row: int, data: DocumentTextIn) -> IssuedDocument:
    """What came of it, by its owner or the office."""
    found = get_instruction(caller(request), get_document(caller(request), pk), row)
    actions.report_instruction(found, data.text, caller(request))
    return get_document(caller(request), pk)


@router.post("/documents/{pk}/instructions/{row}/close", response={200: WholeOut, **NO})
def close_instruction(request: HttpRequest, pk: int, row: int, data: CloseIn) -> IssuedDocument:
    """办结认定 by another person than who reported, or back to the owner."""
    found = get_instruction(caller(request), get_document(caller(request), pk), row)
    actions.close_instruction(found, done=data.done, comment=data.comment, actor=caller(request))
    return get_document(caller(request), pk)
