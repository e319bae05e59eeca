"""Templates, the holding statement, confirmation of other bodies （八）（九）."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.desk import forms_drafting as forms
from huiying.desk.bar import Cleaned, Verb
from huiying.desk.forms import NothingForm
from huiying.handling.models import Case, Liaison
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.responding import actions as responding
from huiying.responding.actions.confirming import escalate_conflict, record_confirmation
from huiying.responding.actions.holding import hold_statement
from huiying.responding.models import BodyConfirmation, Revision


def _row(case: Case, pk: str) -> BodyConfirmation:
    found = BodyConfirmation.objects.select_related("revision", "case").filter(case=case, pk=pk).first()
    if found is None:
        raise Refused(_t("没有这一条沟通确认，请刷新页面。"))
    return found


def _hold(case: Case, data: Cleaned, user: User) -> Any:
    texts = {name.removeprefix(forms.TEXT): text for name, text in data.items() if name.startswith(forms.TEXT) and text}
    return hold_statement(case, user, data["channels"], texts)


def _record(case: Case, data: Cleaned, user: User, body: str, after: BodyConfirmation | None = None) -> Any:
    who_said_what = (data["answer"], data["name"], data["means"], data["comment"], data["proof"])
    return record_confirmation(case, body, *who_said_what, user, after)


def _hear(case: Case, data: Cleaned, user: User) -> Any:
    row = _row(case, data["row"])
    return _record(case, data, user, row.body, row)


def _escalated(letter: Liaison) -> str:
    return _t("已拟好给%(body)s的函，请在“衔接与会商”核对后发出。") % {"body": letter.body}


VERBS: dict[str, Verb] = {
    "hold_statement": Verb(forms.HoldForm, _hold, _("“正在核实”已送审，审核人已收到消息。")),
    "release_holding": Verb(
        forms.HeldForm,
        lambda case, data, user: responding.release(case, data["channels"], user, Revision.HOLDING),
        _("“正在核实”已开始发布：门户自动发布，其余渠道见待发清单。"),
        asks_again=True,
    ),
    "withdraw_holding": Verb(
        NothingForm,
        lambda case, data, user: responding.withdraw(case, user, Revision.HOLDING),
        _("已撤回“正在核实”的送审。"),
    ),
    "record_confirmation": Verb(
        forms.RecordConfirmationForm,
        lambda case, data, user: _record(case, data, user, data["body"]),
        _("对方的意见已记录。"),
    ),
    "hear_after_all": Verb(forms.HearForm, _hear, _("已记下补听到的意见。")),
    "escalate_conflict": Verb(
        forms.EscalateForm,
        lambda case, data, user: escalate_conflict(_row(case, data["row"]), user),
        _escalated,
    ),
}
