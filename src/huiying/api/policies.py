"""Risk before policy over REST （六）C6.1–C6.8: the same gates and verbs as the desk; a share never without its n."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Query, Router

from huiying.api.bodies import NO, READS, Page, ReasonIn, Unreadable, caller, department, or_404, person
from huiying.api.policies_shapes import (
    AssessmentDecideIn,
    ConclusionIn,
    DeliberationIn,
    DrillIn,
    HitIn,
    IssueIn,
    MeetingLinkIn,
    PaperIn,
    PlanIn,
    PoliciesOut,
    PolicyBeginIn,
    PolicyIn,
    PolicyOut,
    PolicySecondIn,
    RiskIn,
    RiskLevelIn,
    ScreenIn,
    SetOffIn,
    SurveyIn,
    TrackIn,
    VisitIn,
)
from huiying.foreseeing import policies as reads
from huiying.foreseeing.actions import assessing, evidencing, planning, policies
from huiying.foreseeing.models import Assessment, Consultation, Deliberation, PlanHit, Policy, Risk, Survey
from huiying.judging.access import find_event
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import regulation_now
from huiying.people.registers import speakers_in_force

router = Router()


def _out(row: Policy) -> dict[str, Any]:
    row.refresh_from_db()
    found, regulation = reads.current(row), regulation_now()
    surveys = reads.surveys(found) if found else []
    names = ("number", "state", "title", "major", "planned_on", "issued_at", "assessed_at")
    return {
        "id": row.pk,
        **{name: getattr(row, name) for name in names},
        "why_not_issue": reads.why_not_issue(row) if row.state == Policy.DRAFT else "",
        "assessment": found.state if found else "",
        "sha256": found.sha256 if found else "",
        "level": found.level if found else "",
        "level_by_rule": reads.level_by_rule(list(reads.live_risks(found)), regulation) if found else "",
        "methods": reads.methods(found, regulation, surveys) if found else [],
        "surveys": surveys,
        "risks": reads.live_risks(found) if found else [],
        "prediction": found.prediction if found else {},
        "hits": PlanHit.objects.filter(plan__assessment__policy=row).select_related("event", "case"),
    }


def _policy(user: User, pk: int) -> Policy:
    or_404(user, "policy.view")
    return get_object_or_404(Policy.objects.select_related("department"), pk=pk)


def _assessment(policy: Policy) -> Assessment:
    found = reads.current(policy)
    if found is None:
        raise Refused(_("还没有开始评估。"), code="not_begun")
    return found


def _told(data: PolicyIn) -> dict[str, Any]:
    return data.dict() | {"department": department(data.department, "department")}


@router.get("/policies", response={200: PoliciesOut, **READS})
def every_policy(request: HttpRequest, page: Query[Page]) -> dict[str, Any]:
    """All of them, the newest first (C6.1)."""
    or_404(caller(request), "policy.view")
    rows = reads.staff_list(every=True)
    return {"count": rows.count(), "items": [_out(row) for row in rows[page.offset : page.offset + page.limit]]}


@router.post("/policies", response={200: PolicyOut, **NO})
def register_policy(request: HttpRequest, data: PolicyIn) -> dict[str, Any]:
    or_404(caller(request), "policy.view")
    return _out(policies.save_policy(None, **_told(data), actor=caller(request)))


@router.post("/policies/{pk}", response={200: PolicyOut, **NO})
def change_policy(request: HttpRequest, pk: int, data: PolicyIn) -> dict[str, Any]:
    """Other words ask the screening question anew."""
    found = _policy(caller(request), pk)
    return _out(policies.save_policy(found, **_told(data), actor=caller(request)))


@router.post("/policies/{pk}/screen", response={200: PolicyOut, **NO})
def screen_policy(request: HttpRequest, pk: int, data: ScreenIn) -> dict[str, Any]:
    found = _policy(caller(request), pk)
    return _out(policies.screen_policy(found, **data.dict(), actor=caller(request)))


@router.post("/policies/{pk}/second", response={200: PolicyOut, **NO})
def second_screening(request: HttpRequest, pk: int, data: PolicySecondIn) -> dict[str, Any]:
    found = _policy(caller(request), pk)
    return _out(policies.second_screening(found, **data.dict(), actor=caller(request)))


@router.post("/policies/{pk}/begin", response={200: PolicyOut, **NO})
def begin_assessment(request: HttpRequest, pk: int, data: PolicyBeginIn) -> dict[str, Any]:
    found = _policy(caller(request), pk)
    assessing.begin_assessment(found, **data.dict(), actor=caller(request))
    return _out(found)


@router.post("/policies/{pk}/issue", response={200: PolicyOut, **NO})
def issue_policy(request: HttpRequest, pk: int, data: IssueIn) -> dict[str, Any]:
    """Refused without an assessment that was approved before (C6.1)."""
    found = _policy(caller(request), pk)
    return _out(policies.issue_policy(found, **data.dict(), actor=caller(request)))


@router.post("/policies/{pk}/shelve", response={200: PolicyOut, **NO})
def shelve_policy(request: HttpRequest, pk: int, data: ReasonIn) -> dict[str, Any]:
    found = _policy(caller(request), pk)
    return _out(policies.shelve_policy(found, reason=data.reason, actor=caller(request)))


# --- evidence (C6.2–C6.5) ---------------------------------------------------------------------------------------------


@router.post("/policies/{pk}/track", response={200: PolicyOut, **NO})
def track(request: HttpRequest, pk: int, data: TrackIn) -> dict[str, Any]:
    """舆情跟踪: the house counts what it holds (C6.2)."""
    found = _policy(caller(request), pk)
    evidencing.track(_assessment(found), **data.dict(), actor=caller(request))
    return _out(found)


@router.post("/policies/{pk}/surveys", response={200: PolicyOut, **NO})
def plan_survey(request: HttpRequest, pk: int, data: SurveyIn) -> dict[str, Any]:
    found = _policy(caller(request), pk)
    told = data.dict()
    address = told.pop("consultation")
    consultation = Consultation.objects.filter(address=address).first() if address else None
    if address and consultation is None:
        raise Unreadable("consultation", _("没有这个编号的意见征集，请核对。"))
    evidencing.survey(_assessment(found), **told, consultation=consultation, actor=caller(request))
    return _out(found)


@router.post("/policies/{pk}/surveys/{survey}/paper", response={200: PolicyOut, **NO})
def enter_paper(request: HttpRequest, pk: int, survey: int, data: PaperIn) -> dict[str, Any]:
    found = _policy(caller(request), pk)
    row = get_object_or_404(Survey, pk=survey, assessment__policy=found)
    evidencing.enter_paper(row, **data.dict(), actor=caller(request))
    return _out(found)


@router.post("/policies/{pk}/visits", response={200: PolicyOut, **NO})
def note_visit(request: HttpRequest, pk: int, data: VisitIn) -> dict[str, Any]:
    found = _policy(caller(request), pk)
    evidencing.visit(_assessment(found), **data.dict(), actor=caller(request))
    return _out(found)


@router.post("/policies/{pk}/deliberations", response={200: PolicyOut, **NO})
def note_deliberation(request: HttpRequest, pk: int, data: DeliberationIn) -> dict[str, Any]:
    """会商分析: never without those who came (C6.5)."""
    found = _policy(caller(request), pk)
    told = data.dict()
    told["chair"] = person(data.chair, "chair")
    told["present"] = [person(name, "present") for name in data.present]
    told["dissents"] = [(one.name, one.words) for one in data.dissents]
    evidencing.deliberate(_assessment(found), **told, actor=caller(request))
    return _out(found)


@router.post("/policies/{pk}/deliberations/link", response={200: PolicyOut, **NO})
def link_meeting(request: HttpRequest, pk: int, data: MeetingLinkIn) -> dict[str, Any]:
    found = _policy(caller(request), pk)
    evidencing.link_meeting(_assessment(found), number=data.number, actor=caller(request))
    return _out(found)


@router.post("/policies/{pk}/deliberations/{row}/sign", response={200: PolicyOut, **NO})
def sign_deliberation(request: HttpRequest, pk: int, row: int) -> dict[str, Any]:
    found = _policy(caller(request), pk)
    held = get_object_or_404(Deliberation, pk=row, assessment__policy=found)
    evidencing.sign_deliberation(held, caller(request))
    return _out(found)


# --- risks and level (C6.6, C6.7) -------------------------------------------------------------------------------------


def _risk_told(data: RiskIn) -> dict[str, Any]:
    return data.dict() | {"owner": department(data.owner, "owner"), "watcher": person(data.watcher, "watcher")}


@router.post("/policies/{pk}/risks", response={200: PolicyOut, **NO})
def list_risk(request: HttpRequest, pk: int, data: RiskIn) -> dict[str, Any]:
    found = _policy(caller(request), pk)
    assessing.save_risk(_assessment(found), None, **_risk_told(data), actor=caller(request))
    return _out(found)


@router.post("/policies/{pk}/risks/{risk}/drop", response={200: PolicyOut, **NO})
def drop_risk(request: HttpRequest, pk: int, risk: int, data: ReasonIn) -> dict[str, Any]:
    found = _policy(caller(request), pk)
    row = get_object_or_404(Risk, pk=risk, assessment__policy=found)
    assessing.drop_risk(row, reason=data.reason, actor=caller(request))
    return _out(found)


@router.post("/policies/{pk}/predict", response={200: PolicyOut, **NO})
def ask_the_past(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Similar past events with an interval; under the least number of them it says so and tells no curve (C6.6)."""
    found = _policy(caller(request), pk)
    assessing.ask_the_past(_assessment(found), caller(request))
    return _out(found)


