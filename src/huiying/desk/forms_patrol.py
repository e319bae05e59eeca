"""What the verbs of patrol, coverage and hand-over need to be told （五）."""

from __future__ import annotations

import re

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.desk.forms import DepartmentField, VerbForm, long_text
from huiying.desk.forms_answer_formats import day
from huiying.desk.forms_meetings import PersonField
from huiying.desk.language import lang
from huiying.desk.moments import DayField
from huiying.people.models import User
from huiying.people.queries import able, departments

_BETWEEN = re.compile(r"[\n、，,；;]+")


class DeclareForm(VerbForm):
    what = forms.CharField(label=_("发生了什么"), max_length=300)
    words = forms.CharField(
        label=_("扩大监测的词（可以不填）"),
        widget=long_text(),
        required=False,
        help_text=_("一行一个。本地来文里有其中一个词，就进待辨，直到有人解除。"),
    )
    every_minutes = forms.IntegerField(label=_("每隔多少分钟巡查一遍"), min_value=5, max_value=1440)

    def prepare(self) -> None:
        self.fields["every_minutes"].initial = self.regulation.monitor.patrol.emergency.per_source_every_minutes

    def clean_words(self) -> list[str]:
        return [word.strip() for word in _BETWEEN.split(self.cleaned_data["words"]) if word.strip()]


class EndForm(VerbForm):
    why = forms.CharField(label=_("为什么可以解除"), widget=long_text(), max_length=300)


class _ClassForm(VerbForm):
    channel_class = forms.ChoiceField(label=_("渠道类"))

    def prepare(self) -> None:
        names = self.regulation.channel_classes
        self.choose("channel_class").choices = [(name, self.regulation.name_of("word", name, lang())) for name in names]


class PointForm(_ClassForm):
    name = forms.CharField(label=_("名称"), max_length=100)
    url = forms.URLField(label=_("网址（可以不填）"), max_length=500, required=False, assume_scheme="https")
    what = forms.CharField(label=_("看什么（可以不填）"), max_length=200, required=False)
    owner = DepartmentField(label=_("责任部门"), queryset=departments(), empty_label=None)
    backup = DepartmentField(label=_("后备部门"), queryset=departments(), empty_label=None)

    field_order = ("name", "channel_class", "url", "what", "owner", "backup")


class ClassNoteForm(_ClassForm):
    reason = forms.CharField(
        label=_("理由"), widget=long_text(), max_length=300, help_text=_("这一类仍会留在覆盖表里，显示为红色。")
    )


class RetireForm(VerbForm):
    why = forms.CharField(label=_("停用的理由"), widget=long_text(), max_length=300)


class BeginHandoverForm(VerbForm):
    incoming = PersonField(label=_("交给谁"), queryset=User.objects.none(), empty_label=None)

    def prepare(self) -> None:
        people = [user.pk for user in able("duty") if user.pk != self.user.pk]
        self.fields["incoming"].queryset = User.objects.filter(pk__in=people)  # type: ignore[attr-defined]


class GiveForm(VerbForm):
    remarks = forms.CharField(
        label=_("设备、账号和特别关注（可以不填）"), widget=long_text(), required=False, max_length=2000
    )

    def prepare(self) -> None:
        self.fields["remarks"].help_text = _t("其余各项由系统按台账写好，确认后不再变动。")


class OutsideListForm(VerbForm):
    """A list of another body: 12345, 宣传部, the press."""

    body = forms.CharField(label=_("清单来自"), max_length=100, help_text=_("例如：12345、市委宣传部通报、日报"))
    period_from = DayField(label=_("从哪一天"), widget=day())
    period_to = DayField(label=_("到哪一天"), widget=day())
    text = forms.CharField(label=_("清单"), widget=long_text(tall=True), help_text=_("一行一件，可以带网址。"))


class ShareForm(VerbForm):
    """To whom and for what (§6.3-8: an export carries its purpose)."""

    body = forms.CharField(label=_("共享给"), max_length=100)
    purpose = forms.CharField(
        label=_("用途"),
        max_length=300,
        help_text=_("个人信息会自动遮盖；留言人的原话不给外单位看。链接七天有效，可以随时收回。"),
    )
