"""The dialogue with the public over REST （四）: pages, consultations, requests, channels; never who asked."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema
from pydantic import Field

from huiying.api.bodies import (
    NO,
    READS,
    Body,
    DepartmentCode,
    Moment,
    Page,
    ReasonIn,
    asked_again,
    caller,
    department,
    or_404,
)
from huiying.foreseeing import actions as consulting, queries
from huiying.foreseeing.models import Consultation
from huiying.handling.access import get_case
from huiying.handling.actions.feedback import uphold
from huiying.kernel import clock
from huiying.listening import coverage
from huiying.people.models import User
from huiying.responding import pages as reading
from huiying.responding.actions import dialogue, pages
from huiying.responding.models import PersonalRequest, TopicPage

router = Router()
Title = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(min_length=1, max_length=20_000)]
Numbers = Annotated[list[Annotated[str, Field(max_length=30)]], Field(max_length=60)]
COUNTED = dt.timedelta(days=30)  # as the desk's page of channels counts


class DialogueDecideIn(Body):
    """`sha256`: of the text that was read; with another one nothing is decided."""

    agree: bool
    sha256: Annotated[str, Field(max_length=64)]
    comment: Annotated[str, Field(max_length=2000)] = ""


# --- pages that gather answers ----------------------------------------------------------------------------------------


class PageIn(Body):
    """`kind` counts for a new page; `proof` and `since` are asked of a clarification, `note` of what is public."""

    kind: Literal["hot", "faq", "clarified"] = "faq"
    title: Title
    asked: Text
    text: Text
    department: DepartmentCode
    topic: Annotated[str, Field(max_length=10)] = ""
    proof: Annotated[str, Field(max_length=5000)] = ""
    since: dt.date | None = None
    answers: Numbers = []
    note: Annotated[str, Field(max_length=500)] = ""


class PageDecideIn(DialogueDecideIn):
    """Both checks are the second person's own."""

    secrecy: bool = False
    personal_data: bool = False


class DialogueNoteIn(Body):
    note: Annotated[str, Field(min_length=1, max_length=500)]


class PageOut(Schema):
    """`sha256` is what a decision has to name; `decision` is of the newest text, "" while it waits."""

    id: int
    address: str
    kind: str
    title: str
    sha256: str
    decision: str
    published_at: dt.datetime | None
    withdrawn_at: dt.datetime | None


class PagesOut(Schema):
    count: int
    items: list[PageOut]


def _page_out(page: TopicPage) -> dict[str, Any]:
    page.refresh_from_db()
    row = reading.newest(page)
    return {
        "id": page.pk,
        "address": page.address,
        "kind": page.kind,
        "title": row.title if row else "",
        "sha256": row.manifest_sha256 if row else "",
        "decision": row.decision if row else "",
        "published_at": page.published_at,
        "withdrawn_at": page.withdrawn_at,
    }


def _page(user: User, pk: int) -> TopicPage:
    or_404(user, "page.view")
    return get_object_or_404(TopicPage.objects.select_related("department"), pk=pk)


def _page_told(data: PageIn) -> dict[str, Any]:
    return data.dict() | {"department": department(data.department, "department")}


@router.get("/pages", response={200: PagesOut, **READS})
def every_page(request: HttpRequest, page: Query[Page]) -> dict[str, Any]:
    """Hot topics, frequent questions, clarifications, the newest first (C4.4)."""
    or_404(caller(request), "page.view")
    rows = TopicPage.objects.order_by("-id")
    return {"count": rows.count(), "items": [_page_out(row) for row in rows[page.offset : page.offset + page.limit]]}


@router.post("/pages", response={200: PageOut, **NO})
def write_page(request: HttpRequest, data: PageIn) -> dict[str, Any]:
    or_404(caller(request), "page.view")
    return _page_out(pages.save_page(None, **_page_told(data), actor=caller(request)).page)


@router.post("/pages/{pk}", response={200: PageOut, **NO})
def rewrite_page(request: HttpRequest, pk: int, data: PageIn) -> dict[str, Any]:
    """Another text voids what waits for its second person; what is public stays until the next is approved."""
    found = _page(caller(request), pk)
    return _page_out(pages.save_page(found, **_page_told(data), actor=caller(request)).page)


@router.post("/pages/{pk}/propose", response={200: PageOut, **NO})
def propose_page(request: HttpRequest, pk: int) -> dict[str, Any]:
    found = _page(caller(request), pk)
    pages.propose_page(found, caller(request))
    return _page_out(found)


