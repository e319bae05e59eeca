"""The dialogue with the public （四）: pages, consultations, requests about personal data. Forms, verbs, sentences;
none is a case's.
"""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _t, gettext_lazy as _, pgettext_lazy

from huiying.desk.bar import Cleaned, NothingForm, Verb
from huiying.desk.fields import (
    DayField,
    DepartmentField,
    MomentField,
    blocks,
    choose_department,
    day,
    long_text,
    moment,
    own_departments,
)
from huiying.desk.forms import VerbForm
from huiying.desk.subjects.releasing import WhyForm
from huiying.foreseeing import actions as consulting
from huiying.foreseeing.actions import draft_sha256
from huiying.foreseeing.models import Consultation, OpinionGroup
from huiying.people.models import Department, User
from huiying.people.queries import regulation_now
from huiying.people.versions import display_name
from huiying.responding import pages
from huiying.responding.actions import dialogue, pages as page_acts
from huiying.responding.models import PersonalRequest, TopicPage, TopicText
from huiying.responding.pages import topics


def choose_topic(form: forms.Form) -> None:
    regulation = regulation_now()
    field = cast("forms.ChoiceField", form.fields["topic"])
    field.choices = [("", _t("不分类")), *((code, display_name(regulation, "category", code)) for code in topics())]


class PageForm(forms.Form):
    kind = forms.ChoiceField(label=_("哪一种"), widget=forms.RadioSelect, choices=list(pages.KINDS.items()))
    title = forms.CharField(label=_("标题"), max_length=200)
    asked = forms.CharField(
        label=_("大家问的，或流传的说法"),
        widget=long_text(),
        help_text=_("用自己的话概括，不照抄来信，不写个人信息。"),
    )
    text = forms.CharField(label=_("我们的答复，或核实结果"), widget=long_text(tall=True))
    proof = forms.CharField(label=_("依据（澄清必填）"), widget=long_text(), required=False)
    since = DayField(label=_("什么时候开始流传（澄清必填）"), widget=day(), required=False)
    answers = forms.CharField(
        label=_("其中的答复（编号，热点回应至少两份）"),
        required=False,
        help_text=_("公开答复的编号，用空格或逗号隔开。"),
    )
    topic = forms.ChoiceField(label=_("业务范畴"), required=False)
    department = DepartmentField(label=_("答复部门"), queryset=Department.objects.none(), empty_label=_("请选择"))
    note = forms.CharField(
        label=_("改了什么"), required=False, max_length=500, help_text=_("这一页已经公开：读者会看到这句话。")
    )
    subject = forms.CharField(widget=forms.HiddenInput, required=False, max_length=60)

    def __init__(self, *args: Any, page: TopicPage | None, user: User, **kwargs: Any) -> None:
        row = pages.newest(page) if page is not None else None
        initial = {**(kwargs.pop("initial", None) or {}), **(_of_page(page, row) if page and row else {})}
        super().__init__(*args, **{"label_suffix": "", "initial": initial, **kwargs})
        choose_topic(self)
        choose_department(self, own_departments(user), page.department if page is not None else user.department)
        if page is not None:
            del self.fields["kind"]
        if page is None or page.published_at is None:
            del self.fields["note"]

    def told(self) -> dict[str, Any]:
        given = self.cleaned_data
        numbers = given["answers"].replace("，", " ").replace(",", " ").replace("、", " ").split()
        return {
            "kind": given.get("kind", ""),
            "title": given["title"],
            "asked": given["asked"],
            "text": given["text"],
            "proof": given["proof"],
            "since": given["since"],
            "answers": numbers,
            "topic": given["topic"],
            "department": given["department"],
            "note": given.get("note", ""),
        }


def _of_page(page: TopicPage, row: TopicText) -> dict[str, Any]:
    return {
        "title": row.title,
        "asked": row.asked,
        "text": row.text,
        "proof": row.proof,
        "since": row.since,
        "answers": " ".join(row.answers),
        "topic": page.topic,
    }


class DecideForm(VerbForm):
    """The second person: both checks, on the text that the page shows."""

    agree = forms.ChoiceField(
        label=_("您的意见"), widget=forms.RadioSelect, choices=[("yes", _("同意公开")), ("no", _("退回修改"))]
    )
    secrecy = forms.BooleanField(label=_("做过保密审查"), required=False)
    personal_data = forms.BooleanField(label=_("做过个人信息审查"), required=False)
    comment = forms.CharField(label=_("意见（退回必填）"), widget=long_text(), required=False, max_length=2000)
    sha256 = forms.CharField(widget=forms.HiddenInput)

    def prepare(self) -> None:
        self.fields["sha256"].initial = self.shown()

    def shown(self) -> str:
        row = pages.newest(self.subject)
        return row.manifest_sha256 if row is not None else ""


