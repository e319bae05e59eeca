"""What the verbs of a policy take and tell over REST （六）: a share never without its n."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field

from huiying.api.bodies import Body, DepartmentCode, Moment, Username
from huiying.foreseeing import surveying
from huiying.foreseeing.models import PlanHit, Survey

Title = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(min_length=1, max_length=20_000)]
Short = Annotated[str, Field(max_length=500)]
Number = Annotated[str, Field(min_length=1, max_length=40)]
Score = Annotated[int, Field(ge=1, le=5)]
Count = Annotated[int, Field(ge=1, le=10_000_000)]


class PolicyIn(Body):
    title: Title
    summary: Text
    department: DepartmentCode
    planned_on: dt.date | None = None


class ScreenIn(Body):
    """`major`: whether it touches people's own interests. "No" waits for a second person."""

    major: bool
    reason: Annotated[str, Field(min_length=1, max_length=2000)]


class PolicySecondIn(Body):
    agree: bool
    reason: Annotated[str, Field(max_length=2000)] = ""


class PolicyBeginIn(Body):
    visits_planned: Annotated[int, Field(ge=0, le=500)] = 0


class TrackIn(Body):
    words: Annotated[str, Field(min_length=1, max_length=100)]
    since: dt.date
    until: dt.date
    cases: Annotated[list[Number], Field(max_length=50)] = []
    finding: Text


class InstrumentIn(Body):
    text: Title
    options: Annotated[list[Title], Field(max_length=20)]


class SurveyIn(Body):
    """`consultation`: the address of one whose questions are the instrument; else `questions` on paper."""

    title: Title
    frame: Text
    frame_size: Count | None = None
    drawn: Literal["random", "chosen", "open"]
    asked: Count | None = None
    consultation: Annotated[str, Field(max_length=30)] = ""
    questions: Annotated[list[InstrumentIn], Field(max_length=20)] = []


class PaperIn(Body):
    """`counts`: for each question, how many sheets chose each option."""

    sheets: Count
    counts: Annotated[list[Annotated[list[Annotated[int, Field(ge=0)]], Field(max_length=20)]], Field(max_length=20)]


class VisitIn(Body):
    visited_on: dt.date
    whom: Title
    place: Annotated[str, Field(max_length=200)] = ""
    views: Text


class DissentSaid(Body):
    name: Annotated[str, Field(min_length=1, max_length=100)]
    words: Annotated[str, Field(min_length=1, max_length=5000)]


class DeliberationIn(Body):
    held_on: dt.date
    topic: Title
    chair: Username
    present: Annotated[list[Username], Field(max_length=200)]
    minutes: Text
    dissents: Annotated[list[DissentSaid], Field(max_length=20)] = []


class MeetingLinkIn(Body):
    number: Number


class RiskIn(Body):
    title: Title
    affected: Title
    likelihood: Score
    impact: Score
    signs: Annotated[str, Field(min_length=1, max_length=500)]
    owner: DepartmentCode
    watcher: Username
    measure: Annotated[str, Field(max_length=5000)] = ""


class RiskLevelIn(Body):
    """`reason` is asked for where the level is not the rule's."""

    level: Annotated[str, Field(min_length=1, max_length=20)]
    reason: Annotated[str, Field(max_length=2000)] = ""


class AnswerReady(Body):
    q: Annotated[str, Field(min_length=1, max_length=500)]
    a: Annotated[str, Field(min_length=1, max_length=5000)]


class TriggerIn(Body):
    """An event with one of the words, at least as grave and with as many posts."""

    words: Annotated[list[Annotated[str, Field(min_length=1, max_length=30)]], Field(min_length=1, max_length=20)]
    level: Annotated[str, Field(max_length=20)] = ""
    posts: Count = 1


class PlanIn(Body):
    """`speaker`: the user name of somebody in the register of spokespersons."""

    questions: Annotated[list[AnswerReady], Field(min_length=1, max_length=40)]
    steps: Text
    speaker: Username
    channels: Annotated[list[Annotated[str, Field(max_length=20)]], Field(max_length=20)]
    to_call: Annotated[list[Username], Field(max_length=50)]
    drill_on: dt.date
    triggers: Annotated[list[TriggerIn], Field(min_length=1, max_length=8)]


class ConclusionIn(Body):
    conclusion: Text


class AssessmentDecideIn(Body):
    """`sha256`: of the assessment that was read; with another one nothing is decided."""

    agree: bool
    sha256: Annotated[str, Field(max_length=64)]
    comment: Annotated[str, Field(max_length=2000)] = ""


class IssueIn(Body):
    issued_at: Moment
    issued_as: Annotated[str, Field(max_length=100)] = ""


class HitIn(Body):
    reason: Short = ""


class SetOffIn(Body):
    event: Number
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class DrillIn(Body):
    what: Text


# --- what is told -----------------------------------------------------------------------------------------------------


class MethodOut(Schema):
    name: str
    kind: str
    evidence: int = Field(validation_alias="n")


class OptionOut(Schema):
    """`margin`: half of the 95 % interval, null where nothing may be inferred; `small`: too few answers."""

    text: str
    count: int
    n: int
    share: float | None
    margin: float | None
    small: bool


class PolicyQuestionOut(Schema):
    text: str
    n: int
    small: bool
    options: list[OptionOut] = Field(validation_alias="answers")


class SurveyOut(Schema):
    id: int
    title: str
    frame: str
    frame_size: int | None
    drawn: str
    asked: int | None
    n: int
    response_rate: float | None
    questions: list[PolicyQuestionOut]

    @staticmethod
    def resolve_n(row: Survey) -> int:
        return surveying.answered(row)

    @staticmethod
    def resolve_response_rate(row: Survey) -> float | None:
        return surveying.response_rate(row)

    @staticmethod
    def resolve_questions(row: Survey) -> list[surveying.Result]:
        return surveying.results(row)


class RiskOut(Schema):
    id: int
    title: str
    affected: str
    likelihood: int
    impact: int
    signs: str
    owner: str = Field(validation_alias="owner.code")
    watcher: str = Field(validation_alias="watcher.name")


class PlanHitOut(Schema):
    id: int
    event: str = Field(validation_alias="event.number")
    state: str
    words: list[str]
    case: str

    @staticmethod
    def resolve_case(row: PlanHit) -> str:
        return row.case.number if row.case else ""


class PolicyOut(Schema):
    """`why_not_issue`: what stands in the way of issuing it, "" where nothing does; `sha256`: what a decision names."""

    id: int
    number: str
    state: str
    title: str
    major: bool | None
    planned_on: dt.date | None
    issued_at: dt.datetime | None
    assessed_at: dt.datetime | None
    why_not_issue: str
    assessment: str
    sha256: str
    level: str
    level_by_rule: str
    methods: list[MethodOut]
    surveys: list[SurveyOut]
    risks: list[RiskOut]
    prediction: dict[str, Any]
    hits: list[PlanHitOut]


class PoliciesOut(Schema):
    count: int
    items: list[PolicyOut]
