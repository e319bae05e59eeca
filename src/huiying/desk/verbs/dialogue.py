"""Verbs of the dialogue with the public （四）. None is a case's."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.desk import forms_dialogue as forms
from huiying.desk.bar import Cleaned, NothingForm, Verb
from huiying.desk.forms_releasing import WhyForm
from huiying.foreseeing import actions as consulting
from huiying.foreseeing.models import Consultation
from huiying.people.models import User
from huiying.responding.actions import pages, requests
from huiying.responding.models import TopicPage, TopicText


def _decide_page(page: TopicPage, data: Cleaned, user: User) -> TopicText:
    return pages.decide_page(
        page,
        approve=data["agree"] == "yes",
        manifest_sha256=data["sha256"],
        comment=data["comment"],
        secrecy=data["secrecy"],
        personal_data=data["personal_data"],
        actor=user,
    )


def _decided_page(row: TopicText) -> str:
    return _t("已公开，网上现在就能看到。") if row.decision == TopicText.APPROVED else _t("已退回起草人，理由已告知。")


PAGE_VERBS: dict[str, Verb] = {
    "propose": Verb(NothingForm, lambda page, data, user: pages.propose_page(page, user), _("已送另一人审核。")),
    "decide": Verb(forms.DecideForm, _decide_page, _decided_page, asks_again=True),
    "withdraw": Verb(
        forms.NoteForm,
        lambda page, data, user: pages.withdraw_page(page, data["note"], user),
        _("已撤下，原来的网址写明了原因。"),
    ),
}


def _decide(row: Consultation, data: Cleaned, user: User) -> Consultation:
    return consulting.decide_consultation(
        row, approve=data["agree"] == "yes", sha256=data["sha256"], comment=data["comment"], actor=user
    )


def _decided(row: Consultation) -> str:
    return _t("已公开征集。") if row.state == Consultation.OPEN else _t("已退回修改。")


def _decide_result(row: Consultation, data: Cleaned, user: User) -> Consultation:
    return consulting.decide_result(
        row, approve=data["agree"] == "yes", sha256=data["sha256"], comment=data["comment"], actor=user
    )


def _decided_result(row: Consultation) -> str:
    return _t("结果已公布。") if row.state == Consultation.DONE else _t("已退回修改。")


CONSULTATION_VERBS: dict[str, Verb] = {
    "propose": Verb(
        NothingForm, lambda row, data, user: consulting.propose_consultation(row, user), _("已送另一人审核。")
    ),
    "decide": Verb(forms.DecideConsultationForm, _decide, _decided, asks_again=True),
    "propose_result": Verb(
        forms.ResultForm,
        lambda row, data, user: consulting.propose_result(row, data["words"], user),
        _("已送另一人审核。"),
    ),
    "decide_result": Verb(forms.DecideResultForm, _decide_result, _decided_result, asks_again=True),
    "drop": Verb(
        WhyForm,
        lambda row, data, user: consulting.drop_consultation(row, data["reason"], user),
        _("已撤销，理由已记录。"),
    ),
}


def _decide_request(row: Any, data: Cleaned, user: User) -> Any:
    return requests.decide_request(row, data["decision"], data["reason"], bool(data.get("purge")), user)


REQUEST_VERBS: dict[str, Verb] = {
    "decide": Verb(forms.DecideRequestForm, _decide_request, _("已办结，对方凭编号和查询码能看到理由。")),
}
