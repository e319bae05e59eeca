"""What the API is told and says of forms of answer, speakers, media and filings; no field names a journalist."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from ninja import Schema
from pydantic import Field

from huiying.api.bodies import Body, Moment, Username
from huiying.handling.models import Case
from huiying.people.models import Spokesperson
from huiying.responding import forms_of_answer
from huiying.responding.actions.forms import MOST_QUESTIONS
from huiying.responding.forms_of_answer import is_valid
from huiying.responding.models import (
    Authorisation,
    ExpertExplanation,
    Interview,
    MediaInquiry,
    PressConference,
    StatutoryFiling,
)

_EXPERT = ("name", "field", "employer", "topic", "conflict_free", "conflict_statement", "conflict_checked_by")
_CONFERENCE = (
    "topic", "starts_at", "place", "plan", "media", "prepared", "state", "held_at", "transcript", "cancelled_why",
)  # fmt: skip
_INTERVIEW = ("outlet", "outline", "outline_reviewed", "reviewed_by", "review_comment")
_INQUIRY = ("outlet", "question", "asked_at", "recorded_at", "answered_at", "answered_by", "answer")
_FILING = ("channel", "reference", "filed_at", "answered_at", "answer_reference", "answered_by")


class SpeakerIn(Body):
    """`person`: a user name. `trained_on` may be left out."""

    person: Username
    scope: str = Field(min_length=1, max_length=300)
    deputy: bool = False
    trained_on: dt.date | None = None


class TrainIn(Body):
    trained_on: dt.date


class FormLetSpeakIn(Body):
    """`speaker`: id of an entry of GET /speakers."""

    speaker: int = Field(ge=1, le=2**62)
    statement: str = Field(min_length=1, max_length=300)


class FormWhyIn(Body):
    why: str = Field(min_length=1, max_length=300)


class ExpertIn(Body):
    name: str = Field(min_length=1, max_length=60)
    field: str = Field(min_length=1, max_length=100)
    employer: str = Field(min_length=1, max_length=100)
    topic: str = Field(min_length=1, max_length=300)


class ConflictIn(Body):
    free: bool
    statement: str = Field(min_length=1, max_length=2000)


class ConferenceIn(Body):
    """`speaker`: id of an authorisation for this case. `media`: outlets only."""

    topic: str = Field(min_length=1, max_length=300)
    starts_at: Moment
    place: str = Field(min_length=1, max_length=200)
    speaker: int | None = Field(default=None, ge=1, le=2**62)
    media: list[Annotated[str, Field(max_length=forms_of_answer.LONGEST)]] = Field(default_factory=list, max_length=200)
    plan: str = Field(default="", max_length=20000)


class FormQuestionIn(Body):
    question: str = Field(min_length=1, max_length=500)
    answer: str = Field(min_length=1, max_length=4000)


class PrepareIn(Body):
    items: list[FormQuestionIn] = Field(max_length=MOST_QUESTIONS)


class InterviewIn(Body):
    """`speaker`: id of an authorisation for this case; left out, the department that handles the matter speaks."""

    outlet: str = Field(min_length=1, max_length=60)
    outline: str = Field(min_length=1, max_length=20000)
    speaker: int | None = Field(default=None, ge=1, le=2**62)


class ReviewIn(Body):
    ok: bool
    comment: str = Field(default="", max_length=500)


class InquiryIn(Body):
    outlet: str = Field(min_length=1, max_length=60)
    question: str = Field(min_length=1, max_length=4000)
    asked_at: Moment


class AnswerInquiryIn(Body):
    """`spoken_by`: a key of `may_speak` of GET …/forms."""

    spoken_by: str = Field(min_length=1, max_length=100)
    answer: str = Field(min_length=1, max_length=8000)


class FilingIn(Body):
    """`channel`: a code of the regulation's statutory channels. `reference`: a file number, never a name."""

    channel: str = Field(min_length=1, max_length=20)
    reference: str = Field(min_length=1, max_length=100)
    filed_at: Moment


class AnswerFilingIn(Body):
    reference: str = Field(min_length=1, max_length=100)


class SpeakerOut(Schema):
    id: int
    name: str
    department: str
    scope: str
    deputy: bool
    trained_on: dt.date | None
    since: dt.datetime


class SpeakersOut(Schema):
    """`days`: of the last 365, on how many somebody was in the register (C12.1)."""

    days: int
    nobody: bool
    no_deputy: bool
    items: list[SpeakerOut]


