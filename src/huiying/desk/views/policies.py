"""政策和风险评估 （六）C6.1–C6.8: the gate, the evidence, the risks, the plan — a step a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _t, gettext_lazy as _

from huiying.desk.bar import Bar, Verb, build, form_for, offered
from huiying.desk.dispatch import perform, perform_verb
from huiying.desk.forms import VerbForm
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.subjects.policies import METHOD_VERBS, PLAN_VERBS, POLICY_VERBS, RISK_VERBS, VOICE_VERBS, fan, matrix
from huiying.desk.subjects.policy_forms import DRAWN, PolicyForm
from huiying.desk.views.events import page_of
from huiying.foreseeing import policies as reads, surveying
from huiying.foreseeing.actions.assessing import why_not_decide
from huiying.foreseeing.actions.policies import save_policy
from huiying.foreseeing.models import Assessment, Deliberation, Plan, PlanHit, Policy, Risk, Survey, Trigger
from huiying.kernel import clock
from huiying.people.models import User
from huiying.people.permissions import may
from huiying.people.queries import standing
from huiying.regulation import Regulation

HITS = 20
HIT_STATES: dict[str, str | Promise] = {
    PlanHit.WAITING: _("等您决定"),
    PlanHit.TAKEN: _("已启动"),
    PlanHit.REFUSED: _("决定不启动"),
}


@dataclass
class Shown:
    """A policy with what its page has read: forms and verbs look here instead of asking again."""

    policy: Policy
    assessment: Assessment | None
    plan: Plan | None
    by_rule: str = ""
    lacks: list[str] = field(default_factory=list)  # before the assessment can be sent up
    surveys: list[Survey] = field(default_factory=list)
    deliberations: list[Deliberation] = field(default_factory=list)
    live_risks: list[Risk] = field(default_factory=list)
    triggers: list[Trigger] = field(default_factory=list)
    contacts: list[User] = field(default_factory=list)
    hits: list[PlanHit] = field(default_factory=list)

    @property
    def pk(self) -> int:
        return self.policy.pk


def state_words(row: Policy) -> str:
    """Where it stands, as people say it."""
    words = {Policy.ISSUED: _t("已出台"), Policy.SHELVED: _t("不出台了")}
    if row.state in words:
        return words[row.state]
    if row.major is None:
        return _t("待判定是否涉及群众利益")
    if not row.major:
        return _t("不涉及，可以出台") if row.excused_user is not None else _t("判定“不涉及”，待另一人同意")
    return _t("评估已批准，可以出台") if row.assessed_at else _t("须评估，批准前不能出台")


def _is_late(row: Policy) -> bool:
    today = clock.now().astimezone().date()
    return row.state == Policy.DRAFT and row.planned_on is not None and row.planned_on <= today and not _ready(row)


def _ready(row: Policy) -> bool:
    return row.excused_user is not None if row.major is False else row.assessed_at is not None


@staff()
def policies(request: StaffRequest) -> HttpResponse:
    """What is being prepared, the day that has come with a shut gate in red; `?all=1` every one."""
    or_404(request.user, "policy.view")
    every = request.GET.get("all") == "1"
    page = page_of(request, reads.staff_list(every))
    context = {
        "page": page,
        "rows": [(row, state_words(row), _is_late(row)) for row in page],
        "every": every,
        "may_draft": may(request.user, "policy.draft").allowed,
    }
    return render(request, "desk/policies.html", context)


@staff("GET", "HEAD", "POST")
def new(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "policy.view")
    return _write(request, None)


@staff("GET", "HEAD", "POST")
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    return _write(request, _get(request.user, pk))


def _write(request: StaffRequest, row: Policy | None) -> HttpResponse:
    if why := may(request.user, "policy.draft", row).why:
        messages.error(request, why)
        return redirect("desk:policies")
    form = PolicyForm(request.POST if request.method == "POST" else None, row=row, user=request.user)
    return perform(
        request,
        lambda: save_policy(row, **form.cleaned_data, actor=request.user),
        done=_t("已登记。下一步：判定是否涉及群众切身利益。"),
        to=lambda saved: reverse("desk:policy", args=[saved.pk]),
        form=form,
        again=lambda status: render(request, "desk/policy_edit.html", {"shown": row, "form": form}, status=status),
    )


def _get(user: User, pk: int) -> Policy:
    or_404(user, "policy.view")
    return get_object_or_404(Policy.objects.select_related("department"), pk=pk)


def _read(policy: Policy, part: str, regulation: Regulation) -> Shown:
    row = reads.current(policy)
    if row is not None:
        row.policy = policy
    shown = Shown(policy, row, row.plan if row is not None else None)
    if row is None:
        return shown
    if part == "methods":
        shown.surveys = reads.surveys(row)
    if part == "voices":
        shown.deliberations = list(row.deliberations.all())
    if part == "risks":
        shown.live_risks = list(reads.live_risks(row))
        shown.by_rule = reads.level_by_rule(shown.live_risks, regulation)
    if part in ("plan", "plan_edit") and shown.plan is not None:
        shown.triggers = list(shown.plan.triggers.all())
    if part == "plan" and shown.plan is not None:
        shown.contacts = list(shown.plan.contacts.all())
    if part == "main" and row.state == Assessment.OPEN:
        shown.lacks = reads.why_not_propose(row, regulation)
    if part in ("plan", "main"):
        hits = PlanHit.objects.filter(plan__assessment__policy=policy).select_related("event", "case", "plan")
        shown.hits = list(hits[:HITS])
    return shown


PARTS: dict[str, tuple[str, Mapping[str, Verb]]] = {
    "main": ("desk:policy", POLICY_VERBS),
    "methods": ("desk:policy_methods", METHOD_VERBS),
    "voices": ("desk:policy_voices", VOICE_VERBS),
    "risks": ("desk:policy_risks", RISK_VERBS),
    "plan": ("desk:policy_plan", PLAN_VERBS),
}


@staff()
def policy(request: StaffRequest, pk: int) -> HttpResponse:
    return _show(request, _get(request.user, pk), "main")


@staff()
def methods(request: StaffRequest, pk: int) -> HttpResponse:
    return _show(request, _get(request.user, pk), "methods")


@staff()
def voices(request: StaffRequest, pk: int) -> HttpResponse:
    return _show(request, _get(request.user, pk), "voices")


@staff()
def risks(request: StaffRequest, pk: int) -> HttpResponse:
    return _show(request, _get(request.user, pk), "risks")


@staff()
def plan(request: StaffRequest, pk: int) -> HttpResponse:
    return _show(request, _get(request.user, pk), "plan")


@staff()
def plan_edit(request: StaffRequest, pk: int) -> HttpResponse:
    found = _get(request.user, pk)
    shown = _read(found, "plan_edit", standing(request.user).regulation)
    if why := _assessing(shown, request.user):
        messages.error(request, why)
        return redirect("desk:policy_plan", found.pk)
    return _plan_form(request, shown, form_for(PLAN_VERBS["plan"], "plan", shown, request.user))


def _plan_form(request: StaffRequest, shown: Shown, form: VerbForm) -> HttpResponse:
    return render(request, "desk/policy_plan_edit.html", {"policy": shown.policy, "form": form})


@staff("POST")
def do(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    found = _get(request.user, pk)
    part = next((name for name, (_address, verbs) in PARTS.items() if verb in verbs), None)
    if part is None:
        raise Http404
    address, verbs = PARTS[part]
    shown = _read(found, part, standing(request.user).regulation)

    def again(bound: dict[str, VerbForm]) -> HttpResponse:
        if "plan" in bound:
            return _plan_form(request, shown, bound["plan"])
        return _show(request, _get(request.user, pk), part, bound)

    return perform_verb(request, verbs, verb, shown, to=reverse(address, args=[found.pk]), again=again)


def _show(request: StaffRequest, found: Policy, part: str, bound: dict[str, VerbForm] | None = None) -> HttpResponse:
    user, regulation = request.user, standing(request.user).regulation
    shown = _read(found, part, regulation)
    context: dict[str, Any] = {
        "shown": shown,
        "policy": found,
        "row": shown.assessment,
        "plan": shown.plan,
        "state": state_words(found),
        "late": _is_late(found),
        "part": part,
        "tabs": [(reverse(PARTS[name][0], args=[found.pk]), word, name == part) for name, word in TABS.items()],
        "bar": _bar(part, shown, user, bound),
        **CONTEXTS[part](shown, user, regulation),
    }
    return render(request, f"desk/policy_{part}.html", context)


TABS: dict[str, str | Promise] = {
    "main": _("概况"),
    "methods": _("跟踪和调查"),
    "voices": _("走访和会商"),
    "risks": _("风险和等级"),
    "plan": _("处置预案"),
}


def _main(shown: Shown, user: User, _regulation: Regulation) -> dict[str, Any]:
    return {
        "may_edit": may(user, "policy.draft", shown.policy).allowed and shown.policy.state == Policy.DRAFT,
        "why_not_issue": reads.why_not_issue(shown.policy) if shown.policy.state == Policy.DRAFT else "",
        "lacks": shown.lacks,
        "hits": _hits(shown),
        "paper": shown.assessment is not None
        and shown.assessment.state == Assessment.APPROVED
        and may(user, "policy.assess", shown.policy).allowed,
        "waiting": sum(hit.state == PlanHit.WAITING for hit in shown.hits),
    }


def _methods(shown: Shown, _user: User, regulation: Regulation) -> dict[str, Any]:
    row = shown.assessment
    if row is None:
        return {}
    return {
        "methods": reads.methods(row, regulation, shown.surveys),
        "least": regulation.risk_assessment.min_methods,
        "small": regulation.risk_assessment.small_sample,
        "trackings": row.trackings.all(),
        "surveys": [
            {
                "row": survey,
                "drawn": DRAWN[survey.drawn],
                "n": surveying.answered(survey),
                "rate": surveying.response_rate(survey),
                "results": surveying.results(survey, regulation.risk_assessment.small_sample),
            }
            for survey in shown.surveys
        ],
    }


def _voices(shown: Shown, _user: User, _regulation: Regulation) -> dict[str, Any]:
    return {"visits": list(shown.assessment.visits.all())} if shown.assessment is not None else {}


def _risks(shown: Shown, _user: User, regulation: Regulation) -> dict[str, Any]:
    row, rule = shown.assessment, regulation.risk_assessment
    if row is None:
        return {}
    begins = [1, *rule.begins]
    return {
        "risks": [(n, risk, rule.level_of(risk.score)) for n, risk in enumerate(shown.live_risks, 1)],
        "matrix": matrix(shown.live_risks, rule),
        "rule": list(zip(rule.risk_levels, begins, strict=True)),
        "by_rule": shown.by_rule,
        "prediction": row.prediction,
        "fan": fan(row.prediction),
    }


def _plan(shown: Shown, _user: User, _regulation: Regulation) -> dict[str, Any]:
    return {"hits": _hits(shown), "triggers": shown.triggers, "contacts": shown.contacts}


def _hits(shown: Shown) -> list[tuple[PlanHit, str | Promise]]:
    return [(hit, HIT_STATES[hit.state]) for hit in shown.hits]


CONTEXTS: dict[str, Callable[[Shown, User, Regulation], dict[str, Any]]] = {
    "main": _main,
    "methods": _methods,
    "voices": _voices,
    "risks": _risks,
    "plan": _plan,
}


# --- what may be done, and why not -----------------------------------------------------------------------------------


def _bar(part: str, shown: Shown, user: User, bound: dict[str, VerbForm] | None) -> Bar:
    return build(
        offered(OFFERS[part](shown, user)),
        PARTS[part][1],
        shown,
        user,
        base=f"{reverse('desk:policy', args=[shown.pk])}do/",
        pages={"plan": reverse("desk:policy_plan_edit", args=[shown.pk])},
        bound=bound,
        forward=FORWARD[part],
    )


FORWARD = {
    "main": ("decide", "second", "screen", "issue", "begin", "propose"),
    "methods": ("track",),
    "voices": ("sign", "visit"),
    "risks": ("grade", "risk"),
    "plan": ("take", "plan"),
}
Offers = list[tuple[str, "str | Promise", str]]


def _offers_main(shown: Shown, user: User) -> Offers:
    policy, row = shown.policy, shown.assessment
    drafts = may(user, "policy.draft", policy).why
    rows: Offers = []
    if policy.state != Policy.DRAFT:
        return []
    if row is None:
        rows.append(("screen", _("判定是否涉及群众利益"), drafts))
    if policy.major is False and policy.excused_user is None:
        own = _t("作出判定的人不能自己同意，请另一人来定。") if policy.screened_user == user.pk else ""
        rows.append(("second", _("对“不涉及”表态"), may(user, "policy.second").why or own))
    if policy.major and (row is None or row.state == Assessment.APPROVED):
        words = _("开始风险评估") if row is None else _("再做一次评估")
        rows.append(("begin", words, may(user, "policy.assess", policy).why))
    if row is not None and row.state == Assessment.OPEN:
        lacks = " ".join(shown.lacks)
        rows.append(("propose", _("送审评估"), may(user, "policy.assess", policy).why or lacks))
    if row is not None and row.state == Assessment.PROPOSED:
        rows.append(("decide", _("审批评估"), why_not_decide(row, user)))
    if policy.major is not None:
        rows.append(("issue", _("标记出台"), may(user, "policy.issue", policy).why or reads.why_not_issue(policy)))
    rows.append(("shelve", _("不出台了"), drafts))
    return rows


def _assessing(shown: Shown, user: User) -> str:
    """Why nothing may be added to the assessment, "" where it may."""
    row = shown.assessment
    if shown.policy.state != Policy.DRAFT:
        return _t("这项政策已经出台，或已决定不出台，不能再改。")
    if row is None:
        return _t("还没有开始评估。")
    if row.state == Assessment.APPROVED:
        return _t("评估已经批准，不能再改；情况变了，请另做一次评估。")
    return may(user, "policy.assess", shown.policy).why


def _offers_methods(shown: Shown, user: User) -> Offers:
    why = _assessing(shown, user)
    rows: Offers = [
        ("track", _("舆情跟踪：让系统数"), why),
        ("survey", _("定一份问卷"), why),
    ]
    if shown.surveys:
        rows.append(("paper", _("填纸质答卷"), why))
    return rows


def _offers_voices(shown: Shown, user: User) -> Offers:
    why = _assessing(shown, user)
    rows: Offers = [
        ("visit", _("登记走访"), why),
        ("deliberate", _("登记会商"), why),
        ("link_meeting", _("引用联席会议"), why),
    ]
    if any(one.signed_at is None and one.chair_id == user.pk for one in shown.deliberations):
        open_ = shown.assessment is not None and shown.assessment.state != Assessment.APPROVED
        rows.append(("sign", _("签发会商纪要"), "" if open_ else why))
    return rows


def _offers_risks(shown: Shown, user: User) -> Offers:
    why = _assessing(shown, user)
    none = "" if shown.live_risks else _t("还没有列出风险：没有风险清单，就没有风险等级（C6.6）。")
    rows: Offers = [("risk", _("列一项风险"), why), ("grade", _("确定风险等级"), why or none)]
    if shown.live_risks:
        rows.append(("drop_risk", _("划去一项"), why))
    rows.append(("predict", _("看过去相似的事"), why))
    return rows


def _offers_plan(shown: Shown, user: User) -> Offers:
    why, sets_off = _assessing(shown, user), may(user, "plan.set_off").why
    words = _("改预案") if shown.plan is not None else _("定预案")
    rows: Offers = []
    if any(hit.state == PlanHit.WAITING for hit in shown.hits):
        rows += [("take", _("启动预案"), sets_off), ("refuse", _("不启动"), sets_off)]
    elif any(hit.state == PlanHit.REFUSED for hit in shown.hits):
        rows.append(("take", _("还是启动"), sets_off))
    rows.append(("plan", words, why))
    if shown.plan is not None:
        idle = "" if shown.plan.active else _t("预案还没有随评估批准，或已经停用，不能启动。")
        rows.append(("set_off", _("没等条件就启动"), sets_off or idle))
        rows.append(("drill", _("记一次演练"), may(user, "policy.assess", shown.policy).why))
    return rows


OFFERS: dict[str, Callable[[Shown, User], Offers]] = {
    "main": _offers_main,
    "methods": _offers_methods,
    "voices": _offers_voices,
    "risks": _offers_risks,
    "plan": _offers_plan,
}
