"""Reads of policies and their assessments （六）: what evidence stands, what the gate lacks, what was approved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from huiying.foreseeing import surveying
from huiying.foreseeing.models import Assessment, Plan, Policy, Risk, Survey
from huiying.kernel import canonical
from huiying.people.versions import display_name, join_names
from huiying.regulation import Regulation
from huiying.regulation.schema_blocks import EvidenceKind


def chain_of(row: Policy) -> str:
    return f"policy:{row.number}"


@dataclass(frozen=True)
class Method:
    """A method of the regulation and the evidence that stands for it; without evidence it was not used (C6.2)."""

    name: str
    kind: EvidenceKind
    n: int

    @property
    def done(self) -> bool:
        return self.n > 0


def surveys(row: Assessment) -> list[Survey]:
    """With the portal's counts, which are a consultation's."""
    return list(row.surveys.select_related("consultation").prefetch_related("consultation__tallies"))


def evidence(row: Assessment, held: Sequence[Survey] | None = None) -> dict[EvidenceKind, int]:
    """How much counts: surveys with an answer, deliberations whose minutes are signed."""
    counted = Assessment.objects.filter(pk=row.pk).values(
        tracking=Count("trackings", distinct=True),
        visit=Count("visits", distinct=True),
        meeting=Count("deliberations", filter=Q(deliberations__signed_at__isnull=False), distinct=True),
    )[0]
    held = surveys(row) if held is None else held
    return {
        "tracking": counted["tracking"],
        "survey": sum(surveying.answered(one) > 0 for one in held),
        "visit": counted["visit"],
        "meeting": counted["meeting"],
    }


def methods(row: Assessment, regulation: Regulation, held: Sequence[Survey] | None = None) -> list[Method]:
    """In the order of the file. Two methods of one kind share their evidence, and count once."""
    found = evidence(row, held)
    rule = regulation.risk_assessment
    return [Method(name, kind, found[kind]) for name in rule.methods if (kind := rule.kind_of(name)) is not None]


def methods_done(row: Assessment, regulation: Regulation) -> int:
    return len({method.kind for method in methods(row, regulation) if method.done})


def live_risks(row: Assessment) -> QuerySet[Risk]:
    return row.risks.filter(dropped_at__isnull=True).select_related("owner", "watcher").order_by("id")


def level_by_rule(risks: Sequence[Risk], regulation: Regulation) -> str:
    """Of the gravest risk; "" without any: there is no overall score without listed risks (C6.6)."""
    return regulation.risk_assessment.level_of(max(risk.score for risk in risks)) if risks else ""


def needs_plan(level: str, regulation: Regulation) -> bool:
    """Every level but the lowest (C6.8)."""
    return level != "" and level != regulation.risk_assessment.risk_levels[0]


def why_not_propose(row: Assessment, regulation: Regulation) -> list[str]:
    """What an assessment still lacks before it can be sent up, each with what to do."""
    rule = regulation.risk_assessment
    lacks = []
    done = methods_done(row, regulation)
    if done < rule.min_methods:
        names = join_names(display_name(regulation, "word", name) for name in rule.methods)
        lacks.append(
            _("至少要用 %(least)d 种方式并留下证据，现在有 %(done)d 种（%(names)s）。")
            % {"least": rule.min_methods, "done": done, "names": names}
        )
    if row.risks_n == 0:
        lacks.append(_("还没有列出风险：没有风险清单，就没有风险等级（C6.6）。"))
    elif not row.level:
        lacks.append(_("还没有人确定风险等级（C6.7）。"))
    if row.level and row.needs_plan and row.plan_id is None:
        lacks.append(
            _("风险等级是“%(level)s”，必须先定处置预案（C6.8）。")
            % {"level": display_name(regulation, "word", row.level)}
        )
    if row.plan_id is not None and not row.plan.triggers.exists():  # type: ignore[union-attr]
        lacks.append(_("预案还没有写明什么情况下启动。"))
    return lacks


def sha256_of(row: Assessment) -> str:
    """SHA-256 of all that the second person approves: evidence, risks, level, plan and conclusion (INV-4)."""
    told: dict[str, Any] = {
        "policy": row.policy.number,
        "n": row.n,
        "visits_planned": row.visits_planned,
        "prediction": row.prediction,
        "level": [row.level, row.level_by_rule, row.level_reason, row.level_by],
        "conclusion": row.conclusion,
        "trackings": [[one.pk, one.words, one.figures, one.finding] for one in row.trackings.all()],
        "surveys": [
            [one.pk, one.frame, one.frame_size, one.drawn, one.asked, surveying.counts(one)] for one in surveys(row)
        ],
        "visits": [[one.pk, one.visited_on.isoformat(), one.whom, one.views] for one in row.visits.all()],
        "deliberations": [
            [one.pk, one.minutes, one.present, one.dissents, one.signed_by] for one in row.deliberations.all()
        ],
        "risks": [
            [one.pk, one.title, one.likelihood, one.impact, one.signs, one.affected, one.owner.code, one.watcher.name]
            for one in live_risks(row)
        ],
        "plan": _plan_told(row.plan) if row.plan is not None else None,
    }
    return canonical.sha256(canonical.dumps(told))


def _plan_told(plan: Plan) -> list[Any]:
    people = sorted(user.username for user in plan.contacts.all())
    triggers = [[one.words, one.level, one.posts] for one in plan.triggers.all()]
    return [plan.questions, plan.steps, plan.speaker_name, plan.channels, people, plan.drill_on.isoformat(), triggers]


def current(policy: Policy) -> Assessment | None:
    """The last assessment: the open one, else the approved one."""
    return policy.assessments.select_related("plan", "policy__department").order_by("-n").first()


def approved(policy: Policy) -> Assessment | None:
    rows = policy.assessments.filter(state=Assessment.APPROVED).select_related("plan")
    return rows.order_by("-n").first()


def why_not_issue(policy: Policy) -> str:
    """The gate (C6.1): what stands in the way of 出台, in one sentence; "" where nothing does."""
    if policy.state != Policy.DRAFT:
        return _("这项政策已经出台，或已决定不出台。")
    if policy.major is None:
        return _("还没有判定是否涉及群众切身利益（C6.1）。")
    if not policy.major:
        if policy.excused_user is None:
            return _("判定“不涉及”还没有另一人同意；同意之前不能出台（C6.1）。")
        return ""
    if policy.assessed_at is None:
        return _("涉及群众切身利益，须先完成并批准舆情风险评估，才能出台（C6.1）。")
    return ""


def staff_list(every: bool) -> QuerySet[Policy]:
    rows = Policy.objects.select_related("department")
    return rows if every else rows.filter(state=Policy.DRAFT)


def ungated(now: dt.date) -> QuerySet[Policy]:
    """Meant to be issued by now, with a gate that is still shut: C6.1's “must be impossible” in the making."""
    rows = Policy.objects.filter(state=Policy.DRAFT, planned_on__lte=now)
    return rows.exclude(major=True, assessed_at__isnull=False).exclude(major=False, excused_user__isnull=False)
