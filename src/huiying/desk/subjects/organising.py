"""Training, the roster of skills and the house rules （九）: forms, verbs, sentences."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _t, gettext_lazy as _

from huiying.desk.bar import Cleaned, NothingForm, Verb
from huiying.desk.fields import (
    DayField,
    MomentField,
    PeopleField,
    PersonField,
    blocks,
    day,
    long_text,
    moment,
    person_called,
    staff,
)
from huiying.desk.forms import VerbForm
from huiying.desk.language import lang
from huiying.kernel import clock
from huiying.overseeing.actions import rules, training
from huiying.people.errors import Refused
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


TRAINING_VERBS: dict[str, Verb] = {
    "plan": Verb(
        TrainingForm,
        lambda _none, data, user: training.plan_training(**data, actor=user),
        _("培训计划已列。下一步：排每一次。"),
    ),
    "schedule": Verb(
        SessionForm,
        lambda row, data, user: training.schedule_session(row, **{**data, "people": list(data["people"])}, actor=user),
        _("已排好，已通知参加的人。"),
    ),
}

SESSION_VERBS: dict[str, Verb] = {
    "open": Verb(
        NothingForm,
        lambda row, data, user: training.open_check_in(row, user),
        _("签到已开始。把签到码写在现场，各人自己签。"),
    ),
    "renew": Verb(NothingForm, lambda row, data, user: training.renew_code(row, user), _("签到码已换。")),
    "close": Verb(
        NothingForm, lambda row, data, user: training.close_session(row, user), _("培训已结束，到课率已定。")
    ),
    "cancel": Verb(
        CancelForm, lambda row, data, user: training.cancel_session(row, data["reason"], user), _("已取消。")
    ),
}


def _record_skill(_shown: Any, data: Cleaned, user: User) -> Any:
    return training.record_skill(**{name: data[name] for name in ("skill", "note", "backup", "since")},
                               user=data["who"], actor=user)  # fmt: skip


def _end_skill(shown: Any, data: Cleaned, user: User) -> Any:
    entry = next(row for row in shown.entries if str(row.pk) == data["entry"])
    return training.end_skill(entry, data["reason"], user)


SKILL_VERBS: dict[str, Verb] = {
    "record": Verb(SkillForm, _record_skill, _("名册已更新。")),
    "end": Verb(EndSkillForm, _end_skill, _("已从名册里结束这一条。")),
}


def _sign(shown: Any, data: Cleaned, user: User) -> Any:
    if shown.waiting is None:
        raise Refused(_t("没有等待签发的制度。"), code="nothing_to_sign")
    return rules.sign_rule(shown.waiting, data["sha256"], user)


def _read(shown: Any, _told: Cleaned, user: User) -> Any:
    if shown.version is None:
        raise Refused(_t("现在没有有效的版本，不用确认。"), code="not_signed")
    return rules.read_rule(shown.version, user)


RULE_VERBS: dict[str, Verb] = {
    "draft": Verb(
        RuleForm,
        lambda shown, data, user: rules.draft_rule(shown.rule if shown is not None else None, **data, actor=user),
        _("已保存，请领导签发。签发之前，旧的一版继续有效。"),
    ),
    "sign": Verb(SignRuleForm, _sign, _("已签发，已请大家阅读。")),
    "read": Verb(NothingForm, _read, _("已记下：您读过这一版。")),
    "end": Verb(EndRuleForm, lambda shown, data, user: rules.end_rule(shown.rule, data["reason"], user), _("已废止。")),
}


SENTENCES: dict[str, Any] = {
    "training.planned": _("列培训计划 %(training)s：%(title)s"),
    "training.scheduled": _("排培训：%(title)s，请 %(invited)s 人"),
    "training.opened": _("培训 %(session)s 开始签到"),
    "training.code_renewed": _("培训 %(session)s 换签到码"),
    "training.checked_in": _("%(name)s签到"),
    "training.tried": _("%(name)s没有被通知，签到码没有填对"),
    "training.answered": _("%(name)s做测验，答对 %(score)s 题"),
    "training.held": _("培训 %(session)s 结束，到 %(present)s 人"),
    "training.cancelled": _("取消培训 %(session)s：%(reason)s"),
    "skill.recorded": _("技能名册：%(name)s，%(skill)s"),
    "skill.ended": _("技能名册结束一条：%(name)s，%(skill)s，%(reason)s"),
    "rule.drafted": _("起草内部制度 %(rule)s：%(title)s"),
    "rule.signed": _("签发内部制度 %(rule)s：%(title)s"),
    "rule.read": _("%(name)s读过内部制度 %(rule)s"),
    "rule.ended": _("废止内部制度 %(rule)s：%(reason)s"),
}
WORDS: dict[str, Any] = {}