@router.post("/pages/{pk}/decide", response={200: PageOut, **NO})
def decide_page(request: HttpRequest, pk: int, data: PageDecideIn) -> dict[str, Any]:
    asked_again(request)
    found = _page(caller(request), pk)
    pages.decide_page(
        found, approve=data.agree, manifest_sha256=data.sha256, comment=data.comment, secrecy=data.secrecy,
        personal_data=data.personal_data, actor=caller(request),
    )  # fmt: skip
    return _page_out(found)


@router.post("/pages/{pk}/withdraw", response={200: PageOut, **NO})
def withdraw_page(request: HttpRequest, pk: int, data: DialogueNoteIn) -> dict[str, Any]:
    found = _page(caller(request), pk)
    pages.withdraw_page(found, data.note, caller(request))
    return _page_out(found)


# --- consultations ----------------------------------------------------------------------------------------------------


class DialogueQuestionIn(Body):
    text: Title
    options: Annotated[list[Title], Field(max_length=20)]


class ConsultationIn(Body):
    title: Title
    summary: Text
    text: Annotated[str, Field(min_length=1, max_length=200_000)]
    department: DepartmentCode
    closes_at: Moment
    topic: Annotated[str, Field(max_length=10)] = ""
    questions: Annotated[list[DialogueQuestionIn], Field(max_length=20)] = []


class GroupIn(Body):
    """What these opinions say, and what becomes of it. Each opinion is in one group; a later one takes it over."""

    opinions: Annotated[list[int], Field(min_length=1, max_length=1000)]
    summary: Annotated[str, Field(min_length=1, max_length=500)]
    decision: Literal["adopted", "partly", "not"]
    reason: Annotated[str, Field(min_length=1, max_length=5000)]


class DialogueWordsIn(Body):
    words: Text


class OpinionOut(Schema):
    """`text` is masked, and empty once its time is over. Nobody's name is kept."""

    id: int
    text: str
    group: int | None = Field(validation_alias="group_id")


class ConsultationOut(Schema):
    """`sha256` is what the decision that is due has to name: of the draft, or of the result."""

    id: int
    address: str
    state: str
    title: str
    closes_at: dt.datetime
    result_due_at: dt.datetime | None
    published_at: dt.datetime | None
    sha256: str
    opinions: list[OpinionOut]

    @staticmethod
    def resolve_sha256(row: Consultation) -> str:
        return row.result_sha256 if row.state == Consultation.RESULT else consulting.draft_sha256(row)


class ConsultationsOut(Schema):
    count: int
    items: list[ConsultationOut]


def _fresh(row: Consultation) -> Consultation:
    """The verb worked on its own, locked copy: what the database has now."""
    row.refresh_from_db()
    return row


def _consultation(user: User, pk: int) -> Consultation:
    or_404(user, "page.view")
    return get_object_or_404(Consultation.objects.select_related("department"), pk=pk)


def _consultation_told(data: ConsultationIn) -> dict[str, Any]:
    return data.dict() | {"department": department(data.department, "department")}


@router.get("/consultations", response={200: ConsultationsOut, **READS})
def consultations(request: HttpRequest, page: Query[Page]) -> dict[str, Any]:
    """All of them, the newest first (C4.2)."""
    or_404(caller(request), "page.view")
    rows = queries.staff_list(every=True)
    return page.of(rows)


@router.post("/consultations", response={200: ConsultationOut, **NO})
def write_consultation(request: HttpRequest, data: ConsultationIn) -> Consultation:
    or_404(caller(request), "page.view")
    made = consulting.save_consultation(None, **_consultation_told(data), actor=caller(request))
    return _fresh(made)


@router.post("/consultations/{pk}", response={200: ConsultationOut, **NO})
def rewrite_consultation(request: HttpRequest, pk: int, data: ConsultationIn) -> Consultation:
    """Only before it is open: people answer to what they read."""
    found = _consultation(caller(request), pk)
    return _fresh(consulting.save_consultation(found, **_consultation_told(data), actor=caller(request)))


@router.post("/consultations/{pk}/propose", response={200: ConsultationOut, **NO})
def propose_consultation(request: HttpRequest, pk: int) -> Consultation:
    found = _consultation(caller(request), pk)
    return _fresh(consulting.propose_consultation(found, caller(request)))