@router.post("/policies/{pk}/level", response={200: PolicyOut, **NO})
def decide_risk_level(request: HttpRequest, pk: int, data: RiskLevelIn) -> dict[str, Any]:
    found = _policy(caller(request), pk)
    assessing.decide_risk_level(_assessment(found), **data.dict(), actor=caller(request))
    return _out(found)


@router.post("/policies/{pk}/propose", response={200: PolicyOut, **NO})
def propose_assessment(request: HttpRequest, pk: int, data: ConclusionIn) -> dict[str, Any]:
    found = _policy(caller(request), pk)
    assessing.propose_assessment(_assessment(found), **data.dict(), actor=caller(request))
    return _out(found)


@router.post("/policies/{pk}/decide", response={200: PolicyOut, **NO})
def decide_assessment(request: HttpRequest, pk: int, data: AssessmentDecideIn) -> dict[str, Any]:
    found = _policy(caller(request), pk)
    assessing.decide_assessment(
        _assessment(found), approve=data.agree, sha256=data.sha256, comment=data.comment, actor=caller(request)
    )
    return _out(found)


# --- the plan (C6.8) --------------------------------------------------------------------------------------------------


@router.post("/policies/{pk}/plan", response={200: PolicyOut, **NO})
def save_plan(request: HttpRequest, pk: int, data: PlanIn) -> dict[str, Any]:
    found = _policy(caller(request), pk)
    speaker = speakers_in_force().filter(user__username=data.speaker).first()
    if speaker is None:
        raise Unreadable("speaker", _("发言人名册里没有这个人，请核对用户名。"))
    planning.save_plan(
        _assessment(found),
        questions=[(one.q, one.a) for one in data.questions],
        steps=data.steps,
        speaker=speaker,
        channels=data.channels,
        contacts=[person(name, "to_call") for name in data.to_call],
        drill_on=data.drill_on,
        triggers=[planning.Wanted(one.words, one.level, one.posts) for one in data.triggers],
        actor=caller(request),
    )
    return _out(found)


