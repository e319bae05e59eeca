"""Forms of oversight （十二）, of interpretations （十三） and of versions （十四）."""

from __future__ import annotations

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from huiying.desk.forms import VerbForm, long_text
from huiying.desk.forms_meetings import moment
from huiying.desk.language import lang
from huiying.desk.moments import DayField, MomentField
from huiying.kernel import clock
from huiying.people.models import Department, User
from huiying.people.queries import able, takers


class PeriodForm(VerbForm):
    period = forms.CharField(label=_("时期"), max_length=10, help_text=_("写作 2026、2026Q3 或 2026-09；要已经结束。"))


class CommentForm(VerbForm):
    text = forms.CharField(label=_("意见"), widget=long_text(), max_length=2000)


class AppealForm(VerbForm):
    case = forms.CharField(
        label=_("哪一件不该计入"), max_length=30, help_text=_("写案件编号，须是本部门在这个时期办的。")
    )
    reason = forms.CharField(label=_("理由"), widget=long_text(), max_length=2000)


class DecideAppealForm(VerbForm):
    uphold = forms.ChoiceField(
        label=_("您的决定"),
        widget=forms.RadioSelect,
        choices=[("yes", _("申诉成立：这一件不计入该部门")), ("no", _("不成立：照算"))],
    )
    answer = forms.CharField(label=_("答复和理由"), widget=long_text(), max_length=2000)


class MeasureForm(VerbForm):
    department = forms.ModelChoiceField(
        label=_("部门"), queryset=Department.objects.none(), to_field_name="code", empty_label=_("请选择")
    )
    step = forms.ChoiceField(label=_("措施"))
    trigger = forms.ChoiceField(label=_("情形"))
    cases = forms.CharField(
        label=_("作为依据的案件"), max_length=1000, help_text=_("写案件编号，几件用空格隔开。整条记录都会附上。")
    )
    facts = forms.CharField(
        label=_("事实"), widget=long_text(), max_length=4000, help_text=_("只写部门做了什么、没做什么，不写任何群众。")
    )

    def prepare(self) -> None:
        law = self.regulation
        self.fields["department"].queryset = Department.objects.filter(is_active=True)  # type: ignore[attr-defined]
        for name, words in (("step", law.accountability.ladder), ("trigger", law.accountability.triggers)):
            self.choose(name).choices = [(word, law.name_of("word", word, lang())) for word in words]

    def clean_cases(self) -> list[str]:
        return [number for number in re.split(r"[\s,，、;；]+", self.cleaned_data["cases"]) if number]


class StatementForm(VerbForm):
    text = forms.CharField(label=_("陈述"), widget=long_text(), max_length=4000)


class DecideMeasureForm(VerbForm):
    issue = forms.ChoiceField(
        label=_("您的决定"), widget=forms.RadioSelect, choices=[("yes", _("作出")), ("no", _("不予作出"))]
    )
    reason = forms.CharField(label=_("理由"), widget=long_text(), max_length=2000)


class TalkForm(VerbForm):
    held_at = MomentField(label=_("什么时候谈的"), widget=moment())
    place = forms.CharField(label=_("地点"), max_length=100)
    leader = forms.ChoiceField(label=_("约谈的领导"))
    attended = forms.ChoiceField(label=_("被约谈的人"))
    words = forms.CharField(label=_("谈话要点"), widget=long_text(), max_length=4000)
    promises = forms.CharField(
        label=_("承诺事项"), widget=long_text(), max_length=2000, help_text=_("一行一项，写明做什么、什么时候做完。")
    )

    def prepare(self) -> None:
        self.people = {user.username: user for user in [*able("lead_bureau"), *takers(self.subject.department)]}
        self.choose("leader").choices = [(user.username, str(user)) for user in able("lead_bureau")]
        self.choose("attended").choices = [(user.username, str(user)) for user in takers(self.subject.department)]

    def clean_leader(self) -> User:
        return self.people[self.cleaned_data["leader"]]

    def clean_attended(self) -> User:
        return self.people[self.cleaned_data["attended"]]


class FollowUpForm(VerbForm):
    note = forms.CharField(label=_("落实情况"), widget=long_text(), max_length=2000)


class OutcomeForm(VerbForm):
    outcome = forms.CharField(
        label=_("有权机关的处理结果"), widget=long_text(), max_length=2000, help_text=_("照来文登记；本系统不作认定。")
    )


class InterpretationForm(VerbForm):
    ruling = forms.CharField(label=_("解释"), widget=long_text(), max_length=2000)
    effective_from = DayField(
        label=_("从哪天起"), widget=forms.DateInput(attrs={"type": "date"}), help_text=_("最早是今天，不溯及既往。")
    )

    def prepare(self) -> None:
        asked = self.subject
        self.fields["ruling"].initial = asked.signed.ruling if asked.signed else asked.prefilled
        self.fields["effective_from"].initial = clock.now().astimezone(self.regulation.zone).date()


class VersionForm(VerbForm):
    file = forms.FileField(label=_("制度文件"), help_text=_("YAML 文件；先检查，有错会逐行指出，不会采用。"))

    def clean_file(self) -> str:
        raw = self.cleaned_data["file"].read(1024 * 1024 + 1)
        if len(raw) > 1024 * 1024:
            raise forms.ValidationError(_("文件太大：制度文件不超过 1 MB。"))
        try:
            return str(raw.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise forms.ValidationError(_("这不是 UTF-8 文字，请用编辑器另存为 UTF-8 再传。")) from error