@router.post("/consultations/{pk}/decide", response={200: ConsultationOut, **NO})
def decide_consultation(request: HttpRequest, pk: int, data: DialogueDecideIn) -> Consultation:
    asked_again(request)
    found, who = _consultation(caller(request), pk), caller(request)
    told = {"approve": data.agree, "sha256": data.sha256, "comment": data.comment}
    return _fresh(consulting.decide_consultation(found, **told, actor=who))  # type: ignore[arg-type]


@router.post("/consultations/{pk}/drop", response={200: ConsultationOut, **NO})
def drop_consultation(request: HttpRequest, pk: int, data: ReasonIn) -> Consultation:
    found = _consultation(caller(request), pk)
    return _fresh(consulting.drop_consultation(found, data.reason, caller(request)))


@router.post("/consultations/{pk}/sort", response={200: ConsultationOut, **NO})
def sort_opinions(request: HttpRequest, pk: int, data: GroupIn) -> Consultation:
    found = _consultation(caller(request), pk)
    consulting.save_group(found, None, **data.dict(), actor=caller(request))
    return _fresh(found)


@router.post("/consultations/{pk}/propose-result", response={200: ConsultationOut, **NO})
def propose_result(request: HttpRequest, pk: int, data: DialogueWordsIn) -> Consultation:
    found = _consultation(caller(request), pk)
    return _fresh(consulting.propose_result(found, data.words, caller(request)))


@router.post("/consultations/{pk}/decide-result", response={200: ConsultationOut, **NO})
def decide_result(request: HttpRequest, pk: int, data: DialogueDecideIn) -> Consultation:
    asked_again(request)
    found, who = _consultation(caller(request), pk), caller(request)
    told = {"approve": data.agree, "sha256": data.sha256, "comment": data.comment}
    return _fresh(consulting.decide_result(found, **told, actor=who))  # type: ignore[arg-type]


# --- requests about personal data, channels, the asker's second word --------------------------------------------------


class RequestDecideIn(Body):
    """`purge` destroys the contact that was left with the message."""

    decision: Literal["granted", "partly", "refused"]
    reason: Annotated[str, Field(min_length=1, max_length=2000)]
    purge: bool = False


class RequestOut(Schema):
    id: int
    number: str
    kind: str
    text: str
    due_at: dt.datetime
    decision: str
    reason: str


class RequestsOut(Schema):
    count: int
    items: list[RequestOut]


class ChannelOut(Schema):
    """A registered channel (`registered` false: something came over one that nobody registered); counts of 30 days."""

    code: str
    registered: bool
    total: int
    lately: int
    in_ledger: int
    last_at: dt.datetime | None
    state: str

    @staticmethod
    def resolve_registered(row: coverage.Flow) -> bool:
        return row.inlet is not None


class UpheldOut(Schema):
    """How many askers were told that the answer stands."""

    upheld: int


@router.get("/requests", response={200: RequestsOut, **READS})
def personal_requests(request: HttpRequest, page: Query[Page]) -> dict[str, Any]:
    """Corrections and deletions that people ask for (§6.2), what is open first."""
    or_404(caller(request), "personal_request.view")
    rows = PersonalRequest.objects.order_by("decided_at", "due_at", "id")
    return page.of(rows)


@router.post("/requests/{pk}/decide", response={200: RequestOut, **NO})
def decide_request(request: HttpRequest, pk: int, data: RequestDecideIn) -> PersonalRequest:
    or_404(caller(request), "personal_request.view")
    row = get_object_or_404(PersonalRequest, pk=pk)
    dialogue.decide_request(row, data.decision, data.reason, data.purge, caller(request))
    row.refresh_from_db()
    return row


@router.get("/channels", response={200: list[ChannelOut], **READS})
def channels(request: HttpRequest) -> list[coverage.Flow]:
    """The bureau's channels, and whether what came over each reached the ledger (C4.1)."""
    or_404(caller(request), "channels.view")
    return coverage.inlet_flows(clock.now() - COUNTED)


@router.post("/cases/{number}/uphold", response={200: UpheldOut, **NO})
def uphold_answer(request: HttpRequest, number: str, data: ReasonIn) -> dict[str, Any]:
    """维持原答复: what was asked again brought nothing new (C4.3)."""
    case = get_case(caller(request), number)
    return {"upheld": uphold(case, data.reason, caller(request))}
