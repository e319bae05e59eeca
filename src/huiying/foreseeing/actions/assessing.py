"""风险评估 C6.1, C6.6, C6.7: begun, risks listed, level decided, sent up, approved by a second person; and honest
prediction C6.6: what became of past events about the like, with an interval, or nothing.
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.foreseeing import policies, surveying
from huiying.foreseeing.actions.policies import locked, note, still_open, tell
from huiying.foreseeing.models import Assessment, Plan, Policy, Risk
from huiying.foreseeing.queries import is_open
from huiying.handling.models import Case
from huiying.judging import merging
from huiying.judging.material import SCANNED, About, alike
from huiying.judging.models import Event, EventPost
from huiying.kernel import clock as time
from huiying.people.errors import Refused
from huiying.people.models import Department, User
from huiying.people.permissions import may, require
from huiying.people.queries import able, regulation_now
from huiying.people.standing import actor_of
from huiying.people.versions import department_name, display_name, join_names, require_text

DAYS: Final = 8  # of a curve, the first day is 0
MOST_ALIKE: Final = 12
_DAY: Final = dt.timedelta(days=1)


def predict(title: str, words: Sequence[str] = ()) -> dict[str, Any]:
    """`events` (likest first), `needed`, and with enough of them `days`, `total`, `peak`, `lasted`, each least, median,
    most; `covers`: the chance that the next one falls between.
    """
    needed = regulation_now().risk_assessment.comparable
    events = [_past(event) for event in _alike(" ".join([title, *words]))]
    found: dict[str, Any] = {"needed": needed, "events": events, "enough": len(events) >= needed}
    if not found["enough"]:
        return found
    n = len(events)
    by_day = [sorted(event["by_day"][day] for event in events) for day in range(DAYS)]
    return {
        **found,
        "days": [_span(counts) for counts in by_day],
        "total": _span([event["posts"] for event in events]),
        "peak": _span([max(event["by_day"]) for event in events]),
        "lasted": _span([event["lasted_days"] for event in events]),
        "covers": round((n - 1) / (n + 1), 4),
    }


def _span(values: Sequence[float]) -> dict[str, float]:
    return {"least": min(values), "median": statistics.median(values), "most": max(values)}


def _alike(words: str) -> list[Event]:
    """Closed events only: of one that goes on nobody knows yet how it ends. None about a danger to life."""
    rows = Event.objects.filter(
        state=Event.ENDED, life_safety=False, sensitive="", case__state="closed"
    ).select_related("case")
    known = {event.pk: event for event in rows.order_by("-opened_at", "-pk")[:SCANNED]}
    found = alike(About(0, words), [About(pk, event.title) for pk, event in known.items()], most=MOST_ALIKE)
    return [known[one.key] for one in found]


def _past(event: Event) -> dict[str, Any]:
    """One event: posts a day from its first, and how it ended."""
    rows = EventPost.objects.filter(event__in=merging.family(event), withdrawn_at__isnull=True)
    moments = [
        received if published is None or confidence == "future" else published
        for published, received, confidence in rows.values_list(
            "post__published_at", "post__received_at", "post__time_confidence"
        )
    ]
    first = min(moments, default=event.opened_at)
    days = Counter((at - first) // _DAY for at in moments)
    case: Case = event.case
    return {
        "number": event.number,
        "title": event.title,
        "case": case.number,
        "level": case.level,
        "posts": len(moments),
        "by_day": [days[day] for day in range(DAYS)],
        "lasted_days": max(days, default=0) + 1,
        "answered_hours": _hours(case.first_known_at, case.answered_at),
        "closed_days": _days(case.opened_at, case.closed_at),
    }


def _hours(start: dt.datetime, end: dt.datetime | None) -> float | None:
    return round((end - start).total_seconds() / 3600, 1) if end else None


def _days(start: dt.datetime, end: dt.datetime | None) -> int | None:
    return (end - start) // _DAY + 1 if end else None


SCALE = range(1, 6)


@transaction.atomic
def begin_assessment(policy: Policy, *, visits_planned: int, actor: User) -> Assessment:
    """One at a time. After an approved one another may follow, as long as the policy is not issued."""
    require(actor, "policy.assess", policy)
    policy = locked(policy)
    still_open(policy)
    if policy.major is None:
        raise Refused(_("请先判定是否涉及群众切身利益，再开始评估。"), code="not_screened")
    if policy.assessments.exclude(state=Assessment.APPROVED).exists():
        raise Refused(_("已经有一份评估正在做。"), code="already_begun")
    row = Assessment.objects.create(
        policy=policy,
        n=policy.assessments.count() + 1,
        begun_by=actor.name,
        begun_at=time.now(),
        visits_planned=visits_planned,
    )
    note(policy, "assessment.begun", {"n": row.n, "visits_planned": visits_planned}, actor_of(actor), [row])
    return row


def to_change(row: Assessment) -> Assessment:
    """Locked, and open again where it was sent up: what is changed has to be approved as it stands then (INV-4)."""
    policy = locked(row.policy)
    row = Assessment.objects.select_for_update(of=("self",)).select_related("policy", "plan").get(pk=row.pk)
    row.policy = policy
    if row.state == Assessment.APPROVED:
        raise Refused(_("评估已经批准，不能再改；情况变了，请另做一次评估。"), code="approved")
    still_open(policy)
    if row.state == Assessment.PROPOSED:
        row.state, row.sha256 = Assessment.OPEN, ""
        row.save(update_fields=["state", "sha256"])
    return row


@transaction.atomic
def ask_the_past(row: Assessment, actor: User) -> Assessment:
    """科学预测 (C6.6): what became of past events that were about the like, kept as it was read."""
    require(actor, "policy.assess", row)
    row = to_change(row)
    row.prediction = predict(row.policy.title, [risk.title for risk in policies.live_risks(row)])
    row.save(update_fields=["prediction"])
    told = {"events": len(row.prediction["events"]), "enough": row.prediction["enough"]}
    note(row.policy, "assessment.predicted", {"n": row.n, **told}, actor_of(actor), [row])
    return row


@transaction.atomic
def save_risk(
    row: Assessment,
    risk: Risk | None,
    *,
    title: str,
    affected: str,
    likelihood: int,
    impact: int,
    signs: str,
    owner: Department,
    watcher: User,
    measure: str,
    actor: User,
) -> Risk:
    """列一项风险: with whom it touches, its early signs and who watches for them (C6.6)."""
    require(actor, "policy.assess", row)
    row = to_change(row)
    if likelihood not in SCALE or impact not in SCALE:
        raise Refused(_("可能性和影响各填 1 到 5。"), code="scale")
    if not owner.is_active:
        raise Refused(_("“%(name)s”不在现行职责清单中。") % {"name": department_name(owner.name)}, code="not_listed")
    if not watcher.is_active or watcher.administers:
        raise Refused(_("盯这项风险的须是在岗的工作人员。"), code="watcher")
    if risk is not None and (risk.assessment_id != row.pk or risk.dropped_at is not None):
        raise Refused(_("这项风险不在这份评估里，或已经划去。"), code="other_assessment")
    risk = risk or Risk(assessment=row)
    risk.title = require_text(title, 4, _("风险"))[:200]
    risk.affected = require_text(affected, 2, _("影响到谁"))[:200]
    risk.signs = require_text(signs, 4, _("早期迹象"))[:500]
    risk.likelihood, risk.impact, risk.measure = likelihood, impact, measure.strip()
    risk.owner, risk.watcher, risk.by, risk.at = owner, watcher, actor.name, time.now()
    risk.save()
    _recount(row)
    told = {"n": row.n, "risk": risk.pk, "title": risk.title, "likelihood": likelihood, "impact": impact}
    has = {"has_sign": bool(risk.signs), "has_owner": True, "owner": owner.name, "watcher": watcher.name}
    note(row.policy, "risk.saved", {**told, **has}, actor_of(actor), [row, risk])
    return risk


@transaction.atomic
def drop_risk(risk: Risk, *, reason: str, actor: User) -> Risk:
    """划去: the row stays with its reason."""
    require(actor, "policy.assess", risk)
    row = to_change(risk.assessment)
    risk = Risk.objects.get(pk=risk.pk)
    if risk.dropped_at is not None:
        raise Refused(_("这项风险已经划去。"), code="dropped")
    risk.dropped_why, risk.dropped_at = require_text(reason, 4, _("划去的理由"))[:300], time.now()
    risk.save(update_fields=["dropped_why", "dropped_at"])
    _recount(row)
    told = {"n": row.n, "risk": risk.pk, "reason": risk.dropped_why}
    note(row.policy, "risk.dropped", told, actor_of(actor), [row, risk])
    return risk


def _recount(row: Assessment) -> None:
    """The level rests on the risks as they stood: with others it has to be decided anew."""
    row.risks_n = policies.live_risks(row).count()
    row.level = row.level_by_rule = row.level_reason = row.level_by = ""
    row.level_user = row.level_at = None
    row.needs_plan = False
    row.save()


@transaction.atomic
def decide_risk_level(row: Assessment, *, level: str, reason: str, actor: User) -> Assessment:
    """确定风险等级 (C6.7): the rule suggests by the gravest risk; a person signs, and says why where it differs."""
    require(actor, "policy.assess", row)
    row = to_change(row)
    regulation = regulation_now()
    levels = regulation.risk_assessment.risk_levels
    if level not in levels:
        names = join_names(display_name(regulation, "word", name) for name in levels)
        raise Refused(_("风险等级应为：%(names)s。") % {"names": names}, code="level")
    risks = list(policies.live_risks(row))
    by_rule = policies.level_by_rule(risks, regulation)
    if not by_rule:
        raise Refused(_("还没有列出风险：没有风险清单，就没有风险等级（C6.6）。"), code="no_risks")
    if level != by_rule:
        reason = require_text(reason, 4, _("与规则不同的理由"))
    row.level, row.level_by_rule, row.level_reason = level, by_rule, reason.strip()
    row.level_by, row.level_user, row.level_at = actor.name, actor.pk, time.now()
    row.needs_plan = policies.needs_plan(level, regulation)
    row.save()
    told = {"n": row.n, "level": level, "by_rule": by_rule, "reason": row.level_reason, "needs_plan": row.needs_plan}
    note(row.policy, "assessment.graded", told, actor_of(actor), [row])
    return row


@transaction.atomic
def propose_assessment(row: Assessment, *, conclusion: str, actor: User) -> Assessment:
    """送审: with evidence of enough methods, risks, a level and the plan that the level asks for."""
    require(actor, "policy.assess", row)
    row = to_change(row)
    regulation = regulation_now()
    if lacks := policies.why_not_propose(row, regulation):
        raise Refused(" ".join(lacks), code="not_whole")
    for survey in row.surveys.select_related("consultation"):
        if survey.consultation is not None and is_open(survey.consultation):
            raise Refused(
                _("“%(title)s”还在网上收答卷，数字没有定下来。截止以后再送审。") % {"title": survey.title},
                code="still_answering",
            )
    row.conclusion = require_text(conclusion, 10, _("评估结论"))
    row.methods_least = regulation.risk_assessment.min_methods
    row.methods_done = policies.methods_done(row, regulation)
    row.state, row.returned_why = Assessment.PROPOSED, ""
    row.proposed_by, row.proposed_user, row.proposed_at = actor.name, actor.pk, time.now()
    row.sha256 = policies.sha256_of(row)
    row.save()
    note(row.policy, "assessment.proposed", {"n": row.n, "sha256": row.sha256}, actor_of(actor), [row])
    people = able("lead_bureau") if is_highest(row) else [*able("office"), *able("lead_bureau")]
    tell(
        row.policy,
        [user for user in people if user.pk not in (row.proposed_user, row.level_user)],
        f"assessment:{row.sha256[:12]}",
        f"“{row.policy.title}”的舆情风险评估待您批准",
    )
    return row


def is_highest(row: Assessment) -> bool:
    return row.level == regulation_now().risk_assessment.risk_levels[-1]


def why_not_decide(row: Assessment, user: User) -> str:
    """Who may not approve, and why: neither who sent it up nor who set the level; the highest is a leader's."""
    if why := may(user, "policy.decide").why:
        return why
    if is_highest(row) and (why := may(user, "policy.decide_highest").why):
        return _("最高一级风险须由局领导批准。")
    if user.pk in (row.proposed_user, row.level_user):
        return _("送审的人和定等级的人不能自己批准，请另一人审核。")
    return ""


