"""Verbs of documents （六）."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.desk import forms_documents as forms
from huiying.desk.bar import Cleaned, NothingForm, Verb
from huiying.documents import actions
from huiying.documents.actions import issuing, reporting, withdrawing
from huiying.documents.models import Instruction, IssuedDocument
from huiying.handling.models import Case
from huiying.people.models import User


def _instruct(row: IssuedDocument, data: Cleaned, user: User) -> Instruction:
    return actions.instruct(
        row, words=data["words"], leader=data["leader"], owner=data["owner"], due_at=data["due_at"], actor=user
    )


DOCUMENT_VERBS: dict[str, Verb] = {
    "sign": Verb(
        forms.SignForm,
        lambda row, data, user: actions.sign(row, data["place"], data["sha256"], user),
        _("已签字。"),
    ),
    "read": Verb(NothingForm, lambda row, data, user: actions.read(row, user), _("已记下您阅过。")),
    "addend": Verb(
        forms.AddendForm, lambda row, data, user: actions.addend(row, data["text"], user), _("补记已写在文书后面。")
    ),
    "withdraw": Verb(
        forms.WithdrawForm,
        lambda row, data, user: withdrawing.withdraw(row, **data, actor=user),
        _("已撤回，收到过的人会得到通知。"),
    ),
    "circulate": Verb(
        forms.CirculateForm, lambda row, data, user: actions.circulate(row, data["people"], user), _("已发出传阅。")
    ),
    "instruct": Verb(forms.InstructForm, _instruct, _("批示已记下，承办人会收到消息，到期没有办结会再提醒。")),
}


def _close(row: Instruction, data: Cleaned, user: User) -> Instruction:
    return actions.close_instruction(row, done=data["agree"] == "yes", comment=data["comment"], actor=user)


def _closed(row: Instruction) -> str:
    return _t("批示已办结。") if row.state == Instruction.CLOSED else _t("已退回承办人。")


INSTRUCTION_VERBS: dict[str, Verb] = {
    "report": Verb(
        forms.ResultForm,
        lambda row, data, user: actions.report_instruction(row, data["result"], user),
        _("结果已报，等另一人认定办结。"),
    ),
    "close": Verb(forms.CloseForm, _close, _closed),
}


def _report(case: Case, data: Cleaned, user: User) -> IssuedDocument:
    return reporting.issue_special_report(case, user, judgement=data["judgement"], advice=data["advice"], to=data["to"])


def _note(kind: str) -> Any:
    return lambda case, data, user: issuing.issue_of_case(kind, case, user)


_MADE = _("已成文，有编号和校验码。")
CASE_DOCUMENT_VERBS: dict[str, Verb] = {
    "report": Verb(forms.ReportForm, _report, _MADE),
    **{kind: Verb(NothingForm, _note(kind), _MADE) for kind in ("quick", "follow", "final", "feedback", "pack")},
}
