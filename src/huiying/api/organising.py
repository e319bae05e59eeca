"""Training, the roster of skills, the house rules over REST （九）. Nobody signs in for another, here either."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema
from pydantic import Field

from huiying.api.bodies import NO, READS, Body, Moment, Page, ReasonIn, Username, caller, or_404, person
from huiying.overseeing import organising
from huiying.overseeing.actions import rules, training
from huiying.overseeing.models import HouseRule, RuleVersion, SkillEntry, Training, TrainingSession
from huiying.people.models import User
from huiying.people.permissions import may
from huiying.people.queries import regulation_now

router = Router()
Title = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(min_length=1, max_length=50_000)]
Name = Annotated[str, Field(min_length=1, max_length=100)]


class TrainingIn(Body):
    title: Title
    goal: Text
    sessions_planned: Annotated[int, Field(ge=1, le=100)]


class QuizQuestionIn(Body):
    """`right`: the place of the right option, from 0."""

    text: Title
    options: Annotated[list[Title], Field(min_length=2, max_length=10)]
    right: Annotated[int, Field(ge=0, le=9)]


class SessionIn(Body):
    title: Title
    abilities: Annotated[list[Name], Field(max_length=20)]
    starts_at: Moment
    place: Title
    trainer: Name
    material: Annotated[str, Field(max_length=50_000)] = ""
    questions: Annotated[list[QuizQuestionIn], Field(max_length=20)] = []
    people: Annotated[list[Username], Field(max_length=500)]


class CheckInIn(Body):
    """There is no field for anybody else: whoever asks signs in for themselves."""

    code: Annotated[str, Field(min_length=1, max_length=6)]


class AnswersIn(Body):
    answers: Annotated[list[Annotated[int, Field(ge=0, le=9)]], Field(max_length=20)]


class SkillIn(Body):
    holder: Username
    skill: Annotated[str, Field(min_length=1, max_length=60)]
    note: Annotated[str, Field(max_length=300)] = ""
    backup: Annotated[str, Field(max_length=60)] = ""
    since: dt.date


class HouseRuleIn(Body):
    title: Title
    text: Text
    effective_from: dt.date
    expires_on: dt.date


class RuleSignIn(Body):
    """`sha256`: of the text that was read."""

    sha256: Annotated[str, Field(max_length=64)]


class TrainingOut(Schema):
    id: int
    number: str
    year: int
    title: str
    sessions_planned: int


class TrainingsOut(Schema):
    """`covered`: how often each ability of the regulation was trained this year."""

    count: int
    covered: dict[str, int]
    items: list[TrainingOut]


class TrainingSeatOut(Schema):
    name: str
    checked_in_at: dt.datetime | None
    score: int | None


class SessionOut(Schema):
    """`code` only for whoever organises, while people sign in."""

    id: int
    title: str
    state: str
    abilities: list[str]
    starts_at: dt.datetime
    code: str
    seats: list[TrainingSeatOut]


class StaffPostOut(Schema):
    role: str
    holders: list[str]
    deputies: list[str]
    vacant: bool
    single: bool


class SkillOut(Schema):
    id: int
    skill: str
    name: str
    backup: str
    since: dt.date
    single: bool


class SkillsOut(Schema):
    posts: list[StaffPostOut]
    skills: list[SkillOut]


class HouseRuleOut(Schema):
    """`version`: what holds today, null where nothing does; `waiting_sha256`: of the text that wants signing."""

    id: int = Field(validation_alias="rule.pk")
    number: str = Field(validation_alias="rule.number")
    title: str = Field(validation_alias="rule.title")
    version: int | None
    expires_on: dt.date | None
    lapsed: bool
    waiting_sha256: str
    read: int
    readers: int

    @staticmethod
    def resolve_version(held: organising.Held) -> int | None:
        return held.version.n if held.version else None

    @staticmethod
    def resolve_expires_on(held: organising.Held) -> dt.date | None:
        return held.version.expires_on if held.version else None

    @staticmethod
    def resolve_waiting_sha256(held: organising.Held) -> str:
        return held.waiting.sha256 if held.waiting else ""


def _session_out(row: TrainingSession, user: User) -> dict[str, Any]:
    row.refresh_from_db()
    shows = row.state == TrainingSession.OPEN and may(user, "training.plan").allowed
    return {
        "id": row.pk,
        "title": row.title,
        "state": row.state,
        "abilities": row.abilities,
        "starts_at": row.starts_at,
        "code": row.code if shows else "",
        "seats": row.seats,
    }


@router.get("/training", response={200: TrainingsOut, **READS})
def every_training(request: HttpRequest, page: Query[Page]) -> dict[str, Any]:
    or_404(caller(request), "training.view")
    return page.of(organising.trainings()) | {"covered": organising.covered(organising.today().year, regulation_now())}


@router.post("/training", response={200: TrainingOut, **NO})
def plan_training(request: HttpRequest, data: TrainingIn) -> Training:
    or_404(caller(request), "training.view")
    return training.plan_training(**data.dict(), actor=caller(request))


@router.post("/training/{pk}/sessions", response={200: SessionOut, **NO})
def schedule_session(request: HttpRequest, pk: int, data: SessionIn) -> dict[str, Any]:
    or_404(caller(request), "training.view")
    found = get_object_or_404(Training, pk=pk)
    told = data.dict() | {"people": [person(name, "people") for name in data.people]}
    return _session_out(training.schedule_session(found, **told, actor=caller(request)), caller(request))


def _session(user: User, pk: int) -> TrainingSession:
    or_404(user, "training.view")
    return get_object_or_404(TrainingSession.objects.select_related("training"), pk=pk)


@router.get("/training/sessions/{pk}", response={200: SessionOut, **READS})
def one_session(request: HttpRequest, pk: int) -> dict[str, Any]:
    return _session_out(_session(caller(request), pk), caller(request))


@router.post("/training/sessions/{pk}/open", response={200: SessionOut, **NO})
def open_check_in(request: HttpRequest, pk: int) -> dict[str, Any]:
    found = _session(caller(request), pk)
    return _session_out(training.open_check_in(found, caller(request)), caller(request))


@router.post("/training/sessions/{pk}/renew", response={200: SessionOut, **NO})
def renew_code(request: HttpRequest, pk: int) -> dict[str, Any]:
    found = _session(caller(request), pk)
    return _session_out(training.renew_code(found, caller(request)), caller(request))


@router.post("/training/sessions/{pk}/check-in", response={200: SessionOut, **NO})
def check_in(request: HttpRequest, pk: int, data: CheckInIn) -> dict[str, Any]:
    found = _session(caller(request), pk)
    training.check_in(found, data.code, caller(request))
    return _session_out(found, caller(request))


@router.post("/training/sessions/{pk}/quiz", response={200: SessionOut, **NO})
def answer_quiz(request: HttpRequest, pk: int, data: AnswersIn) -> dict[str, Any]:
    found = _session(caller(request), pk)
    training.answer_quiz(found, data.answers, caller(request))
    return _session_out(found, caller(request))


@router.post("/training/sessions/{pk}/close", response={200: SessionOut, **NO})
def close_session(request: HttpRequest, pk: int) -> dict[str, Any]:
    found = _session(caller(request), pk)
    return _session_out(training.close_session(found, caller(request)), caller(request))


@router.post("/training/sessions/{pk}/cancel", response={200: SessionOut, **NO})
def cancel_session(request: HttpRequest, pk: int, data: ReasonIn) -> dict[str, Any]:
    found = _session(caller(request), pk)
    return _session_out(training.cancel_session(found, data.reason, caller(request)), caller(request))


# --- C9.4 -------------------------------------------------------------------------------------------------------------


def _skills_out() -> dict[str, Any]:
    return {
        "posts": organising.posts(regulation_now()),
        "skills": [
            {
                "id": entry.pk,
                "skill": skill.name,
                "name": entry.user.name,
                "backup": entry.backup.name if entry.backup else "",
                "since": entry.since,
                "single": skill.single,
            }
            for skill in organising.skills()
            for entry in skill.entries
        ],
    }


@router.get("/skills", response={200: SkillsOut, **READS})
def every_skill(request: HttpRequest) -> dict[str, Any]:
    """Posts and skills, with what is vacant and what hangs on one person (C9.4)."""
    or_404(caller(request), "skill.view")
    return _skills_out()


@router.post("/skills", response={200: SkillsOut, **NO})
def record_skill(request: HttpRequest, data: SkillIn) -> dict[str, Any]:
    or_404(caller(request), "skill.view")
    told = data.dict(exclude={"holder"}) | {
        "user": person(data.holder, "holder"),
        "backup": person(data.backup, "backup") if data.backup else None,
    }
    training.record_skill(**told, actor=caller(request))
    return _skills_out()


@router.post("/skills/{pk}/end", response={200: SkillsOut, **NO})
def end_skill(request: HttpRequest, pk: int, data: ReasonIn) -> dict[str, Any]:
    or_404(caller(request), "skill.view")
    row = get_object_or_404(SkillEntry, pk=pk)
    training.end_skill(row, data.reason, caller(request))
    return _skills_out()


# --- C9.2 -------------------------------------------------------------------------------------------------------------


def _one(pk: int) -> organising.Held:
    return next(held for held in organising.rules() if held.rule.pk == pk)


def _rule(user: User, pk: int) -> HouseRule:
    or_404(user, "rule.view")
    return get_object_or_404(HouseRule, pk=pk)


def _version(rule: HouseRule, *, signed: bool) -> RuleVersion:
    """What waits for a signature; or what holds today."""
    versions = list(rule.versions.all())
    if signed:
        found = organising.in_force(versions, organising.today()) if rule.ended_on is None else None
    else:
        found = next((one for one in versions if one.signed_at is None), None)
    if found is None:
        raise Http404
    return found


@router.get("/rules", response={200: list[HouseRuleOut], **READS})
def every_rule(request: HttpRequest) -> list[organising.Held]:
    or_404(caller(request), "rule.view")
    return organising.rules()


@router.post("/rules", response={200: HouseRuleOut, **NO})
def draft_rule(request: HttpRequest, data: HouseRuleIn) -> organising.Held:
    or_404(caller(request), "rule.view")
    return _one(rules.draft_rule(None, **data.dict(), actor=caller(request)).rule_id)


@router.post("/rules/{pk}", response={200: HouseRuleOut, **NO})
def redraft_rule(request: HttpRequest, pk: int, data: HouseRuleIn) -> organising.Held:
    """A new version; until it is signed the one before goes on to hold."""
    found = _rule(caller(request), pk)
    return _one(rules.draft_rule(found, **data.dict(), actor=caller(request)).rule_id)


@router.post("/rules/{pk}/sign", response={200: HouseRuleOut, **NO})
def sign_rule(request: HttpRequest, pk: int, data: RuleSignIn) -> organising.Held:
    found = _rule(caller(request), pk)
    rules.sign_rule(_version(found, signed=False), data.sha256, caller(request))
    return _one(pk)


@router.post("/rules/{pk}/read", response={200: HouseRuleOut, **NO})
def read_rule(request: HttpRequest, pk: int) -> organising.Held:
    found = _rule(caller(request), pk)
    rules.read_rule(_version(found, signed=True), caller(request))
    return _one(pk)


@router.post("/rules/{pk}/end", response={200: HouseRuleOut, **NO})
def end_rule(request: HttpRequest, pk: int, data: ReasonIn) -> organising.Held:
    found = _rule(caller(request), pk)
    rules.end_rule(found, data.reason, caller(request))
    return _one(pk)
