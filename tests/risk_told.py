"""How far a policy has come: each step goes through the verbs that people use （六）."""

from __future__ import annotations

import datetime as dt
from typing import Any

from cast import Cast
from huiying.foreseeing.actions import assessing, evidencing, planning, policies
from huiying.foreseeing.models import Assessment, Plan, Policy, Risk, Survey
from huiying.kernel import clock
from huiying.people.models import Platform, Spokesperson, User

TITLE = "投标保证金退还办法"
SUMMARY = "投标保证金改为五个工作日内退还，影响所有投标企业。"
REASON = "关系到所有投标企业的资金，属于涉及群众切身利益。"
QUESTIONS = [{"text": "多久退还保证金合适", "options": ["三天", "五天", "七天"]}]


def registered(cast: Cast, title: str = TITLE, **more: Any) -> Policy:
    told: dict[str, Any] = {"summary": SUMMARY, "department": cast.department("Z-XX"), "planned_on": None}
    return policies.save_policy(None, title=title, **told | more, actor=cast.tech_liaison)


def screened(cast: Cast, **more: Any) -> Policy:
    return policies.screen_policy(registered(cast, **more), major=True, reason=REASON, actor=cast.tech_liaison)


def begun(cast: Cast, **more: Any) -> Assessment:
    return assessing.begin_assessment(screened(cast, **more), visits_planned=1, actor=cast.tech_liaison)


def tracked(cast: Cast, row: Assessment, words: str = "保证金") -> None:
    today = clock.now().date()
    evidencing.track(
        row, words=words, since=today - dt.timedelta(days=30), until=today, cases=[], finding="议论集中在退还太慢。",
        actor=cast.tech_liaison,
    )  # fmt: skip


def visited(cast: Cast, row: Assessment, views: str = "希望三天之内退，最好能查进度。") -> None:
    evidencing.visit(
        row, visited_on=clock.now().date(), whom="三家投标企业的财务", place="大厅", views=views,
        actor=cast.tech_liaison,
    )  # fmt: skip


def surveyed(cast: Cast, row: Assessment, **more: Any) -> Survey:
    told: dict[str, Any] = {
        "title": "保证金退还问卷", "frame": "上半年投标过的企业名录", "frame_size": 400, "drawn": Survey.RANDOM,
        "asked": 100, "consultation": None, "questions": QUESTIONS,
    }  # fmt: skip
    return evidencing.survey(row, **told | more, actor=cast.tech_liaison)


def deliberated(cast: Cast, row: Assessment, sign: bool = True) -> Any:
    found = evidencing.deliberate(
        row, held_on=clock.now().date(), topic="保证金退还办法的舆情风险", chair=cast.tech_head,
        present=[cast.tech_head, cast.tech_liaison, cast.legal], minutes="大家认为主要风险是系统来不及改造。",
        dissents=[("法规处长", "我认为应当先试行三个月。")], actor=cast.tech_liaison,
    )  # fmt: skip
    return evidencing.sign_deliberation(found, cast.tech_head) if sign else found


def risky(cast: Cast, row: Assessment, likelihood: int = 3, impact: int = 3, title: str = "系统来不及改造") -> Risk:
    return assessing.save_risk(
        row, None, title=title, affected="投标企业", likelihood=likelihood, impact=impact, signs="退款咨询一天超过十件",
        owner=cast.department("Z-XX"), watcher=cast.tech_liaison, measure="提前两周上线试运行", actor=cast.tech_liaison,
    )  # fmt: skip


def graded(cast: Cast, row: Assessment, level: str = "中", reason: str = "", by: User | None = None) -> Assessment:
    return assessing.decide_risk_level(row, level=level, reason=reason, actor=by or cast.tech_head)


def speaker(cast: Cast) -> Spokesperson:
    found = Spokesperson.objects.filter(until__isnull=True).first()
    return found or Spokesperson.objects.create(
        user=cast.office, scope="本局各项业务", since=clock.now() - dt.timedelta(days=1), appointed_by="局长",
        appointed_at=clock.now(),
    )  # fmt: skip


def planned(cast: Cast, row: Assessment, **more: Any) -> Plan:
    told: dict[str, Any] = {
        "questions": [("为什么退得慢", "旧系统逐笔人工核对，新办法上线后五个工作日内退还。")],
        "steps": "信息技术部先核对名单，办公室发布说明。", "speaker": speaker(cast),
        "channels": [Platform.objects.get(code="portal").code], "contacts": [cast.tech_head, cast.office],
        "drill_on": clock.now().date() + dt.timedelta(days=10), "triggers": [planning.Wanted(["保证金"])],
    }  # fmt: skip
    return planning.save_plan(row, **told | more, actor=cast.tech_liaison)


def whole(cast: Cast, level: str = "中", **more: Any) -> Assessment:
    """Two methods, a risk, a level, a plan: everything but the second person's word."""
    row = begun(cast, **more)
    tracked(cast, row)
    visited(cast, row)
    score = {"低": (1, 3), "中": (3, 3), "高": (4, 4)}[level]
    risky(cast, row, *score)
    graded(cast, row, level)
    planned(cast, row)
    return proposed(cast, row)


def proposed(cast: Cast, row: Assessment) -> Assessment:
    return assessing.propose_assessment(row, conclusion="总体可行，按预案准备后出台。", actor=cast.tech_liaison)


def approved(cast: Cast, level: str = "中", **more: Any) -> Assessment:
    row = whole(cast, level, **more)
    return agreed(cast, row)


def agreed(cast: Cast, row: Assessment, by: User | None = None) -> Assessment:
    row = again(row)
    return assessing.decide_assessment(row, approve=True, sha256=row.sha256, comment="", actor=by or cast.deputy)


def again(row: Assessment) -> Assessment:
    return Assessment.objects.select_related("policy__department", "plan").get(pk=row.pk)