class SpeakingOut(Schema):
    id: int
    case: str
    speaker: str
    statement: str
    by: str
    at: dt.datetime
    valid: bool
    revoked_at: dt.datetime | None
    revoked_why: str


class ExpertOut(Schema):
    """`lacks`: what stands in the way of counting as an answer, as sentences."""

    id: int
    case: str
    name: str
    field: str
    employer: str
    topic: str
    conflict_free: bool | None
    conflict_statement: str
    conflict_checked_by: str
    dropped: bool
    publication: int | None
    lacks: list[str]


class ConferenceOut(Schema):
    id: int
    case: str
    topic: str
    starts_at: dt.datetime
    place: str
    speaker: str
    plan: str
    media: list[str]
    prepared: list[dict[str, str]]
    state: str
    held_at: dt.datetime | None
    transcript: str
    cancelled_why: str
    publication: int | None
    lacks: list[str]


class InterviewOut(Schema):
    id: int
    case: str
    outlet: str
    speaker: str
    outline: str
    outline_reviewed: bool | None
    reviewed_by: str
    review_comment: str
    dropped: bool
    publication: int | None
    lacks: list[str]


class InquiryOut(Schema):
    id: int
    case: str
    outlet: str
    question: str
    asked_at: dt.datetime
    recorded_at: dt.datetime
    answered_at: dt.datetime | None
    answered_by: str
    answer: str


class FilingOut(Schema):
    id: int
    case: str
    channel: str
    reference: str
    filed_at: dt.datetime
    due_at: dt.datetime
    explanation: str
    answered_at: dt.datetime | None
    answer_reference: str
    answered_by: str


class FormAskedOut(Schema):
    form: str
    done: bool


class MaySpeakOut(Schema):
    key: str
    name: str


class FormsOut(Schema):
    """`asked`: the level's forms; `may_speak`: who may now; `speaking`: whom a leader let speak; `spoke_first`: null
    where no medium has asked (C1.4).
    """

    asked: list[FormAskedOut]
    may_speak: list[MaySpeakOut]
    spoke_first: bool | None
    speaking: list[SpeakingOut]
    experts: list[ExpertOut]
    conferences: list[ConferenceOut]
    interviews: list[InterviewOut]
    inquiries: list[InquiryOut]
    filings: list[FilingOut]


def speaker_out(row: Spokesperson) -> dict[str, Any]:
    own = row.user.department
    return {
        "id": row.pk,
        "name": row.user.name,
        "department": own.code if own else "",
        "scope": row.scope,
        "deputy": row.is_deputy,
        "trained_on": row.trained_on,
        "since": row.since,
    }


def _columns(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def speaking_out(row: Authorisation, case: Case) -> dict[str, Any]:
    told = _columns(row, ("statement", "by", "at", "revoked_at", "revoked_why"))
    return told | {"id": row.pk, "case": case.number, "speaker": row.speaker_name, "valid": is_valid(row)}


def expert_out(row: ExpertExplanation, case: Case) -> dict[str, Any]:
    dropped = row.dropped_at is not None
    return _columns(row, _EXPERT) | {
        "id": row.pk,
        "case": case.number,
        "dropped": dropped,
        "publication": row.publication_id,
        "lacks": [] if dropped else forms_of_answer.expert_lacks(row),
    }


def conference_out(row: PressConference, case: Case) -> dict[str, Any]:
    return _columns(row, _CONFERENCE) | {
        "id": row.pk,
        "case": case.number,
        "speaker": row.speaker.speaker_name if row.speaker else "",
        "publication": row.publication_id,
        "lacks": [] if row.state == PressConference.CANCELLED else forms_of_answer.conference_lacks(row),
    }


def interview_out(row: Interview, case: Case) -> dict[str, Any]:
    dropped = row.dropped_at is not None
    return _columns(row, _INTERVIEW) | {
        "id": row.pk,
        "case": case.number,
        "speaker": row.speaker.speaker_name if row.speaker else "",
        "dropped": dropped,
        "publication": row.publication_id,
        "lacks": [] if dropped else forms_of_answer.interview_lacks(row),
    }


def inquiry_out(row: MediaInquiry, case: Case) -> dict[str, Any]:
    return _columns(row, _INQUIRY) | {"id": row.pk, "case": case.number}


def filing_out(row: StatutoryFiling) -> dict[str, Any]:
    told = _columns(row, _FILING) | {"id": row.pk, "case": row.case.number}
    return told | {"due_at": row.clock.due_at, "explanation": row.clock.explanation}