@router.post("/policies/{pk}/plan/drill", response={200: PolicyOut, **NO})
def drill_plan(request: HttpRequest, pk: int, data: DrillIn) -> dict[str, Any]:
    found = _policy(caller(request), pk)
    planning.drill_plan(_plan(found), what=data.what, actor=caller(request))
    return _out(found)


@router.post("/policies/{pk}/plan/set-off", response={200: PolicyOut, **NO})
def set_off(request: HttpRequest, pk: int, data: SetOffIn) -> dict[str, Any]:
    found = _policy(caller(request), pk)
    require(caller(request), "plan.set_off")  # before the number: it tells nobody whether there is such an event
    event = find_event(caller(request), data.event)
    if event is None:
        raise Unreadable("event", _("没有这个编号的事件，请核对。"))
    planning.set_off(_plan(found), event=event, reason=data.reason, actor=caller(request))
    return _out(found)


@router.post("/policies/{pk}/hits/{hit}/take", response={200: PolicyOut, **NO})
def take_hit(request: HttpRequest, pk: int, hit: int, data: HitIn) -> dict[str, Any]:
    """The case is opened with the plan in it."""
    found = _policy(caller(request), pk)
    planning.take_hit(_hit(found, hit), reason=data.reason, actor=caller(request))
    return _out(found)


@router.post("/policies/{pk}/hits/{hit}/refuse", response={200: PolicyOut, **NO})
def refuse_hit(request: HttpRequest, pk: int, hit: int, data: ReasonIn) -> dict[str, Any]:
    found = _policy(caller(request), pk)
    planning.refuse_hit(_hit(found, hit), reason=data.reason, actor=caller(request))
    return _out(found)


def _plan(policy: Policy) -> Any:
    found = _assessment(policy).plan
    if found is None:
        raise Refused(_("还没有预案。"), code="no_plan")
    return found


def _hit(policy: Policy, pk: int) -> PlanHit:
    found = PlanHit.objects.filter(pk=pk, plan__assessment__policy=policy).select_related("plan", "event").first()
    if found is None:
        raise Http404
    return found