class NoteForm(VerbForm):
    note = forms.CharField(label=_("撤下的原因（读者会看到）"), widget=long_text(), max_length=500)


# --- consultations ----------------------------------------------------------------------------------------------------


class ConsultationForm(forms.Form):
    title = forms.CharField(label=_("标题"), max_length=200)
    summary = forms.CharField(
        label=_("背景和要点"), widget=long_text(), help_text=_("要定什么办法、关系到谁、为什么。")
    )
    text = forms.CharField(label=_("征求意见稿"), widget=long_text(tall=True))
    topic = forms.ChoiceField(label=_("业务范畴"), required=False)
    department = DepartmentField(label=_("负责部门"), queryset=Department.objects.none(), empty_label=_("请选择"))
    closes_at = MomentField(label=_("什么时候截止"), widget=moment())
    questions = forms.CharField(
        label=_("调查题（可以不写）"),
        required=False,
        widget=long_text(tall=True),
        help_text=_("每题一段：第一行是问题，下面每行一个选项；题与题之间空一行。"),
    )

    def __init__(self, *args: Any, row: Consultation | None, user: User, **kwargs: Any) -> None:
        initial = _of_consultation(row) if row is not None else {}
        super().__init__(*args, **{"label_suffix": "", "initial": initial, **kwargs})
        choose_topic(self)
        choose_department(self, own_departments(user), row.department if row is not None else user.department)

    def told(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        found = blocks(given["questions"])
        given["questions"] = [{"text": block[0], "options": block[1:]} for block in found if block]
        return given


def _of_consultation(row: Consultation) -> dict[str, Any]:
    questions = "\n\n".join("\n".join([question["text"], *question["options"]]) for question in row.questions)
    return {
        "title": row.title,
        "summary": row.summary,
        "text": row.text,
        "topic": row.topic,
        "closes_at": row.closes_at,
        "questions": questions,
    }


class DecideConsultationForm(VerbForm):
    agree = forms.ChoiceField(
        label=_("您的意见"), widget=forms.RadioSelect, choices=[("yes", _("同意公开征集")), ("no", _("退回修改"))]
    )
    comment = forms.CharField(label=_("意见（退回必填）"), widget=long_text(), required=False, max_length=2000)
    sha256 = forms.CharField(widget=forms.HiddenInput)

    def prepare(self) -> None:
        self.fields["sha256"].initial = self.shown()

    def shown(self) -> str:
        return draft_sha256(self.subject)


class DecideResultForm(DecideConsultationForm):
    def prepare(self) -> None:
        super().prepare()
        self.choose("agree").choices = [("yes", _t("同意公布结果")), ("no", _t("退回修改"))]

    def shown(self) -> str:
        return str(self.subject.result_sha256)


class ResultForm(VerbForm):
    words = forms.CharField(
        label=_("结果说明"),
        widget=long_text(tall=True),
        help_text=_("收到多少意见、主要说了什么、下一步怎么办。每一类的采纳理由会列在下面。"),
    )

    def prepare(self) -> None:
        self.fields["words"].initial = self.subject.result


class GroupForm(forms.Form):
    group = forms.ChoiceField(label=_("归到"), required=False)
    summary = forms.CharField(
        label=_("这些意见说的是什么"), required=False, max_length=500, help_text=_("用自己的话概括，不照抄来信。")
    )
    decision = forms.ChoiceField(
        label=_("采纳没有"),
        widget=forms.RadioSelect,
        choices=[
            (OpinionGroup.ADOPTED, _("采纳")),
            (OpinionGroup.PARTLY, _("部分采纳")),
            (OpinionGroup.NOT, _("不采纳")),
        ],
        required=False,
    )
    reason = forms.CharField(label=_("理由（会公布）"), widget=long_text(), required=False)

    def __init__(self, *args: Any, row: Consultation, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        known = [(str(group.pk), group.summary[:40]) for group in row.groups.all()]
        cast("forms.ChoiceField", self.fields["group"]).choices = [("", _t("新的一类")), *known]


# --- requests about personal data -------------------------------------------------------------------------------------


class DecideRequestForm(VerbForm):
    decision = forms.ChoiceField(
        label=_("办不办"),
        widget=forms.RadioSelect,
        choices=[
            (PersonalRequest.GRANTED, _("照办")),
            (PersonalRequest.PARTLY, _("部分照办")),
            (PersonalRequest.REFUSED, _("不办")),
        ],
    )
    reason = forms.CharField(label=_("理由（对方会看到）"), widget=long_text(), max_length=2000)
    purge = forms.BooleanField(label=_("现在就删除这条留言的联系方式"), required=False)

    def prepare(self) -> None:
        if not self.subject.message:
            del self.fields["purge"]


def _decide_page(page: TopicPage, data: Cleaned, user: User) -> TopicText:
    return page_acts.decide_page(
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
    "propose": Verb(NothingForm, lambda page, data, user: page_acts.propose_page(page, user), _("已送另一人审核。")),
    "decide": Verb(DecideForm, _decide_page, _decided_page, asks_again=True),
    "withdraw": Verb(
        NoteForm,
        lambda page, data, user: page_acts.withdraw_page(page, data["note"], user),
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
    "decide": Verb(DecideConsultationForm, _decide, _decided, asks_again=True),
    "propose_result": Verb(
        ResultForm,
        lambda row, data, user: consulting.propose_result(row, data["words"], user),
        _("已送另一人审核。"),
    ),
    "decide_result": Verb(DecideResultForm, _decide_result, _decided_result, asks_again=True),
    "drop": Verb(
        WhyForm,
        lambda row, data, user: consulting.drop_consultation(row, data["reason"], user),
        _("已撤销，理由已记录。"),
    ),
}


def _decide_request(row: Any, data: Cleaned, user: User) -> Any:
    return dialogue.decide_request(row, data["decision"], data["reason"], bool(data.get("purge")), user)


REQUEST_VERBS: dict[str, Verb] = {
    "decide": Verb(DecideRequestForm, _decide_request, _("已办结，对方凭编号和查询码能看到理由。")),
}


SENTENCES: dict[str, Any] = {
    "page.saved": _("保存公开页面 %(page)s 第 %(text)s 稿：%(title)s"),
    "page.proposed": _("公开页面 %(page)s 第 %(text)s 稿送审"),
    "page.decided": _("公开页面 %(page)s 审核：%(decision)s"),
    "page.published": _("公开页面 %(page)s 已公开：%(title)s"),
    "page.withdrawn": _("公开页面 %(page)s 撤下：%(note)s"),
    "follower.asked": _("有人申请订阅"),
    "follower.confirmed": _("一份订阅经过确认"),
    "follower.ended": _("一份订阅结束，地址已删除"),
    "personal_request.received": _("收到更正或删除请求 %(number)s"),
    "personal_request.decided": _("更正或删除请求 %(number)s 办结：%(decision)s"),
    "personal_request.copied": _("留言人取走 %(message)s 的副本（%(number)s）"),
    "personal_request.original_purged": _("更正或删除请求 %(number)s 的原话到保存期限，已销毁"),
    "consultation.saved": _("保存意见征集 %(consultation)s：%(title)s"),
    "consultation.proposed": _("意见征集 %(consultation)s 送审"),
    "consultation.returned": _("意见征集 %(consultation)s 退回：%(reason)s"),
    "consultation.opened": _("意见征集 %(consultation)s 公开，开始收意见"),
    "consultation.dropped": _("意见征集 %(consultation)s 不办了：%(reason)s"),
    "opinion.received": _("意见征集 %(consultation)s 收到一份意见"),
    "consultation.sorted": _("意见征集 %(consultation)s 归类：%(summary)s，%(decision)s"),
    "consultation.result_proposed": _("意见征集 %(consultation)s 的结果送审"),
    "consultation.result_returned": _("意见征集 %(consultation)s 的结果退回：%(reason)s"),
    "consultation.published": _("意见征集 %(consultation)s 公布结果"),
    "consultation.late": _("意见征集 %(consultation)s 的结果超期未公布"),
    "opinion.purged": _("意见征集 %(consultation)s 的 %(opinions)s 条意见已到期删除原话"),
}
WORDS: dict[str, Any] = {
    "adopted": pgettext_lazy("opinion", "采纳"),
    "partly": _("部分采纳"),
    "not": pgettext_lazy("opinion", "不采纳"),
    "granted": _("照办"),
    "refused": pgettext_lazy("personal request", "不办"),
}
