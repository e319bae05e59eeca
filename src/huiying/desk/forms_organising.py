"""What training, the roster of skills and the house rules need to be told （九）."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.desk.forms import VerbForm, long_text
from huiying.desk.forms_dialogue import blocks
from huiying.desk.forms_meetings import PeopleField, PersonField, moment, person_called, staff
from huiying.desk.forms_releasing import day
from huiying.desk.language import lang
from huiying.desk.moments import DayField, MomentField
from huiying.kernel import clock
from huiying.people.models import User

RIGHT = ("*", "＊")


class TrainingForm(VerbForm):
    title = forms.CharField(label=_("培训名称"), max_length=200)
    goal = forms.CharField(label=_("要练什么"), widget=long_text())
    sessions_planned = forms.IntegerField(label=_("计划办几次"), min_value=1, max_value=100)

    def prepare(self) -> None:
        self.fields["sessions_planned"].initial = self.regulation.training.per_year_min
        self.fields["sessions_planned"].help_text = _t("制度要求一年至少 %(n)d 次。") % {
            "n": self.regulation.training.per_year_min
        }


class SessionForm(VerbForm):
    title = forms.CharField(label=_("题目"), max_length=200)
    abilities = forms.MultipleChoiceField(label=_("练哪些能力"), widget=forms.CheckboxSelectMultiple)
    starts_at = MomentField(label=_("什么时候"), widget=moment())
    place = forms.CharField(label=_("地点"), max_length=200)
    trainer = forms.CharField(label=_("谁来讲"), max_length=100)
    people = PeopleField(label=_("谁参加"), queryset=User.objects.none())
    material = forms.CharField(label=_("材料（可以不写）"), required=False, widget=long_text(tall=True))
    questions = forms.CharField(
        label=_("测验题（可以不写）"),
        required=False,
        widget=long_text(tall=True),
        help_text=_("每题一段：第一行是问题，下面每行一个选项，对的那一行前面加 *；题与题之间空一行。"),
    )

    def prepare(self) -> None:
        names = self.regulation.training.abilities
        cast("forms.MultipleChoiceField", self.fields["abilities"]).choices = [
            (name, self.regulation.name_of("word", name, lang())) for name in names
        ]
        cast("forms.ModelMultipleChoiceField[User]", self.fields["people"]).queryset = staff()

    def clean_questions(self) -> list[dict[str, Any]]:
        return [_question(one) for one in blocks(self.cleaned_data["questions"]) if one]


def _question(lines: list[str]) -> dict[str, Any]:
    text, options = lines[0], lines[1:]
    right = [n for n, option in enumerate(options) if option.startswith(RIGHT)]
    if len(right) != 1:
        raise forms.ValidationError(_t("“%(text)s”要恰好有一个选项前面加 *。") % {"text": text[:30]})
    return {"text": text, "options": [option.lstrip("*＊ ") for option in options], "right": right[0]}


class CancelForm(VerbForm):
    reason = forms.CharField(label=_("取消的理由"), max_length=300)


class CheckInForm(forms.Form):
    code = forms.CharField(
        label=_("现场的签到码"),
        max_length=6,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("只能给自己签到。"),
    )


class QuizForm(forms.Form):
    """One radio group a question."""

    def __init__(self, *args: Any, questions: list[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        for n, question in enumerate(questions):
            self.fields[f"q{n}"] = forms.TypedChoiceField(
                label=question["text"],
                coerce=int,
                widget=forms.RadioSelect,
                choices=[(str(at), option) for at, option in enumerate(question["options"])],
            )

    def told(self) -> list[int]:
        return [self.cleaned_data[f"q{n}"] for n in range(len(self.fields))]


class SkillForm(VerbForm):
    who = PersonField(label=_("谁"), queryset=User.objects.none(), empty_label=_("请选择"))
    skill = forms.CharField(label=_("会什么"), max_length=60, help_text=_("例如短视频、数据分析、新媒体写作。"))
    note = forms.CharField(label=_("学过什么、做过多久（可以不写）"), required=False, max_length=300)
    backup = PersonField(
        label=_("后备（没有就空着，会标出来）"), queryset=User.objects.none(), required=False, empty_label=_("没有")
    )
    since = DayField(label=_("从哪天起"), widget=day())

    def prepare(self) -> None:
        people = staff()
        choices = [(user.pk, person_called(user)) for user in people]  # read once for both
        for name, empty in (("who", _t("请选择")), ("backup", _t("没有"))):
            field = cast("forms.ModelChoiceField[User]", self.fields[name])
            field.queryset, field.choices = people, [("", empty), *choices]
        self.fields["since"].initial = clock.now().astimezone(self.regulation.zone).date()


class EndSkillForm(VerbForm):
    entry = forms.ChoiceField(label=_("哪一条"))
    reason = forms.CharField(label=_("理由"), max_length=300)

    def prepare(self) -> None:
        rows = getattr(self.subject, "entries", None) or []
        self.choose("entry").choices = [(str(row.pk), f"{row.skill} {row.user.name}") for row in rows]


class RuleForm(VerbForm):
    title = forms.CharField(label=_("制度名称"), max_length=200)
    text = forms.CharField(label=_("正文"), widget=long_text(tall=True))
    effective_from = DayField(label=_("哪天生效"), widget=day())
    expires_on = DayField(label=_("哪天失效"), widget=day(), help_text=_("失效前一个月提醒办公室换新的一版。"))

    def prepare(self) -> None:
        shown = self.subject
        if shown is not None:
            newest = shown.versions[-1] if shown.versions else None
            self.fields["title"].initial = shown.rule.title
            self.fields["text"].initial = newest.text if newest else ""


class SignRuleForm(VerbForm):
    sha256 = forms.CharField(widget=forms.HiddenInput)

    def prepare(self) -> None:
        waiting = self.subject.waiting if self.subject is not None else None
        self.fields["sha256"].initial = waiting.sha256 if waiting else ""


class EndRuleForm(VerbForm):
    reason = forms.CharField(label=_("废止的理由"), max_length=300)
