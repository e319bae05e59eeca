"""Oversight over REST （十二）（十三）（十四）: the same gates and verbs as the desk; no score can be sent."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
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
    Username,
    caller,
    department,
    or_404,
    person,
)
from huiying.overseeing import actions
from huiying.overseeing.actions import measures
from huiying.overseeing.conformance import computed, conformance
from huiying.overseeing.history.norms import period
from huiying.overseeing.models import Appeal, Assessment, Measure
from huiying.people.actions.interpretations import bring_regulation, questions, sign_interpretation
from huiying.people.models import Department, Interpretation, RegulationVersion, User
from huiying.people.permissions import may, require
from huiying.people.queries import regulation_now, standing
from huiying.people.versions import parsed
from huiying.regulation.differing import differences, sentence
from huiying.regulation.errors import UsageError

router = Router()
Text = Annotated[str, Field(min_length=1, max_length=4000)]
Number = Annotated[str, Field(max_length=30)]
PeriodWords = Annotated[str, Field(max_length=10)]


# --- the whole regulation ---------------------------------------------------------------------------------------------


class FigureOut(Schema):
    name: str
    value: float | None
    state: str | None


class OversightClauseOut(Schema):
    """`state` is green, amber, red, nothing (no base) or off (not kept yet, with `why`)."""

    id: str = Field(validation_alias="clause.id")
    duty: str = Field(validation_alias="clause.zh")
    duty_en: str = Field(validation_alias="clause.en")
    state: str
    why: str
    kinds: list[str] = Field(validation_alias="clause.kinds")
    figures: list[FigureOut] = Field(validation_alias="indicators")


class ConformanceOut(Schema):
    period: str
    as_of: dt.datetime
    clauses: list[OversightClauseOut]


class PeriodQuery(Schema):
    period: PeriodWords


@router.get("/conformance", response={200: ConformanceOut, **READS})
def whole(request: HttpRequest, asked: Query[PeriodQuery]) -> dict[str, Any]:
    or_404(caller(request), "conformance.view")
    try:
        wanted = period(asked.period)
    except UsageError as error:
        raise Http404 from error
    found = computed(wanted.words)
    lines = conformance(found.figures, regulation_now())
    return {"period": wanted.words, "as_of": found.at, "clauses": lines}


# --- assessments ------------------------------------------------------------------------------------------------------


class AppealOut(Schema):
    id: int
    department: str = Field(validation_alias="department.name")
    case: str = Field(validation_alias="case_number")
    reason: str
    upheld: bool | None
    answer: str


class AssessmentOut(Schema):
    """`scores` of the departments that the caller may read."""

    period: str
    state: str
    cut_off: dt.datetime
    comment_until: dt.datetime
    weights: dict[str, int]
    scores: dict[str, float | None]
    sha256: str
    appeals: list[AppealOut]


class AssessmentsOut(Schema):
    count: int
    items: list[AssessmentOut]


class ShowIn(Body):
    period: PeriodWords


class CommentIn(Body):
    department: DepartmentCode
    text: Text


class AppealIn(Body):
    department: DepartmentCode
    case: Number
    reason: Text


class DecideAppealIn(Body):
    uphold: bool
    answer: Text


def _may_read(user: User) -> set[str]:
    rows = Department.objects.all()
    if may(user, "assessment.view_all"):
        return {row.name for row in rows}
    now = standing(user)
    return {row.name for row in rows if now.can_in("handle", {row.code})}


def _assessment_out(row: Assessment, user: User) -> dict[str, Any]:
    row.refresh_from_db()
    names = _may_read(user)
    return {
        "period": row.period,
        "state": row.state,
        "cut_off": row.cut_off,
        "comment_until": row.comment_until,
        "weights": row.weights,
        "scores": {name: score for name, score in row.scores.items() if name in names},
        "sha256": row.sha256,
        "appeals": [appeal for appeal in row.appeals.select_related("department") if appeal.department.name in names],
    }


def _assessment(user: User, words: str) -> Assessment:
    or_404(user, "assessment.view")
    return get_object_or_404(Assessment, period=words)


@router.get("/assessments", response={200: AssessmentsOut, **READS})
def every_assessment(request: HttpRequest, page: Query[Page]) -> dict[str, Any]:
    user = caller(request)
    or_404(user, "assessment.view")
    rows = Assessment.objects.all()
    items = [_assessment_out(row, user) for row in rows[page.offset : page.offset + page.limit]]
    return {"count": rows.count(), "items": items}


@router.post("/assessments", response={200: AssessmentOut, **NO})
def show(request: HttpRequest, data: ShowIn) -> dict[str, Any]:
    or_404(caller(request), "assessment.view")
    return _assessment_out(actions.show(data.period, caller(request)), caller(request))


@router.get("/assessments/{words}", response={200: AssessmentOut, **READS})
def one_assessment(request: HttpRequest, words: str) -> dict[str, Any]:
    return _assessment_out(_assessment(caller(request), words), caller(request))


@router.post("/assessments/{words}/comment", response={200: AssessmentOut, **NO})
def comment(request: HttpRequest, words: str, data: CommentIn) -> dict[str, Any]:
    found = _assessment(caller(request), words)
    actions.comment(found, department(data.department, "department"), data.text, caller(request))
    return _assessment_out(found, caller(request))


@router.post("/assessments/{words}/appeal", response={200: AppealOut, **NO})
def appeal(request: HttpRequest, words: str, data: AppealIn) -> Appeal:
    found = _assessment(caller(request), words)
    about = department(data.department, "department")
    return actions.appeal(found, about, data.case, data.reason, caller(request))


@router.post("/assessments/{words}/finish", response={200: AssessmentOut, **NO})
def finish(request: HttpRequest, words: str) -> dict[str, Any]:
    found = _assessment(caller(request), words)
    return _assessment_out(actions.finish(found, caller(request)), caller(request))


@router.post("/appeals/{pk}/decide", response={200: AppealOut, **NO})
def decide_appeal(request: HttpRequest, pk: int, data: DecideAppealIn) -> Appeal:
    or_404(caller(request), "assessment.view_all")
    found = get_object_or_404(Appeal.objects.select_related("department", "assessment"), pk=pk)
    return actions.decide_appeal(found, uphold=data.uphold, answer=data.answer, actor=caller(request))


# --- the ladder -------------------------------------------------------------------------------------------------------


class MeasureOut(Schema):
    id: int
    number: str
    department: str = Field(validation_alias="department.name")
    step: str
    trigger: str
    facts: str
    cases: list[str]
    state: str
    by_leader: bool
    statement: str
    statement_until: dt.datetime
    reason: str
    rectify_by: dt.datetime | None
    talk: dict[str, str]
    follow_note: str
    outcome: str


class MeasuresOut(Schema):
    count: int
    items: list[MeasureOut]


class OversightSuggestionOut(Schema):
    department: str
    trigger: str
    code: str
    step: str
    cases: list[str]


class OversightSuggestionsOut(Schema):
    items: list[OversightSuggestionOut]


class MeasureIn(Body):
    department: DepartmentCode
    step: Annotated[str, Field(max_length=30)]
    trigger: Annotated[str, Field(max_length=60)]
    facts: Text
    cases: Annotated[list[Number], Field(max_length=50)]


class OversightTextIn(Body):
    text: Text


class TalkIn(Body):
    held_at: Moment
    place: Annotated[str, Field(min_length=1, max_length=100)]
    leader: Username
    attended: Username
    words: Text
    promises: Annotated[str, Field(min_length=1, max_length=2000)]


class DecideMeasureIn(ReasonIn):
    issue: bool


def _measure(user: User, pk: int) -> Measure:
    found = Measure.objects.select_related("department").filter(pk=pk).first()
    if found is None or not may(user, "measure.view", found):
        raise Http404
    return found


@router.get("/measures", response={200: MeasuresOut, **READS})
def every_measure(request: HttpRequest, page: Query[Page]) -> dict[str, Any]:
    user = caller(request)
    or_404(user, "assessment.view")
    rows = Measure.objects.select_related("department").filter(department__name__in=_may_read(user))
    return page.of(rows)


@router.get("/measures/suggestions", response={200: OversightSuggestionsOut, **READS})
def suggested(request: HttpRequest) -> dict[str, Any]:
    """Evidence in a list; nothing was done to anybody."""
    or_404(caller(request), "measure.propose")
    return {"items": [vars(row) | {"cases": list(row.cases)} for row in measures.suggestions()]}


@router.post("/measures", response={200: MeasureOut, **NO})
def propose(request: HttpRequest, data: MeasureIn) -> Measure:
    or_404(caller(request), "assessment.view")
    given = {name: value for name, value in data.dict().items() if name != "department"}
    return measures.propose(department(data.department, "department"), **given, actor=caller(request))


@router.get("/measures/{pk}", response={200: MeasureOut, **READS})
def one_measure(request: HttpRequest, pk: int) -> Measure:
    return _measure(caller(request), pk)


@router.post("/measures/{pk}/state", response={200: MeasureOut, **NO})
def state(request: HttpRequest, pk: int, data: OversightTextIn) -> Measure:
    return measures.state(_measure(caller(request), pk), data.text, caller(request))


@router.post("/measures/{pk}/decide", response={200: MeasureOut, **NO})
def decide(request: HttpRequest, pk: int, data: DecideMeasureIn) -> Measure:
    found = _measure(caller(request), pk)
    return measures.decide(found, issue=data.issue, reason=data.reason, actor=caller(request))


@router.post("/measures/{pk}/talk", response={200: MeasureOut, **NO})
def talk(request: HttpRequest, pk: int, data: TalkIn) -> Measure:
    """约谈, once it was decided: who talked with whom, what was said and promised (C12.5)."""
    found = _measure(caller(request), pk)
    people = {"leader": person(data.leader, "leader"), "attended": person(data.attended, "attended")}
    return measures.note_talk(found, **data.dict() | people, actor=caller(request))


@router.post("/measures/{pk}/follow-up", response={200: MeasureOut, **NO})
def follow_up(request: HttpRequest, pk: int, data: OversightTextIn) -> Measure:
    return measures.follow_up(_measure(caller(request), pk), data.text, caller(request))


@router.post("/measures/{pk}/outcome", response={200: MeasureOut, **NO})
def outcome(request: HttpRequest, pk: int, data: OversightTextIn) -> Measure:
    return measures.note_outcome(_measure(caller(request), pk), data.text, caller(request))


# --- interpretations and versions -------------------------------------------------------------------------------------


class RulingOut(Schema):
    gap: str
    ruling: str
    effective_from: dt.date
    signed_by: str
    signed_at: dt.datetime


class RegulationQuestionOut(Schema):
    """`draft`: key path → how the file in force answers; `signed` is null while nobody signed."""

    gap: str = Field(validation_alias="gap.id")
    clause: str = Field(validation_alias="gap.clause")
    question: str = Field(validation_alias="gap.zh")
    question_en: str = Field(validation_alias="gap.en")
    draft: dict[str, str]
    signed: RulingOut | None


class QuestionsOut(Schema):
    items: list[RegulationQuestionOut]


class OversightSignIn(Body):
    ruling: Text
    effective_from: dt.date


class OversightVersionOut(Schema):
    id: int
    name: str
    sha256: str
    effective_from: dt.date
    adopted_at: dt.datetime


class VersionsOut(Schema):
    items: list[OversightVersionOut]


class OversightChangeOut(Schema):
    path: str
    before: str | None
    after: str | None
    sentence: str


class ChangesOut(Schema):
    items: list[OversightChangeOut]


class PairQuery(Schema):
    before: int
    after: int
    language: Literal["zh", "en"] = "zh"


class RegulationIn(Body):
    text: Annotated[str, Field(min_length=1, max_length=1024 * 1024)]


@router.get("/interpretations", response={200: QuestionsOut, **READS})
def interpretations(request: HttpRequest) -> dict[str, Any]:
    caller(request)
    return {"items": questions()}


@router.post("/interpretations/{gap}/sign", response={200: RulingOut, **NO})
def sign(request: HttpRequest, gap: str, data: OversightSignIn) -> Interpretation:
    return sign_interpretation(gap, data.ruling, data.effective_from, caller(request))


@router.get("/versions", response={200: VersionsOut, **READS})
def versions(request: HttpRequest) -> dict[str, Any]:
    caller(request)
    rows = RegulationVersion.objects.defer("text").order_by("effective_from", "adopted_at")
    return {"items": rows}


@router.get("/versions/difference", response={200: ChangesOut, **READS})
def difference(request: HttpRequest, asked: Query[PairQuery]) -> dict[str, Any]:
    """What one version has and another has not, each with its sentence （十四）."""
    caller(request)
    texts = {row.pk: row.text for row in RegulationVersion.objects.filter(pk__in=[asked.before, asked.after])}
    if asked.before not in texts or asked.after not in texts:
        raise Http404
    before, after = parsed(texts[asked.before]), parsed(texts[asked.after])
    items = [
        {"path": row.path, "before": row.before, "after": row.after, "sentence": sentence(row, after, asked.language)}
        for row in differences(before, after)
    ]
    return {"items": items}


@router.post("/versions", response={200: OversightVersionOut, **NO})
def bring(request: HttpRequest, data: RegulationIn) -> RegulationVersion:
    require(caller(request), "regulation.bring")
    return bring_regulation(data.text, caller(request))
