"""What the dialogue with the public needs to be told （四）: pages, consultations, requests about personal data."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.desk.forms import DepartmentField, VerbForm, long_text
from huiying.desk.forms_meetings import moment
from huiying.desk.forms_releasing import choose_department, day, own_departments
from huiying.desk.moments import DayField, MomentField
from huiying.foreseeing.actions import draft_sha256
from huiying.foreseeing.models import Consultation, OpinionGroup
from huiying.people.models import Department, User
from huiying.people.queries import regulation_now
from huiying.people.words import display_name
from huiying.responding import pages
from huiying.responding.models import PersonalRequest, TopicPage, TopicText
from huiying.responding.topics import topics


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


def blocks(text: str) -> list[list[str]]:
    """Paragraphs with their lines; a blank line, however it was typed, ends one."""
    found: list[list[str]] = [[]]
    for line in text.replace("\r\n", "\n").split("\n"):
        if line.strip():
            found[-1].append(line.strip())
        elif found[-1]:
            found.append([])
    return found


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
