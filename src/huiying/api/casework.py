"""The work on a case over REST: facts, tasks, the room, feedback, acts of its level, splitting (C2.2, C6.13, C7)."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from huiying.api.bodies import (
    NO,
    READS,
    Body,
    DepartmentCode,
    Done,
    LabelIn,
    Moment,
    Page,
    Problem,
    Problems,
    Reason,
    ReasonIn,
    Unreadable,
    Username,
    caller,
    department,
    done,
    person,
)
from huiying.api.tasks import TaskOut
from huiying.handling import required as level
from huiying.handling.access import get_case
from huiying.handling.actions import feedback, relating, routing, sensitive, tasks, work
from huiying.handling.models import Case, FactSheet, Feedback, Note, Task
from huiying.kernel.masking import mask_personal
from huiying.listening.models import Post

router = Router()


class KeysIn(Body):
    """The regulation's own codes; empty where it is not known (C7.1)."""

    category: str = Field(default="", max_length=10)
    nature: str = Field(default="", max_length=20)
    trade: str = Field(default="", max_length=10)


class FactsIn(Body):
    """`based_on`: the version that the writer saw, 0 for none. From the second version on with a `reason`."""

    text: str = Field(min_length=1, max_length=20000)
    based_on: int = Field(ge=0)
    reason: str = Field(default="", max_length=300)


class TaskIn(Body):
    """A decision of a meeting is made by its minutes."""

    kind: Literal["matter", "rectify", "help"]
    title: str = Field(min_length=1, max_length=300)
    department: DepartmentCode
    owner: Username
    due_at: Moment
    deliverable: str = Field(default="", max_length=300)


class SayIn(Body):
    """`@` before a name calls that person."""

    text: str = Field(min_length=1, max_length=work.LONGEST)


class FeedbackIn(Body):
    """`to` and `name` as GET …/feedback lists who waits."""

    to: Literal["asker", "reporter", "office", "leader"]
    name: str = Field(min_length=1, max_length=100)
    means: Literal["phone", "counter", "letter"]
    text: str = Field(min_length=1, max_length=2000)


class RecurrenceIn(Body):
    earlier: str = Field(min_length=1, max_length=30)
    reason: str = Field(min_length=1, max_length=300)


class ActIn(Body):
    kind: Literal["rescan", "special_report", "review"]
    note: str = Field(min_length=1, max_length=4000)


class SplitIn(Body):
    """`posts`: ids of GET …/posts."""

    posts: list[int] = Field(min_length=1, max_length=2000)
    title: str = Field(min_length=1, max_length=200)
    reason: Reason


class FactSheetOut(Schema):
    version: int
    text: str
    reason: str
    by: str
    department: str
    at: dt.datetime


class FactsOut(Schema):
    """`current` is the only version that may be quoted; `items` come newest first."""

    current: int | None
    items: list[FactSheetOut]


class TasksOut(Schema):
    items: list[TaskOut]


class CaseNoteOut(Schema):
    text: str
    mentions: list[str]
    by: str
    department: str
    at: dt.datetime


class SlipOut(Schema):
    """`elements`: what is known of each element of the regulation, or why it is not."""

    number: str
    department: str = Field(validation_alias="assignment.department.code")
    joint: list[str]
    elements: dict[str, dict[str, str]]
    requirements: str
    due_at: dt.datetime | None
    issued_by: str
    issued_at: dt.datetime


class SlipsOut(Schema):
    items: list[SlipOut]


class RequiredOut(Schema):
    name: str
    words: str
    state: str
    due_at: dt.datetime | None
    detail: str
    basis: str


class RequiredListOut(Schema):
    items: list[RequiredOut]


class DueOut(Schema):
    """`means` is empty where somebody has to be told by hand."""

    to: str
    name: str
    means: str
    done: bool


class GivenOut(Schema):
    to: str
    name: str
    means: str
    text: str
    by: str
    at: dt.datetime


class FeedbackOut(Schema):
    due: list[DueOut]
    given: list[GivenOut]


class CasePostOut(Schema):
    id: int
    platform: str
    published_at: dt.datetime | None
    received_at: dt.datetime
    text: str

    @staticmethod
    def resolve_text(row: Post) -> str:
        return mask_personal(row.text or row.title).text


class CasePostsOut(Schema):
    count: int
    items: list[CasePostOut]


@router.post("/cases/{number}/set_keys", response={200: Done, **NO})
def set_keys(request: HttpRequest, number: str, data: KeysIn) -> dict[str, str]:
    found = get_case(caller(request), number)
    routing.set_keys(found, data.category, data.nature, data.trade, caller(request))
    return done(found)


@router.get("/cases/{number}/facts", response={200: FactsOut, **READS})
def facts_of(request: HttpRequest, number: str) -> dict[str, Any]:
    """口径: every version, the newest first (C7.4)."""
    found = get_case(caller(request), number)
    rows = list(found.fact_sheets.order_by("-version"))
    return {"current": rows[0].version if rows else None, "items": rows}


