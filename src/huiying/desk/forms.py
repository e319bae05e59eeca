"""What each verb needs to be told. The words are those that a 值班员 reads; the rules stand in the verbs."""

from __future__ import annotations

from collections.abc import Container
from typing import Any, cast

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _t, gettext_lazy as _

from huiying.desk.fields import DayField, DepartmentField, DepartmentsField, MomentField, long_text
from huiying.desk.language import lang, twin
from huiying.handling import routing_table
from huiying.handling.actions.grading import awaits_confirmation, confirms
from huiying.handling.models import Case
from huiying.judging.models import Event
from huiying.people.models import Department, User
from huiying.people.queries import departments, manned, standing
from huiying.people.versions import department_name
from huiying.regulation import Regulation
from huiying.responding.actions.following import SELDOM, proposed_hours
from huiying.responding.channels.base import Channel
from huiying.responding.queries import approved_round, current_revision
from huiying.responding.readiness import GROUNDS as WITHHOLD_GROUNDS
from huiying.responding.targets import target_names, targets


class VerbForm(forms.Form):
    """A form about one case or event, for one person."""

    def __init__(self, *args: Any, subject: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.subject = subject
        self.user = user
        self.regulation: Regulation = standing(user).regulation
        self.prepare()

    def prepare(self) -> None:
        """Fill in choices that depend on the subject."""

    def choose(self, name: str) -> forms.ChoiceField:
        return cast("forms.ChoiceField", self.fields[name])


class NothingForm(VerbForm):
    """The button says it all."""


class ReasonForm(VerbForm):
    reason = forms.CharField(label=_("理由"), widget=long_text(), max_length=2000)


class LevelForm(VerbForm):
    level = forms.ChoiceField(label=_("级别"), widget=forms.RadioSelect)
    reason = forms.CharField(label=_("理由（可以不写）"), widget=long_text(), required=False, max_length=2000)

    def prepare(self) -> None:
        levels = [(item.code, self.regulation.name_of("level", item.code, lang())) for item in self.regulation.levels]
        self.choose("level").choices = self.fitting(levels)
        self.fields["level"].initial = self.current()

    def current(self) -> str:
        if isinstance(self.subject, Event):
            return self.subject.suggested_level
        return str(self.subject.level)

    def fitting(self, levels: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """A confirmed level can only be raised here; lowering has its own form and a second person (INV-7)."""
        if isinstance(self.subject, Case) and not self.subject.is_provisional:
            stands = confirms(self.user, self.regulation, self.subject.level) and awaits_confirmation(self.subject)
            return [pair for pair in levels if pair[0] > self.current() or (stands and pair[0] == self.current())]
        return levels


class LowerForm(LevelForm):
    def prepare(self) -> None:
        super().prepare()
        self.fields["level"].label = _t("下调为")
        self.fields["level"].initial = None
        least = self.regulation.grading.lowering.reason_min_chars
        self.fields["reason"].label = _t("理由")
        self.fields["reason"].required = True
        self.fields["reason"].help_text = _t("至少 %(n)d 个字；须另一人同意才生效，任何时限都不会推后。") % {"n": least}

    def fitting(self, levels: list[tuple[str, str]]) -> list[tuple[str, str]]:
        return [pair for pair in levels if pair[0] < self.current()]


class AgreeForm(VerbForm):
    """The second person's answer."""

    agree = forms.ChoiceField(
        label=_("您的意见"), widget=forms.RadioSelect, choices=[("yes", _("同意")), ("no", _("不同意，维持原状"))]
    )


class EmergencyForm(VerbForm):
    level = forms.ChoiceField(
        label=_("突发事件级别"),
        widget=forms.RadioSelect,
        help_text=_("与舆情级别是两回事：定了以后，上位规定的首发和发布会时限开始计算，只能上调。"),
    )

    def prepare(self) -> None:
        self.choose("level").choices = [
            (name, self.regulation.name_of("word", name, lang())) for name in self.regulation.emergency_levels
        ]


class RouteForm(VerbForm):
    department = DepartmentField(label=_("主办部门"), queryset=Department.objects.none(), empty_label=_("请选择"))
    joint = DepartmentsField(
        label=_("协办部门（可以不选）"),
        queryset=Department.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    reason = forms.CharField(label=_("为什么转给它"), widget=long_text(), max_length=500)

    def prepare(self) -> None:
        """The suggestion is filled in with its reason, so that agreeing is one press and correcting is easy (C7.1)."""
        ready = manned(self.regulation)
        for name in ("department", "joint"):
            field = cast("forms.ModelChoiceField[Department]", self.fields[name])
            field.queryset = departments().filter(code__in=ready)
        self.suggested = suggested = routing_table.suggest(self.subject, self.regulation)
        known = {item.code: item for item in departments() if item.code in ready}
        labels = [(item.pk, department_name(item.name)) for item in known.values()]
        self.choose("department").choices = [("", _t("请选择")), *labels]
        self.choose("joint").choices = labels
        self.fields["department"].help_text = suggestion_words(suggested, self.regulation, ready)
        self.fields["department"].initial = known.get(suggested.lead) or known.get(suggested.backup)
        self.fields["joint"].initial = [known[code] for code in suggested.joint if code in known]
        self.fields["reason"].initial = suggested.reason


def suggestion_words(suggested: routing_table.Suggestion, regulation: Regulation, ready: Container[str]) -> str:
    """「建议：…」 with its reason; beside it whom the other source names, or who stands in where nobody is there."""

    def name(code: str) -> str:
        return regulation.name_of("department", code, lang())

    said = [
        _t("建议：%(name)s（%(reason)s）。")
        % {"name": name(suggested.lead), "reason": twin(suggested.reason, suggested.reason_en)}
    ]
    if suggested.beside and not suggested.by_rules:
        said.append(_t("监测规则指向%(name)s，请比较。") % {"name": name(suggested.beside)})
    if suggested.lead not in ready:
        said.append(_t("它现在没有人能签收，请系统管理员任命，或转给别的部门。"))
        if suggested.backup in ready:
            said.append(_t("后备是%(name)s。") % {"name": name(suggested.backup)})
    return "".join(said)


class ReturnForm(ReasonForm):
    def prepare(self) -> None:
        self.fields["reason"].label = _t("退回的理由")
        self.fields["reason"].help_text = _t("只能退回一次，之后由统筹部门指定。时限不停。")


class DecideReturnForm(VerbForm):
    department = DepartmentField(label=_("指定主办部门"), queryset=Department.objects.none(), empty_label=_("请选择"))
    decision = forms.CharField(label=_("决定和理由"), widget=long_text(), max_length=2000)

    def prepare(self) -> None:
        field = cast("forms.ModelChoiceField[Department]", self.fields["department"])
        field.queryset = departments().filter(code__in=manned())


class FindingForm(VerbForm):
    facts = forms.CharField(label=_("核实的事实"), widget=long_text(), help_text=_("查了什么、结果如何，附依据。"))
    cause = forms.CharField(label=_("原因"), widget=long_text())
    impact = forms.CharField(label=_("影响"), widget=long_text())


class DisposalForm(VerbForm):
    actions = forms.CharField(label=_("处置措施"), widget=long_text())
    settled = forms.BooleanField(
        label=_("线下的事情已经解决"), required=False, help_text=_("回应不等于解决：没有解决，件不能办结。")
    )


class KnowledgeForm(VerbForm):
    known_at = MomentField(
        label=_("获知时间（自报）"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("只能比现在记录的更早。"),
    )
    how = forms.CharField(label=_("谁、怎样获知"), max_length=200)
    evidence = forms.CharField(label=_("凭证"), widget=long_text())


class OtherCaseForm(VerbForm):
    number = forms.CharField(label=_("并入哪一件（编号）"), max_length=30, help_text=_("时限取两件中最早的。"))


class OtherEventForm(VerbForm):
    number = forms.CharField(label=_("并入哪个事件（编号）"), max_length=30)


class SustainForm(VerbForm):
    sustained = forms.ChoiceField(
        label=_("是否持续回应"), widget=forms.RadioSelect, choices=[("yes", _("继续回应")), ("no", _("不再继续"))]
    )
    reason = forms.CharField(label=_("理由"), widget=long_text())
    every_hours = forms.IntegerField(
        label=_("继续的话，每隔几小时说一次"), required=False, min_value=1, max_value=SELDOM
    )

    def prepare(self) -> None:
        self.fields["every_hours"].initial = proposed_hours(self.subject)
        self.fields["every_hours"].help_text = _t("到时提醒发布续报；已填的是制度对这一级的建议。")


class WithholdForm(VerbForm):
    ground = forms.ChoiceField(label=_("不公开的法定依据"), choices=list(WITHHOLD_GROUNDS.items()))
    reason = forms.CharField(label=_("理由"), widget=long_text(), help_text=_("须另一人同意；到复核日期须再看一次。"))
    review_on = DayField(label=_("复核日期"), widget=forms.DateInput(attrs={"type": "date"}))


class ConfirmationForm(VerbForm):
    body = forms.CharField(label=_("哪个机关"), max_length=100)
    contact = forms.CharField(label=_("联系人和联系方式"), max_length=200, required=False)


class ReleaseForm(VerbForm):
    """Each account with how it goes out; the button says how many places that makes."""

    channels = forms.MultipleChoiceField(label=_("发布到"), widget=forms.CheckboxSelectMultiple)

    def prepare(self) -> None:
        revision = current_revision(self.subject)
        round_ = approved_round(self.subject, revision) if revision else None
        written = round_.revision.renditions if round_ else {}
        open_ = targets() if written else {}
        choices = [
            (code, _t("%(name)s（%(how)s）") % {"name": name, "how": how_it_goes(open_[code].channel)})
            if code in open_
            else (code, name)
            for code, name in target_names(written).items()
        ]
        cast("forms.MultipleChoiceField", self.fields["channels"]).choices = choices
        self.fields["channels"].initial = [kind for kind, _name in choices]

    @property
    def says(self) -> str:
        """What pressing the button does, as the boxes stand when the page is opened."""
        return str(self.says_for) % {"n": len(self.choose("channels").initial or [])}

    says_for = _("发布到 %(n)d 个渠道")
    says_of = "channels"


def how_it_goes(channel: Channel) -> str:
    """How a text gets there, in a few words."""
    if channel.publish is not None:
        return _t("马上公开")
    if channel.send is not None:
        return _t("自动发出，取回核对")
    return _t("人工发布，另一人核对")


# In the words of the form; the codes are those of judging.grounds.
GROUND_WORDS = {
    "elsewhere": _("不属于本局职责，已告知应找的单位"),
    "answered": _("同一件事已经公开回应过"),
    "statutory": _("已进入异议、质疑、投诉等法定程序，依法在程序内答复"),
    "not_a_matter": _("没有可核实的事情，只是情绪或闲谈"),
    "misread": _("机器误判，与公共资源交易无关"),
    "withdrawn": _("发布者自行更正，影响已消除"),
}


class DismissForm(VerbForm):
    ground = forms.ChoiceField(
        label=_("不予回应的依据"),
        choices=list(GROUND_WORDS.items()),
    )
    reason = forms.CharField(label=_("理由"), widget=long_text(), help_text=_("须另一人同意；同意之前事件照常计时。"))


class AttitudeForm(VerbForm):
    critical = forms.IntegerField(label=_("其中批评或质疑的条数"), min_value=0)
    sample = forms.IntegerField(label=_("读了多少条"), min_value=1)


class OfflineForm(VerbForm):
    value = forms.ChoiceField(
        label=_("线下风险"),
        widget=forms.RadioSelect,
        choices=[("0", _("没有")), ("1", _("群体诉求")), ("2", _("已预告聚集")), ("3", _("正在聚集"))],
    )


class ConcernForm(VerbForm):
    concern = forms.ChoiceField(label=_("性质"), help_text=_("批评不是谣言。认定谣言要写清哪一句不实、证据是什么。"))
    claim = forms.CharField(label=_("不实的是哪一句（仅谣言）"), required=False, max_length=1000)
    proof = forms.CharField(label=_("证据（仅谣言）"), required=False, widget=long_text(), max_length=4000)

    def prepare(self) -> None:
        words = self.regulation.concerns
        self.choose("concern").choices = [(word, self.regulation.name_of("word", word, lang())) for word in words]
        self.fields["concern"].initial = self.subject.concern
        # C5.14: the four words mean what the regulation's file says they mean, here where the choice is made.
        told = self.regulation.monitor.definitions.items()
        meant = [(self.regulation.name_of("word", word, lang()), means) for word, means in told]
        rows = format_html_join("", '<br><b>{}</b> <span lang="zh-Hans">{}</span>', meant)
        self.fields["concern"].help_text = format_html("{}{}", self.fields["concern"].help_text, rows)
