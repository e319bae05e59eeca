"""A policy, its assessment and its plan （六）: verbs, sentences, and the drawings of an assessment (C6.6),
geometry only. The subject of a verb carries what the page has read (`Shown`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _t, gettext_lazy as _

from huiying.desk.bar import Cleaned, NothingForm, Verb
from huiying.desk.subjects import policy_forms
from huiying.desk.subjects.releasing import WhyForm
from huiying.foreseeing.actions import assessing, evidencing, planning, policies
from huiying.foreseeing.models import Assessment, Policy, Risk
from huiying.judging.access import find_event
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.regulation.schema_blocks import RiskAssessment


def _row(shown: Any) -> Assessment:
    if shown.assessment is None:
        raise Refused(_t("还没有开始评估。"), code="not_begun")
    found: Assessment = shown.assessment
    return found


def _plan(shown: Any) -> Any:
    if shown.plan is None:
        raise Refused(_t("还没有预案。"), code="no_plan")
    return shown.plan


def _one(rows: Any, pk: str) -> Any:
    """Of what the page showed; the form lets nothing else through."""
    return next(row for row in rows if str(row.pk) == pk)


def _screened(row: Policy) -> str:
    return _t("已判定，请开始评估。") if row.major else _t("已判定，等另一人同意。")


def _decided(row: Assessment) -> str:
    approved = row.state == Assessment.APPROVED
    return _t("已批准，现在可以出台了。") if approved else _t("已退回修改，理由已记录。")


def _save_risk(shown: Any, data: Cleaned, user: User) -> Any:
    given = dict(data)
    number = given.pop("risk")
    risk = _one(shown.live_risks, number) if number else None
    return assessing.save_risk(_row(shown), risk, **given, actor=user)


def _track(shown: Any, data: Cleaned, user: User) -> Any:
    numbers = data["cases"].replace("，", " ").replace(",", " ").replace("、", " ").split()
    return evidencing.track(_row(shown), **{**data, "cases": numbers}, actor=user)


def _set_off(shown: Any, data: Cleaned, user: User) -> Any:
    event = find_event(user, data["number"])
    if event is None:
        raise Refused(_t("没有这个编号的事件，请核对。"), code="no_such_event")
    return planning.set_off(_plan(shown), event=event, reason=data["reason"], actor=user)


POLICY_VERBS: dict[str, Verb] = {
    "screen": Verb(
        policy_forms.ScreenForm,
        lambda shown, data, user: policies.screen_policy(
            shown.policy, major=data["major"] == "yes", reason=data["reason"], actor=user
        ),
        _screened,
    ),
    "second": Verb(
        policy_forms.SecondForm,
        lambda shown, data, user: policies.second_screening(
            shown.policy, agree=data["agree"] == "yes", reason=data["reason"], actor=user
        ),
        lambda row: _t("已定为须评估。") if row.major else _t("已同意，不用评估。"),
    ),
    "begin": Verb(
        policy_forms.BeginForm,
        lambda shown, data, user: assessing.begin_assessment(shown.policy, **data, actor=user),
        _("已开始评估。下一步：留下至少两种方式的证据。"),
    ),
    "propose": Verb(
        policy_forms.ProposeForm,
        lambda shown, data, user: assessing.propose_assessment(_row(shown), **data, actor=user),
        _("已送审，等另一人批准。"),
    ),
    "decide": Verb(
        policy_forms.DecideForm,
        lambda shown, data, user: assessing.decide_assessment(
            _row(shown), approve=data["agree"] == "yes", sha256=data["sha256"], comment=data["comment"], actor=user
        ),
        _decided,
    ),
    "issue": Verb(
        policy_forms.IssueForm,
        lambda shown, data, user: policies.issue_policy(shown.policy, **data, actor=user),
        _("已标记出台。"),
    ),
    "shelve": Verb(
        WhyForm,
        lambda shown, data, user: policies.shelve_policy(shown.policy, reason=data["reason"], actor=user),
        _("已记录：不出台了。"),
    ),
}

METHOD_VERBS: dict[str, Verb] = {
    "track": Verb(policy_forms.TrackForm, _track, _("已记下，数字是系统数的。")),
    "survey": Verb(
        policy_forms.SurveyForm,
        lambda shown, data, user: evidencing.survey(_row(shown), **data, actor=user),
        _("问卷已定。收回答卷后填数，或等网上截止。"),
    ),
    "paper": Verb(
        policy_forms.PaperForm,
        lambda shown, data, user: evidencing.enter_paper(
            _one(shown.surveys, data["survey"]), sheets=data["sheets"], counts=data["counts"], actor=user
        ),
        _("这一批答卷已计入。"),
    ),
}

VOICE_VERBS: dict[str, Verb] = {
    "visit": Verb(
        policy_forms.VisitForm,
        lambda shown, data, user: evidencing.visit(_row(shown), **data, actor=user),
        _("走访已登记。"),
    ),
    "deliberate": Verb(
        policy_forms.DeliberateForm,
        lambda shown, data, user: evidencing.deliberate(_row(shown), **data, actor=user),
        _("会商已登记，请主持人签发纪要。"),
    ),
    "link_meeting": Verb(
        policy_forms.LinkMeetingForm,
        lambda shown, data, user: evidencing.link_meeting(_row(shown), number=data["number"], actor=user),
        _("已引用这次联席会议的纪要。"),
    ),
    "sign": Verb(
        policy_forms.SignForm,
        lambda shown, data, user: evidencing.sign_deliberation(_one(shown.deliberations, data["row"]), user),
        _("纪要已签发。"),
    ),
}

RISK_VERBS: dict[str, Verb] = {
    "risk": Verb(policy_forms.RiskForm, _save_risk, _("风险已保存。风险变了，等级要重新定。")),
    "drop_risk": Verb(
        policy_forms.DropRiskForm,
        lambda shown, data, user: assessing.drop_risk(
            _one(shown.live_risks, data["risk"]), reason=data["reason"], actor=user
        ),
        _("已划去，理由已记录。"),
    ),
    "grade": Verb(
        policy_forms.GradeForm,
        lambda shown, data, user: assessing.decide_risk_level(_row(shown), **data, actor=user),
        _("风险等级已确定。"),
    ),
    "predict": Verb(
        NothingForm,
        lambda shown, data, user: assessing.ask_the_past(_row(shown), user),
        _("已按过去相似的事件算过。"),
    ),
}

PLAN_VERBS: dict[str, Verb] = {
    "plan": Verb(
        policy_forms.PlanForm,
        lambda shown, data, user: planning.save_plan(_row(shown), **data, actor=user),
        _("预案已保存。评估批准后开始盯。"),
    ),
    "take": Verb(
        policy_forms.TakeForm,
        lambda shown, data, user: planning.take_hit(_one(shown.hits, data["hit"]), reason=data["reason"], actor=user),
        lambda hit: _t("预案已启动，办件 %(number)s 已带上预案。") % {"number": hit.case.number},
    ),
    "refuse": Verb(
        policy_forms.RefuseForm,
        lambda shown, data, user: planning.refuse_hit(_one(shown.hits, data["hit"]), reason=data["reason"], actor=user),
        _("已记录：不启动。"),
    ),
    "set_off": Verb(
        policy_forms.SetOffForm,
        _set_off,
        lambda hit: _t("预案已启动，办件 %(number)s 已带上预案。") % {"number": hit.case.number},
    ),
    "drill": Verb(
        policy_forms.DrillForm,
        lambda shown, data, user: planning.drill_plan(_plan(shown), what=data["what"], actor=user),
        _("演练已记录。"),
    ),
}


SENTENCES: dict[str, Any] = {
    "policy.saved": _("登记政策 %(policy)s：%(title)s"),
    "policy.screened": _("政策 %(policy)s 判定是否涉及群众切身利益：%(reason)s"),
    "policy.screening_decided": _("政策 %(policy)s 的判定由另一人表态"),
    "policy.issued": _("政策 %(policy)s 出台：%(title)s"),
    "policy.shelved": _("政策 %(policy)s 不出台了：%(reason)s"),
    "assessment.begun": _("政策 %(policy)s 开始第 %(n)s 次风险评估"),
    "assessment.predicted": _("政策 %(policy)s 看过去相似的事，可比的 %(events)s 件"),
    "assessment.graded": _("政策 %(policy)s 风险等级定为%(level)s，按规则是%(by_rule)s"),
    "assessment.proposed": _("政策 %(policy)s 的风险评估送审"),
    "assessment.returned": _("政策 %(policy)s 的风险评估退回：%(reason)s"),
    "assessment.approved": _("政策 %(policy)s 的风险评估批准，等级%(level)s"),
    "risk.saved": _("政策 %(policy)s 列出风险：%(title)s（%(likelihood)s × %(impact)s）"),
    "risk.dropped": _("政策 %(policy)s 划去一项风险：%(reason)s"),
    "method.tracked": _("政策 %(policy)s 舆情跟踪“%(words)s”，来文 %(posts)s 条"),
    "method.survey_planned": _("政策 %(policy)s 定下问卷，请 %(asked)s 人"),
    "method.survey_counted": _("政策 %(policy)s 计入纸质答卷 %(sheets)s 份"),
    "method.visited": _("政策 %(policy)s 走访：%(whom)s"),
    "method.deliberated": _("政策 %(policy)s 会商，%(present)s 人到会"),
    "method.minutes_signed": _("政策 %(policy)s 的会商纪要由%(by)s签发"),
    "plan.saved": _("政策 %(policy)s 定处置预案，发言人%(speaker)s"),
    "plan.drilled": _("政策 %(policy)s 的处置预案演练：%(note)s"),
    "plan.contact_changed": _("政策 %(policy)s 的处置预案联系人由%(name)s换成%(to_name)s"),
    "plan.met": _("事件 %(event)s 符合政策 %(policy)s 处置预案的启动条件"),
    "plan.set_off": _("政策 %(policy)s 的处置预案启动，办件 %(case)s"),
    "plan.not_set_off": _("政策 %(policy)s 的处置预案不为事件 %(event)s 启动：%(reason)s"),
    "case.plan_loaded": _("带上政策 %(policy)s 的处置预案：%(title)s"),
}
WORDS: dict[str, Any] = {}


CELL, LEFT, TOP = 56, 34, 8
WIDTH, HEIGHT, BASE = 640, 150, 130


@dataclass(frozen=True)
class Cell:
    """One square: how grave by the rule (0 = lowest level), and the numbers of the risks that stand in it."""

    x: int
    y: int
    rank: int
    numbers: str

    @property
    def middle(self) -> tuple[int, int]:
        return self.x + CELL // 2, self.y + CELL // 2 + 5


@dataclass(frozen=True)
class Matrix:
    cells: list[Cell]
    across: list[tuple[int, int]]  # x and likelihood
    down: list[tuple[int, int]]  # y and impact


def matrix(risks: Sequence[Risk], rule: RiskAssessment) -> Matrix:
    """Likelihood to the right, impact upwards; the table under it says the same in words."""
    order, cells = rule.risk_levels, []
    spread = max(len(order) - 1, 1)
    for likelihood in range(1, 6):
        for impact in range(1, 6):
            here = [str(n) for n, one in enumerate(risks, 1) if (one.likelihood, one.impact) == (likelihood, impact)]
            # Three shades whatever the number of levels: the lowest, the highest, and what lies between.
            rank = order.index(rule.level_of(likelihood * impact))
            shade = 0 if rank == 0 else 2 if rank == spread else 1
            cells.append(Cell(LEFT + (likelihood - 1) * CELL, TOP + (5 - impact) * CELL, shade, "、".join(here)))
    across = [(LEFT + (n - 1) * CELL + CELL // 2, n) for n in range(1, 6)]
    down = [(TOP + (5 - n) * CELL + CELL // 2 + 5, n) for n in range(1, 6)]
    return Matrix(cells, across, down)


@dataclass(frozen=True)
class Fan:
    """The median of each day, and the field from the least to the most."""

    field: str
    line: str
    days: list[tuple[float, int]]
    top: float


def fan(prediction: dict[str, Any]) -> Fan | None:
    """None where there were too few comparable events: then no curve is drawn."""
    days = prediction.get("days")
    if not prediction.get("enough") or not days:
        return None
    top = max(day["most"] for day in days) or 1
    step = WIDTH / max(len(days) - 1, 1)

    def point(n: int, value: float) -> str:
        return f"{round(n * step, 1)},{round(BASE - 110 * value / top, 1)}"

    upper = [point(n, day["most"]) for n, day in enumerate(days)]
    lower = [point(n, day["least"]) for n, day in enumerate(days)]
    return Fan(
        field=" ".join([*upper, *reversed(lower)]),
        line=" ".join(point(n, day["median"]) for n, day in enumerate(days)),
        days=[(round(n * step, 1), n + 1) for n in range(len(days))],
        top=top,
    )
