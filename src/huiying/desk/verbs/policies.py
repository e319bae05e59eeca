"""Verbs of a policy, its assessment and its plan （六）. The subject carries what the page has read (`Shown`)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.desk import forms_plans, forms_policies
from huiying.desk.bar import Cleaned, NothingForm, Verb
from huiying.desk.forms_releasing import WhyForm
from huiying.foreseeing.actions import assessing, evidencing, planning, policies
from huiying.foreseeing.models import Assessment, Policy
from huiying.judging.access import find_event
from huiying.people.errors import Refused
from huiying.people.models import User


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
        forms_policies.ScreenForm,
        lambda shown, data, user: policies.screen_policy(
            shown.policy, major=data["major"] == "yes", reason=data["reason"], actor=user
        ),
        _screened,
    ),
    "second": Verb(
        forms_policies.SecondForm,
        lambda shown, data, user: policies.second_screening(
            shown.policy, agree=data["agree"] == "yes", reason=data["reason"], actor=user
        ),
        lambda row: _t("已定为须评估。") if row.major else _t("已同意，不用评估。"),
    ),
    "begin": Verb(
        forms_policies.BeginForm,
        lambda shown, data, user: assessing.begin_assessment(shown.policy, **data, actor=user),
        _("已开始评估。下一步：留下至少两种方式的证据。"),
    ),
    "propose": Verb(
        forms_policies.ProposeForm,
        lambda shown, data, user: assessing.propose_assessment(_row(shown), **data, actor=user),
        _("已送审，等另一人批准。"),
    ),
    "decide": Verb(
        forms_policies.DecideForm,
        lambda shown, data, user: assessing.decide_assessment(
            _row(shown), approve=data["agree"] == "yes", sha256=data["sha256"], comment=data["comment"], actor=user
        ),
        _decided,
    ),
    "issue": Verb(
        forms_policies.IssueForm,
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
    "track": Verb(forms_policies.TrackForm, _track, _("已记下，数字是系统数的。")),
    "survey": Verb(
        forms_policies.SurveyForm,
        lambda shown, data, user: evidencing.survey(_row(shown), **data, actor=user),
        _("问卷已定。收回答卷后填数，或等网上截止。"),
    ),
    "paper": Verb(
        forms_policies.PaperForm,
        lambda shown, data, user: evidencing.enter_paper(
            _one(shown.surveys, data["survey"]), sheets=data["sheets"], counts=data["counts"], actor=user
        ),
        _("这一批答卷已计入。"),
    ),
}

VOICE_VERBS: dict[str, Verb] = {
    "visit": Verb(
        forms_policies.VisitForm,
        lambda shown, data, user: evidencing.visit(_row(shown), **data, actor=user),
        _("走访已登记。"),
    ),
    "deliberate": Verb(
        forms_policies.DeliberateForm,
        lambda shown, data, user: evidencing.deliberate(_row(shown), **data, actor=user),
        _("会商已登记，请主持人签发纪要。"),
    ),
    "link_meeting": Verb(
        forms_policies.LinkMeetingForm,
        lambda shown, data, user: evidencing.link_meeting(_row(shown), number=data["number"], actor=user),
        _("已引用这次联席会议的纪要。"),
    ),
    "sign": Verb(
        forms_policies.SignForm,
        lambda shown, data, user: evidencing.sign_deliberation(_one(shown.deliberations, data["row"]), user),
        _("纪要已签发。"),
    ),
}

RISK_VERBS: dict[str, Verb] = {
    "risk": Verb(forms_policies.RiskForm, _save_risk, _("风险已保存。风险变了，等级要重新定。")),
    "drop_risk": Verb(
        forms_policies.DropRiskForm,
        lambda shown, data, user: assessing.drop_risk(
            _one(shown.live_risks, data["risk"]), reason=data["reason"], actor=user
        ),
        _("已划去，理由已记录。"),
    ),
    "grade": Verb(
        forms_policies.GradeForm,
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
        forms_plans.PlanForm,
        lambda shown, data, user: planning.save_plan(_row(shown), **data, actor=user),
        _("预案已保存。评估批准后开始盯。"),
    ),
    "take": Verb(
        forms_plans.TakeForm,
        lambda shown, data, user: planning.take_hit(_one(shown.hits, data["hit"]), reason=data["reason"], actor=user),
        lambda hit: _t("预案已启动，办件 %(number)s 已带上预案。") % {"number": hit.case.number},
    ),
    "refuse": Verb(
        forms_plans.RefuseForm,
        lambda shown, data, user: planning.refuse_hit(_one(shown.hits, data["hit"]), reason=data["reason"], actor=user),
        _("已记录：不启动。"),
    ),
    "set_off": Verb(
        forms_plans.SetOffForm,
        _set_off,
        lambda hit: _t("预案已启动，办件 %(number)s 已带上预案。") % {"number": hit.case.number},
    ),
    "drill": Verb(
        forms_plans.DrillForm,
        lambda shown, data, user: planning.drill_plan(_plan(shown), what=data["what"], actor=user),
        _("演练已记录。"),
    ),
}
