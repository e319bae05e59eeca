"""Oversight （十二）, interpretations （十三） and versions （十四）: forms, verbs, sentences; the sentences of
copies, keys and the clock too (S15, S18).
"""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _t, gettext_lazy as _

from huiying.desk.bar import Cleaned, NothingForm, Verb
from huiying.desk.fields import DayField, MomentField, long_text, moment
from huiying.desk.forms import VerbForm
from huiying.desk.language import lang
from huiying.kernel import clock
from huiying.overseeing import actions
from huiying.overseeing.actions import measures
from huiying.overseeing.models import Appeal, Assessment, Measure
from huiying.people.actions.interpretations import bring_regulation, sign_interpretation
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


SHOW_VERBS: dict[str, Verb] = {
    "show": Verb(
        PeriodForm, lambda _row, data, user: actions.show(data["period"], user), _("已出示，各部门已得到通知。")
    ),
}


def _own(user: User) -> Department:
    """The department for which somebody answers; the verb refuses whoever answers for none."""
    return user.department or Department.objects.filter(is_office=True).get()


def _comment(row: Assessment, data: Cleaned, user: User) -> object:
    return actions.comment(row, _own(user), data["text"], user)


def _appeal(row: Assessment, data: Cleaned, user: User) -> Appeal:
    return actions.appeal(row, _own(user), data["case"], data["reason"], user)


ASSESSMENT_VERBS: dict[str, Verb] = {
    "comment": Verb(CommentForm, _comment, _("意见已记下。")),
    "appeal": Verb(AppealForm, _appeal, _("申诉已提交，等局领导决定。")),
    "finish": Verb(NothingForm, lambda row, data, user: actions.finish(row, user), _("考核已定。")),
}


def _decide_appeal(row: Appeal, data: Cleaned, user: User) -> Appeal:
    return actions.decide_appeal(row, uphold=data["uphold"] == "yes", answer=data["answer"], actor=user)


APPEAL_VERBS: dict[str, Verb] = {"decide": Verb(DecideAppealForm, _decide_appeal, _("已答复，部门已得到通知。"))}


def _propose(_row: None, data: Cleaned, user: User) -> Measure:
    given = {name: data[name] for name in ("step", "trigger", "facts", "cases")}
    return measures.propose(data["department"], **given, actor=user)


PROPOSE_VERBS: dict[str, Verb] = {"propose": Verb(MeasureForm, _propose, _("已提出，部门可以陈述。"))}


def _decide(row: Measure, data: Cleaned, user: User) -> Measure:
    return measures.decide(row, issue=data["issue"] == "yes", reason=data["reason"], actor=user)


def _decided(row: Measure) -> str:
    return _t("已作出，部门已得到通知。") if row.state == Measure.ISSUED else _t("不予作出，理由已记录。")


def _talked(row: Measure, data: Cleaned, user: User) -> Measure:
    return measures.note_talk(row, **data, actor=user)


MEASURE_VERBS: dict[str, Verb] = {
    "state": Verb(StatementForm, lambda row, data, user: measures.state(row, data["text"], user), _("陈述已附上。")),
    "decide": Verb(DecideMeasureForm, _decide, _decided),
    "talk": Verb(TalkForm, _talked, _("约谈已记录，可以成文签字。")),
    "follow_up": Verb(FollowUpForm, lambda row, data, user: measures.follow_up(row, data["note"], user), _("已回访。")),
    "outcome": Verb(
        OutcomeForm, lambda row, data, user: measures.note_outcome(row, data["outcome"], user), _("结果已登记。")
    ),
}

INTERPRETATION_VERBS: dict[str, Verb] = {
    "sign": Verb(
        InterpretationForm,
        lambda asked, data, user: sign_interpretation(asked.gap.id, data["ruling"], data["effective_from"], user),
        _("已签署，记入台账。"),
    ),
}
VERSION_VERBS: dict[str, Verb] = {
    "bring": Verb(
        VersionForm,
        lambda _row, data, user: bring_regulation(data["file"], user),
        _("新版本已采用，从施行日期起生效。"),
    ),
}


SENTENCES: dict[str, Any] = {
    "assessment.shown": _("出示 %(period)s 考核"),
    "assessment.commented": _("%(department)s对考核提出意见：%(text)s"),
    "assessment.finished": _("%(period)s 考核已定"),
    "appeal.made": _("%(department)s申诉：%(case)s 不该计入"),
    "appeal.decided": _("答复%(department)s的申诉：%(case)s"),
    "measure.proposed": _("拟对%(department)s作出“%(step)s”，%(measure)s"),
    "measure.stated": _("%(department)s就 %(measure)s 陈述：%(text)s"),
    "measure.decided": _("%(measure)s 已决定：%(step)s"),
    "measure.talked": _("%(leader)s就 %(measure)s 与%(attended)s谈话：%(words)s"),
    "measure.followed": _("%(measure)s 回访：%(note)s"),
    "measure.outcome_noted": _("%(measure)s 登记处理结果：%(note)s"),
    "erasure.proposed": _("提议依决定 %(decision)s 删除 %(chain)s 第 %(seq)s 条的内容"),
    "erasure.refused": _("不同意删除 %(chain)s 第 %(seq)s 条的内容"),
    "interpretation.signed": _("签署对 %(gap)s 的解释，%(effective_from)s 起：%(ruling)s"),
    "ledger.anchored": _("链头写入锚定文件第 %(lines)s 行，校验值 %(sha256)s"),
    "ledger.anchors_lost": _("锚定文件丢失：记到第 %(lines)s 行，只剩 %(left)s 行；理由：%(reason)s"),
    "ledger.guarded": _("不许改动记录的触发器有缺，已装回"),
    "ledger.adopted": _("表 %(table)s 有 %(count)s 行与台账不一致，查明后按现状登记，理由：%(reason)s"),
    "key.in_use": _("密钥 %(key)s 开始使用，标记 %(mark)s"),
    "key.replaced": _("密钥 %(key)s 换成标记为 %(mark)s 的一把（原为 %(before)s），理由：%(reason)s"),
    "backup.restored": _("恢复了 %(made_at)s 的副本：台账 %(entries)s 条，链头总校验值 %(heads)s，操作人 %(by)s"),
    "backup.made": _("备份并读回核对：%(file)s，台账 %(entries)s 条，SHA-256 %(sha256)s"),
    "time.drifted": _("本机时间与%(by)s相差 %(seconds)s 秒，超过一分钟"),
    "time.settled": _("本机时间已恢复准确"),
}
WORDS: dict[str, Any] = {
    "数据库服务器": _("数据库服务器"),
    "本机计时器": _("本机计时器"),
    "时间服务器": _("时间服务器"),
}