@transaction.atomic
def decide_assessment(row: Assessment, *, approve: bool, sha256: str, comment: str, actor: User) -> Assessment:
    """批准 or 退回, on exactly what was seen. Approved, the gate of C6.1 opens and the plan begins to watch (C6.8)."""
    policy = locked(row.policy)
    row = Assessment.objects.select_for_update(of=("self",)).select_related("plan").get(pk=row.pk)
    row.policy = policy
    require(actor, "policy.decide")
    if row.state != Assessment.PROPOSED:
        raise Refused(_("没有等待批准的评估。"), code="nothing_proposed")
    if policy.state != Policy.DRAFT:
        raise Refused(_("政策已经出台或已决定不出台，评估不能补批（C6.1）。"), code="is_over")
    if why := why_not_decide(row, actor):
        raise Refused(why, code="second_person")
    if sha256 != row.sha256 or policies.sha256_of(row) != sha256:
        raise Refused(_("您看到的不是现在的内容。请刷新页面，看过新的内容再审。"), code="other_text")
    if not approve:
        row.returned_why = require_text(comment, 4, _("退回的理由"))
        row.state, row.sha256 = Assessment.OPEN, ""
        row.save(update_fields=["returned_why", "state", "sha256"])
        note(policy, "assessment.returned", {"n": row.n, "reason": row.returned_why}, actor_of(actor), [row])
        return row
    now = time.now()
    row.state, row.approved_at = Assessment.APPROVED, now
    row.approved_by, row.approved_user = actor.name, actor.pk
    row.save()
    policy.assessed_at = now
    policy.save(update_fields=["assessed_at"])
    plans = _let_it_watch(row)
    regulation = regulation_now()
    told = {
        "n": row.n,
        "sha256": sha256,
        "level": row.level,
        "level_by": row.level_by,
        "needs_plan": row.needs_plan,
        "has_plan": row.plan is not None,
        "drill_on": row.plan.drill_on.isoformat() if row.plan is not None else "",
        "methods": [
            {"name": method.name, "kind": method.kind, "evidence": method.n}
            for method in policies.methods(row, regulation)
        ],
        "surveys": [surveying.told(survey) for survey in row.surveys.select_related("consultation")],
        "visits": row.visits.count(),
        "visits_planned": row.visits_planned,
        "minutes": row.deliberations.count(),
        "minutes_signed": row.deliberations.filter(signed_at__isnull=False).count(),
        "risks": row.risks_n,
        "risks_with_sign_and_owner": sum(
            bool(risk.signs) and risk.watcher_id is not None for risk in policies.live_risks(row)
        ),
        "comment": comment,
    }
    note(policy, "assessment.approved", told, actor_of(actor), [policy, row, *plans])
    return row


def _let_it_watch(row: Assessment) -> list[Plan]:
    """The plan of the newest approved assessment watches, those before it no longer do. The plans that changed."""
    changed = []
    for other in row.policy.assessments.exclude(pk=row.pk).filter(plan__active=True).select_related("plan"):
        assert other.plan is not None
        other.plan.active, other.plan.ended_why = False, "已有新的评估"
        other.plan.save(update_fields=["active", "ended_why"])
        changed.append(other.plan)
    if row.plan is not None:
        row.plan.active, row.plan.looked_at = True, time.now()
        row.plan.save(update_fields=["active", "looked_at"])
        changed.append(row.plan)
    return changed