@router.post("/cases/{number}/agree_facts", response={200: FactSheetOut, **NO})
def agree_facts(request: HttpRequest, number: str, data: FactsIn) -> FactSheet:
    found = get_case(caller(request), number)
    return work.agree_facts(found, data.text, data.based_on, data.reason, caller(request))


@router.get("/cases/{number}/tasks", response={200: TasksOut, **READS})
def tasks_of(request: HttpRequest, number: str) -> dict[str, Any]:
    """Every task of the case, open or over, by its date."""
    found = get_case(caller(request), number)
    rows = found.tasks.select_related("case", "department", "owner", "meeting")
    return {"items": rows}


@router.post("/cases/{number}/tasks", response={200: TaskOut, **NO})
def make_task(request: HttpRequest, number: str, data: TaskIn) -> Task:
    found = get_case(caller(request), number)
    return tasks.make_task(
        found,
        data.kind,
        data.title,
        department(data.department, "department"),
        person(data.owner, "owner"),
        data.due_at,
        caller(request),
        deliverable=data.deliverable,
    )


@router.post("/cases/{number}/say", response={200: CaseNoteOut, **NO})
def say(request: HttpRequest, number: str, data: SayIn) -> Note:
    found = get_case(caller(request), number)
    return work.say(found, data.text, caller(request))


@router.get("/cases/{number}/slips", response={200: SlipsOut, **READS})
def slips(request: HttpRequest, number: str) -> dict[str, Any]:
    """转办单 in the order in which they were issued (C10.5)."""
    found = get_case(caller(request), number)
    return {"items": found.slips.select_related("assignment__department")}


@router.get("/cases/{number}/required", response={200: RequiredListOut, **READS})
def required(request: HttpRequest, number: str) -> dict[str, Any]:
    """What the level asks for and how far each is (§4.3)."""
    found = get_case(caller(request), number)
    return {"items": level.required_acts(found)}


@router.get("/cases/{number}/feedback", response={200: FeedbackOut, **READS})
def feedback_of(request: HttpRequest, number: str) -> dict[str, Any]:
    """Who is to be told and who was (C6.13). A citizen is the number of a message."""
    found = get_case(caller(request), number)
    return {"due": feedback.feedback_due(found), "given": found.feedback.all()}


@router.post("/cases/{number}/feedback", response={200: GivenOut, **NO})
def give_feedback(request: HttpRequest, number: str, data: FeedbackIn) -> Feedback:
    found = get_case(caller(request), number)
    return feedback.give_feedback(found, data.to, data.name, data.means, data.text, caller(request))


@router.post("/cases/{number}/recurrence", response={200: Done, **NO})
def link_recurrence(request: HttpRequest, number: str, data: RecurrenceIn) -> dict[str, str]:
    """同源复发 (C2.2). An earlier case that the caller may not see does not exist for them."""
    found = get_case(caller(request), number)
    try:
        earlier = get_case(caller(request), data.earlier)
    except Http404:
        raise Unreadable("earlier", _("没有编号为“%(number)s”的办件，请核对。") % {"number": data.earlier}) from None
    relating.link_recurrence(found, earlier, data.reason, caller(request))
    return done(found)


@router.post("/cases/{number}/label", response={200: Done, **NO})
def label(request: HttpRequest, number: str, data: LabelIn) -> dict[str, str]:
    """标为敏感, at once. The caller may be one of those who then see no more of the case."""
    found = get_case(caller(request), number)
    sensitive.label(found, data.kind, data.reason, caller(request))
    return done(found)


@router.post("/cases/{number}/unlabel", response={200: Done, **NO})
def unlabel(request: HttpRequest, number: str, data: ReasonIn) -> dict[str, str]:
    """取消敏感: never by whoever set it."""
    found = get_case(caller(request), number)
    sensitive.unlabel(found, data.reason, caller(request))
    return done(found)


@router.post("/cases/{number}/note_act", response={200: Done, **NO})
def note_act(request: HttpRequest, number: str, data: ActIn) -> dict[str, str]:
    found = get_case(caller(request), number)
    work.note_act(found, data.kind, data.note, caller(request))
    return done(found)


@router.get("/cases/{number}/posts", response={200: CasePostsOut, 401: Problem, 404: Problem, 422: Problems})
def posts(request: HttpRequest, number: str, page: Query[Page]) -> dict[str, Any]:
    """What of the case can be split off: where and when it stood, and its words with personal data masked (§6.2)."""
    found = relating.posts_to_split(get_case(caller(request), number))
    return {"count": len(found), "items": found[page.offset : page.offset + page.limit]}


@router.post("/cases/{number}/split", response={200: Done, **NO})
def split(request: HttpRequest, number: str, data: SplitIn) -> dict[str, str]:
    """Answers with the new case."""
    found = get_case(caller(request), number)
    return done(relating.split_case(found, data.posts, data.title, data.reason, caller(request)))


@router.post("/cases/{number}/unmerge", response={200: Done, **NO})
def unmerge(request: HttpRequest, number: str, data: ReasonIn) -> dict[str, str]:
    found: Case = get_case(caller(request), number)
    relating.unmerge_cases(found, data.reason, caller(request))
    return done(found)
