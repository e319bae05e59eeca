"""The verbs of a case that the desk offers: name → form → one action. What is allowed is decided by the action."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _t, gettext_lazy as _

from huiying.desk import forms
from huiying.desk.bar import Cleaned, Verb
from huiying.desk.subjects import (
    accounts,
    answer_formats,
    asking,
    calling,
    drafting,
    events,
    following,
    liaison,
    meetings,
    routing,
    work,
)
from huiying.handling import actions as handling
from huiying.handling.access import find_case
from huiying.handling.models import Case
from huiying.judging.models import LevelDecision
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.responding import actions as responding
from huiying.responding.actions.following import decide_sustained
from huiying.responding.models import Withholding


def other_case(number: str, user: User) -> Case:
    found = find_case(user, number)
    if found is None:
        raise Refused(_t("没有编号为“%(number)s”的办件，请核对。") % {"number": number})
    return found


def _merge(case: Case, data: Cleaned, user: User) -> Any:
    """The permission comes first: a number must not tell a stranger whether it exists."""
    require(user, "case.merge", case)
    return handling.merge_cases(case, other_case(data["number"], user), user)


def open_proposal(case: Case) -> LevelDecision:
    waiting = LevelDecision.objects.filter(event=case.event_id, kind=LevelDecision.PROPOSED_LOWER, outcome__isnull=True)
    found = waiting.order_by("id").last()
    if found is None:
        raise Refused(_t("现在没有待同意的下调提议。"))
    return found


def open_withholding(case: Case) -> Withholding:
    found = Withholding.objects.filter(case=case, agreed__isnull=True).last()
    if found is None:
        raise Refused(_t("现在没有待同意的“不予公开”提议。"))
    return found


def _dispose(case: Case, data: Cleaned, user: User) -> Any:
    finding = case.findings.last()
    if finding is None:
        raise Refused(_t("请先报核实情况（事实、原因、影响），再报处置。"))
    return handling.dispose(case, finding, data["actions"], data["settled"], user)


def _ask(case: Case, data: Cleaned, user: User) -> tuple[Any, str]:
    result: tuple[Any, str] = responding.ask_confirmation(case, data["body"], data["contact"], user)
    return result


def _asked(result: tuple[Any, str]) -> str:
    """The link is shown once: only its hash is kept."""
    link = reverse("portal:confirm", args=[result[1]])
    return _t("已登记向%(body)s征求意见。把这个一次性链接交给对方，它只显示这一次：%(link)s") % {
        "body": result[0].body,
        "link": link,
    }


CASE_VERBS: dict[str, Verb] = {
    "confirm_level": Verb(
        forms.LevelForm,
        lambda case, data, user: handling.confirm_level(case, data["level"], user, data["reason"]),
        _("级别已定，法定时限按它计算。"),
    ),
    "propose_lower": Verb(
        forms.LowerForm,
        lambda case, data, user: handling.propose_lower(case, data["level"], data["reason"], user),
        _("下调已提议，等另一人同意。"),
    ),
    "second_lower": Verb(
        forms.AgreeForm,
        lambda case, data, user: handling.second_lower(open_proposal(case), data["agree"] == "yes", user),
        _("意见已记录。"),
    ),
    "set_emergency": Verb(
        forms.EmergencyForm,
        lambda case, data, user: handling.set_emergency(case, data["level"], user),
        _("突发事件级别已定，相应时限已开始计算。"),
    ),
    "add_knowledge": Verb(
        forms.KnowledgeForm,
        lambda case, data, user: handling.add_knowledge(case, data["known_at"], data["how"], data["evidence"], user),
        _("首次获知时间已提前，时限随之更新。"),
    ),
    "route": Verb(
        forms.RouteForm,
        lambda case, data, user: handling.route(case, data["department"], list(data["joint"]), data["reason"], user),
        _("已转办。十分钟内、对方打开之前可以撤回。"),
    ),
    "undo_route": Verb(forms.NothingForm, lambda case, data, user: handling.undo_route(case, user), _("转办已撤回。")),
    "accept": Verb(forms.NothingForm, lambda case, data, user: handling.accept(case, user), _("已签收，请核实处置。")),
    "return": Verb(
        forms.ReturnForm,
        lambda case, data, user: handling.return_case(case, data["reason"], user),
        _("已退回统筹部门，等它指定。时限不停。"),
    ),
    "decide_return": Verb(
        forms.DecideReturnForm,
        lambda case, data, user: handling.decide_return(case, data["department"], data["decision"], user),
        _("已指定主办部门。"),
    ),
    "find": Verb(
        forms.FindingForm,
        lambda case, data, user: handling.find(case, data["facts"], data["cause"], data["impact"], user),
        _("核实情况已记录，并报统筹部门。"),
    ),
    "dispose": Verb(forms.DisposalForm, _dispose, _("处置情况已记录，并报统筹部门。")),
    "submit": Verb(forms.NothingForm, lambda case, data, user: responding.submit(case, user), _("已送审。")),
    "withdraw": Verb(forms.NothingForm, lambda case, data, user: responding.withdraw(case, user), _("已撤回送审。")),
    "ask_confirmation": Verb(forms.ConfirmationForm, _ask, _asked),
    "release": Verb(
        forms.ReleaseForm,
        lambda case, data, user: responding.release(case, data["channels"], user),
        _("已开始发布：门户自动发布，其余渠道见下面的待发清单。"),
        asks_again=True,
    ),
    "withhold": Verb(
        forms.WithholdForm,
        lambda case, data, user: responding.propose_withhold(
            case, data["ground"], data["reason"], data["review_on"], user
        ),
        _("不予公开已提议，等另一人同意。"),
    ),
    "second_withhold": Verb(
        forms.AgreeForm,
        lambda case, data, user: responding.second_withhold(open_withholding(case), data["agree"] == "yes", user),
        _("意见已记录。"),
    ),
    "sustain": Verb(
        forms.SustainForm,
        lambda case, data, user: decide_sustained(
            case, data["sustained"] == "yes", data["reason"], data["every_hours"], user
        ),
        _("决定已记录。"),
    ),
    "merge": Verb(
        forms.OtherCaseForm,
        _merge,
        _("已并案。"),
    ),
    "reopen": Verb(
        forms.ReasonForm,
        lambda case, data, user: handling.reopen(case, data["reason"], user),
        _("已重新办理。原来的时限不变。"),
    ),
    "void": Verb(
        forms.ReasonForm, lambda case, data, user: handling.void(case, data["reason"], user), _("已作废，记录保留。")
    ),
}

PARTS = (
    calling, routing, asking, work, liaison, meetings, drafting, accounts, answer_formats, following, events,
)  # fmt: skip
CASE_VERBS |= {name: verb for part in PARTS for name, verb in part.VERBS.items()}
