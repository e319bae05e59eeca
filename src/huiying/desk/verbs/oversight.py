"""Verbs of oversight （十二）, interpretations （十三） and versions （十四）. None is a case's."""

from __future__ import annotations

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.desk import forms_oversight as forms
from huiying.desk.bar import Cleaned, NothingForm, Verb
from huiying.overseeing import actions
from huiying.overseeing.actions import measures
from huiying.overseeing.models import Appeal, Assessment, Measure
from huiying.people.actions.interpretations import bring_regulation, sign_interpretation
from huiying.people.models import Department, User

SHOW_VERBS: dict[str, Verb] = {
    "show": Verb(
        forms.PeriodForm, lambda _row, told, user: actions.show(told["period"], user), _("已出示，各部门已得到通知。")
    ),
}


def _own(user: User) -> Department:
    """The department for which somebody answers; the verb refuses whoever answers for none."""
    return user.department or Department.objects.filter(is_office=True).get()


def _comment(row: Assessment, told: Cleaned, user: User) -> object:
    return actions.comment(row, _own(user), told["text"], user)


def _appeal(row: Assessment, told: Cleaned, user: User) -> Appeal:
    return actions.appeal(row, _own(user), told["case"], told["reason"], user)


ASSESSMENT_VERBS: dict[str, Verb] = {
    "comment": Verb(forms.CommentForm, _comment, _("意见已记下。")),
    "appeal": Verb(forms.AppealForm, _appeal, _("申诉已提交，等局领导决定。")),
    "finish": Verb(NothingForm, lambda row, told, user: actions.finish(row, user), _("考核已定。")),
}


def _decide_appeal(row: Appeal, told: Cleaned, user: User) -> Appeal:
    return actions.decide_appeal(row, uphold=told["uphold"] == "yes", answer=told["answer"], actor=user)


APPEAL_VERBS: dict[str, Verb] = {"decide": Verb(forms.DecideAppealForm, _decide_appeal, _("已答复，部门已得到通知。"))}


def _propose(_row: None, told: Cleaned, user: User) -> Measure:
    given = {name: told[name] for name in ("step", "trigger", "facts", "cases")}
    return measures.propose(told["department"], **given, actor=user)


PROPOSE_VERBS: dict[str, Verb] = {"propose": Verb(forms.MeasureForm, _propose, _("已提出，部门可以陈述。"))}


def _decide(row: Measure, told: Cleaned, user: User) -> Measure:
    return measures.decide(row, issue=told["issue"] == "yes", reason=told["reason"], actor=user)


def _decided(row: Measure) -> str:
    return _t("已作出，部门已得到通知。") if row.state == Measure.ISSUED else _t("不予作出，理由已记录。")


def _talked(row: Measure, told: Cleaned, user: User) -> Measure:
    return measures.note_talk(row, **told, actor=user)


MEASURE_VERBS: dict[str, Verb] = {
    "state": Verb(
        forms.StatementForm, lambda row, told, user: measures.state(row, told["text"], user), _("陈述已附上。")
    ),
    "decide": Verb(forms.DecideMeasureForm, _decide, _decided),
    "talk": Verb(forms.TalkForm, _talked, _("约谈已记录，可以成文签字。")),
    "follow_up": Verb(
        forms.FollowUpForm, lambda row, told, user: measures.follow_up(row, told["note"], user), _("已回访。")
    ),
    "outcome": Verb(
        forms.OutcomeForm, lambda row, told, user: measures.note_outcome(row, told["outcome"], user), _("结果已登记。")
    ),
}

INTERPRETATION_VERBS: dict[str, Verb] = {
    "sign": Verb(
        forms.InterpretationForm,
        lambda asked, told, user: sign_interpretation(asked.gap.id, told["ruling"], told["effective_from"], user),
        _("已签署，记入台账。"),
    ),
}
VERSION_VERBS: dict[str, Verb] = {
    "bring": Verb(
        forms.VersionForm,
        lambda _row, told, user: bring_regulation(told["file"], user),
        _("新版本已采用，从施行日期起生效。"),
    ),
}
