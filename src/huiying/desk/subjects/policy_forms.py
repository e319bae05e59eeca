"""What the verbs of a policy, its assessment and its plan need to be told （六）C6.1–C6.8."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django import forms
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _t, gettext_lazy as _

from huiying.desk.fields import (
    DayField,
    DepartmentField,
    MomentField,
    PeopleField,
    PersonField,
    blocks,
    choose_department,
    day,
    long_text,
    moment,
    own_departments,
    person_called,
    staff,
)
from huiying.desk.forms import VerbForm
from huiying.desk.language import lang
from huiying.foreseeing.actions.planning import Wanted
from huiying.foreseeing.models import Consultation, Plan, PlanHit, Policy, Survey
from huiying.kernel import clock
from huiying.people.models import Department, Platform, User
from huiying.people.registers import speakers_in_force

SCALE = [(1, _("1 很小")), (2, _("2 较小")), (3, _("3 中等")), (4, _("4 较大")), (5, _("5 很大"))]
DRAWN = {
    Survey.RANDOM: _("随机抽取"),
    Survey.CHOSEN: _("选定一部分"),
    Survey.OPEN: _("自愿参加"),
}


class PolicyForm(forms.Form):
    title = forms.CharField(label=_("政策名称"), max_length=200)
    summary = forms.CharField(
        label=_("主要内容"),
        widget=long_text(),
        help_text=_("要定什么、影响到谁。改了这里，要重新判定是否涉及群众利益。"),
    )
    department = DepartmentField(label=_("起草部门"), queryset=Department.objects.none(), empty_label=_("请选择"))
    planned_on = DayField(
        label=_("计划哪天出台（可以不写）"), required=False, widget=day(), help_text=_("写了就在一周前和当天提醒。")
    )

    def __init__(self, *args: Any, row: Policy | None, user: User, **kwargs: Any) -> None:
        names = ("title", "summary", "planned_on")
        initial = {name: getattr(row, name) for name in names} if row is not None else {}
        super().__init__(*args, **{"label_suffix": "", "initial": initial, **kwargs})
        choose_department(self, own_departments(user), row.department if row is not None else user.department)


class ScreenForm(VerbForm):
    major = forms.ChoiceField(
        label=_("是否涉及群众切身利益"), widget=forms.RadioSelect, choices=[("yes", _("涉及")), ("no", _("不涉及"))]
    )
    reason = forms.CharField(
        label=_("理由"), widget=long_text(), help_text=_("判定“不涉及”须另一人同意，同意之前不能出台。")
    )


class SecondForm(VerbForm):
    agree = forms.ChoiceField(
        label=_("您的意见"),
        widget=forms.RadioSelect,
        choices=[("yes", _("同意，不用评估")), ("no", _("不同意，须评估"))],
    )
    reason = forms.CharField(label=_("理由（不同意必填）"), widget=long_text(), required=False)


class BeginForm(VerbForm):
    visits_planned = forms.IntegerField(label=_("计划走访几次"), min_value=0, max_value=500, initial=2)


class ProposeForm(VerbForm):
    conclusion = forms.CharField(
        label=_("评估结论"),
        widget=long_text(),
        help_text=_("能不能出台、要做好哪些准备。送审后再改证据或风险，要重新送审。"),
    )

    def prepare(self) -> None:
        row = getattr(self.subject, "assessment", None)
        self.fields["conclusion"].initial = row.conclusion if row is not None else ""


class DecideForm(VerbForm):
    agree = forms.ChoiceField(
        label=_("您的意见"), widget=forms.RadioSelect, choices=[("yes", _("批准评估")), ("no", _("退回修改"))]
    )
    comment = forms.CharField(label=_("意见（退回必填）"), widget=long_text(), required=False, max_length=2000)
    sha256 = forms.CharField(widget=forms.HiddenInput)

    def prepare(self) -> None:
        row = getattr(self.subject, "assessment", None)
        self.fields["sha256"].initial = row.sha256 if row is not None else ""


class IssueForm(VerbForm):
    issued_at = MomentField(label=_("出台时间"), widget=moment())
    issued_as = forms.CharField(label=_("文号（可以不写）"), required=False, max_length=100)

    def prepare(self) -> None:
        self.fields["issued_at"].initial = clock.now().replace(second=0, microsecond=0)


# --- evidence ---------------------------------------------------------------------------------------------------------


class TrackForm(VerbForm):
    words = forms.CharField(
        label=_("检索词"), max_length=100, help_text=_("多个词用空格隔开，都要出现；数字由系统从收到的来文里数。")
    )
    since = DayField(label=_("从哪天"), widget=day())
    until = DayField(label=_("到哪天"), widget=day())
    cases = forms.CharField(label=_("看过的办件（编号，可以不写）"), required=False, max_length=400)
    finding = forms.CharField(label=_("说明了什么"), widget=long_text())

    def prepare(self) -> None:
        today = clock.now().astimezone(self.regulation.zone).date()
        self.fields["since"].initial, self.fields["until"].initial = today - dt.timedelta(days=30), today


class SurveyForm(VerbForm):
    title = forms.CharField(label=_("调查名称"), max_length=200)
    frame = forms.CharField(
        label=_("抽样范围"), widget=long_text(), help_text=_("从哪些人里抽、按什么名单，例如上半年投过标的企业名录。")
    )
    frame_size = forms.IntegerField(label=_("范围里共有多少（不知道就不写）"), required=False, min_value=1)
    drawn = forms.ChoiceField(
        label=_("怎样抽"),
        widget=forms.RadioSelect,
        choices=list(DRAWN.items()),
        help_text=_("只有随机抽取才能算误差；自愿参加的结果不能推算全体。"),
    )
    asked = forms.IntegerField(label=_("请了多少（自愿参加不写）"), required=False, min_value=1)
    consultation = forms.CharField(
        label=_("网上的问卷（意见征集的编号）"),
        required=False,
        max_length=30,
        help_text=_("用意见征集里的调查题，例如 2026-1；只用纸质问卷就不写。"),
    )
    questions = forms.CharField(
        label=_("纸质问卷的题目（选了网上的问卷就不写）"),
        required=False,
        widget=long_text(),
        help_text=_("每题一段：第一行是问题，下面每行一个选项；题与题之间空一行。"),
    )

    def clean_consultation(self) -> Consultation | None:
        address = self.cleaned_data["consultation"].strip()
        if not address:
            return None
        found = Consultation.objects.filter(address=address).first()
        if found is None:
            raise forms.ValidationError(_t("没有这个编号的意见征集，请核对。"))
        return found

    def clean(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        if self.errors:
            return given
        given["questions"] = [{"text": one[0], "options": one[1:]} for one in blocks(given["questions"]) if one]
        return given


class PaperForm(VerbForm):
    survey = forms.ChoiceField(label=_("哪一份问卷"))
    sheets = forms.IntegerField(label=_("这一批有多少份"), min_value=1)
    counts = forms.CharField(
        label=_("各选项的数"),
        widget=long_text(),
        help_text=_("每题一行，按选项的顺序写数，用空格隔开；没有人选写 0。例如：12 6 2"),
    )

    def prepare(self) -> None:
        self.choose("survey").choices = [(str(row.pk), row.title) for row in _of(self, "surveys")]

    def clean_counts(self) -> list[list[int]]:
        lines = [line.split() for line in self.cleaned_data["counts"].splitlines() if line.strip()]
        try:
            return [[int(word) for word in line] for line in lines]
        except ValueError as error:
            raise forms.ValidationError(_t("只写数字，用空格隔开，例如：12 6 2")) from error


class VisitForm(VerbForm):
    visited_on = DayField(label=_("哪天"), widget=day())
    whom = forms.CharField(
        label=_("走访了谁"), max_length=200, help_text=_("写是哪一类人，例如三家投标企业的财务；不写姓名和电话。")
    )
    place = forms.CharField(label=_("在哪里（可以不写）"), required=False, max_length=200)
    views = forms.CharField(label=_("听到的意见"), widget=long_text())


class DeliberateForm(VerbForm):
    held_on = DayField(label=_("哪天"), widget=day())
    topic = forms.CharField(label=_("议题"), max_length=200)
    chair = PersonField(label=_("主持人"), queryset=User.objects.none(), empty_label=_("请选择"))
    present = PeopleField(label=_("到会的人（含主持人）"), queryset=User.objects.none())
    minutes = forms.CharField(label=_("纪要"), widget=long_text(), help_text=_("由主持人签发后才算数。"))
    dissenter = forms.CharField(label=_("谁有不同意见（可以不写）"), required=False, max_length=100)
    dissent = forms.CharField(label=_("不同意见是怎样说的"), required=False, widget=long_text())

    def prepare(self) -> None:
        people = staff()
        choices = [(user.pk, person_called(user)) for user in people]  # read once for both
        for name in ("chair", "present"):
            field = cast("forms.ModelChoiceField[User]", self.fields[name])
            field.queryset = people
            field.choices = [("", _t("请选择")), *choices] if name == "chair" else choices

    def clean(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        if self.errors:
            return given
        given["present"] = list(given["present"])
        given["dissents"] = [(given.pop("dissenter"), given.pop("dissent"))]
        return given


class LinkMeetingForm(VerbForm):
    number = forms.CharField(label=_("联席会议的编号"), max_length=40, help_text=_("须是已经签发纪要的会议。"))


class SignForm(VerbForm):
    row = forms.ChoiceField(label=_("哪一次会商"))

    def prepare(self) -> None:
        waiting = [row for row in _of(self, "deliberations") if row.signed_at is None and row.chair_id == self.user.pk]
        self.choose("row").choices = [(str(row.pk), row.topic) for row in waiting]


# --- risks ------------------------------------------------------------------------------------------------------------


class RiskForm(VerbForm):
    risk = forms.ChoiceField(label=_("哪一项"), required=False)
    title = forms.CharField(label=_("会出什么事"), max_length=200)
    affected = forms.CharField(label=_("影响到谁"), max_length=200)
    likelihood = forms.TypedChoiceField(label=_("可能性"), coerce=int, choices=SCALE, initial=3)
    impact = forms.TypedChoiceField(label=_("影响"), coerce=int, choices=SCALE, initial=3)
    signs = forms.CharField(
        label=_("早期迹象"), max_length=500, help_text=_("看到什么就说明它要来了，例如咨询一天超过十件。")
    )
    owner = DepartmentField(label=_("责任部门"), queryset=Department.objects.none(), empty_label=_("请选择"))
    watcher = PersonField(label=_("谁来盯"), queryset=User.objects.none(), empty_label=_("请选择"))
    measure = forms.CharField(label=_("防范措施（可以不写）"), required=False, widget=long_text())

    def prepare(self) -> None:
        known = [(str(row.pk), _t("修改：%(title)s") % {"title": row.title[:40]}) for row in _of(self, "live_risks")]
        self.choose("risk").choices = [("", _t("新的一项")), *known]
        departments = Department.objects.filter(is_active=True)
        cast("forms.ModelChoiceField[Department]", self.fields["owner"]).queryset = departments
        cast("forms.ModelChoiceField[User]", self.fields["watcher"]).queryset = staff()


class DropRiskForm(VerbForm):
    risk = forms.ChoiceField(label=_("哪一项"))
    reason = forms.CharField(label=_("划去的理由"), max_length=300)

    def prepare(self) -> None:
        self.choose("risk").choices = [(str(row.pk), row.title) for row in _of(self, "live_risks")]


class GradeForm(VerbForm):
    level = forms.ChoiceField(label=_("风险等级"), widget=forms.RadioSelect)
    reason = forms.CharField(label=_("理由（与规则不同时必填）"), widget=long_text(), required=False, max_length=2000)

    def prepare(self) -> None:
        levels = self.regulation.risk_assessment.risk_levels
        self.choose("level").choices = [(name, self.regulation.name_of("word", name, lang())) for name in levels]
        self.fields["level"].initial = getattr(self.subject, "by_rule", "")


def _of(form: VerbForm, name: str) -> list[Any]:
    """What the page has read already: the forms ask the database for nothing twice."""
    return list(getattr(form.subject, name, None) or [])


TRIGGERS = 3


class PlanForm(VerbForm):
    questions = forms.CharField(
        label=_("口径"),
        widget=long_text(tall=True),
        help_text=_("每问一段：第一行是问题，下面是我们的回答；段与段之间空一行。"),
    )
    steps = forms.CharField(label=_("先做什么、谁来做"), widget=long_text())
    speaker = forms.ChoiceField(label=_("发言人"), help_text=_("只能选名册里现在有效的发言人。"))
    channels = forms.MultipleChoiceField(label=_("在哪些平台说"), widget=forms.CheckboxSelectMultiple)
    contacts = PeopleField(label=_("启动时联系谁"), queryset=User.objects.none())
    drill_on = DayField(label=_("哪天演练"), widget=day())

    def prepare(self) -> None:
        plan = getattr(self.subject, "plan", None)
        self.choose("speaker").choices = [
            (str(row.pk), f"{row.user.name} · {row.scope}") for row in speakers_in_force().select_related("user")
        ]
        platforms = Platform.objects.filter(closed_at__isnull=True)
        cast("forms.MultipleChoiceField", self.fields["channels"]).choices = [
            (row.code, row.name_en if lang() == "en" and row.name_en else row.name) for row in platforms
        ]
        people = cast("forms.ModelMultipleChoiceField[User]", self.fields["contacts"])
        called = Plan.contacts.through.objects.filter(plan=plan, user=OuterRef("pk"))
        people.queryset = staff()
        listed = list(staff().annotate(is_called=Exists(called)))
        people.choices = [(user.pk, person_called(user)) for user in listed]
        people.initial = [user.pk for user in listed if user.is_called]
        levels = [
            (level.code, self.regulation.name_of("level", level.code, lang())) for level in self.regulation.levels
        ]
        triggers = list(getattr(self.subject, "triggers", None) or [])
        for n in range(TRIGGERS):
            row = triggers[n] if n < len(triggers) else None
            self.fields[f"words_{n}"] = forms.CharField(
                label=_t("启动条件 %(n)d：出现哪些词") % {"n": n + 1},
                required=n == 0,
                initial=" ".join(row.words) if row else "",
                help_text=_t("有其中一个就算，用空格隔开。") if n == 0 else "",
                max_length=300,
            )
            self.fields[f"level_{n}"] = forms.ChoiceField(
                label=_t("事件至少是哪一级"),
                required=False,
                choices=[("", _t("不论级别")), *levels],
                initial=row.level if row else "",
            )
            self.fields[f"posts_{n}"] = forms.IntegerField(
                label=_t("至少多少条来文"), required=False, min_value=1, initial=row.posts if row else 1
            )
        if plan is not None:
            self._remember(plan)

    def _remember(self, plan: Any) -> None:
        self.fields["questions"].initial = "\n\n".join(f"{one['q']}\n{one['a']}" for one in plan.questions)
        self.fields["steps"].initial, self.fields["drill_on"].initial = plan.steps, plan.drill_on
        self.fields["speaker"].initial, self.fields["channels"].initial = str(plan.speaker_id), plan.channels

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if self.errors:
            return given
        wanted = [
            Wanted(words.replace("，", " ").replace("、", " ").split(), given[f"level_{n}"], given[f"posts_{n}"] or 1)
            for n in range(TRIGGERS)
            if (words := given[f"words_{n}"])
        ]
        return {
            "questions": [(one[0], "\n".join(one[1:])) for one in blocks(given["questions"]) if one],
            "steps": given["steps"],
            "speaker": speakers_in_force().get(pk=given["speaker"]),
            "channels": given["channels"],
            "contacts": list(given["contacts"]),
            "drill_on": given["drill_on"],
            "triggers": wanted,
        }


class HitForm(VerbForm):
    """Of the proposals, what may still be set off."""

    hit = forms.ChoiceField(label=_("哪个事件"))
    states: tuple[str, ...] = (PlanHit.WAITING, PlanHit.REFUSED)

    def prepare(self) -> None:
        rows = [row for row in getattr(self.subject, "hits", None) or [] if row.state in self.states]
        self.choose("hit").choices = [(str(row.pk), f"{row.event.number} {row.event.title[:40]}") for row in rows]


class TakeForm(HitForm):
    reason = forms.CharField(label=_("补充说明（可以不写）"), required=False, max_length=500)


class RefuseForm(HitForm):
    states = (PlanHit.WAITING,)
    reason = forms.CharField(label=_("不启动的理由"), max_length=500)


class SetOffForm(VerbForm):
    number = forms.CharField(label=_("事件编号"), max_length=30)
    reason = forms.CharField(label=_("启动的理由"), max_length=500)


class DrillForm(VerbForm):
    what = forms.CharField(label=_("怎样演练的，发现了什么"), widget=long_text())
