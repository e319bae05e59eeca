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
        forms.PeriodForm, lambda _row, data, user: actions.show(data["period"], user), _("已出示，各部门已得到通知。")
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
    "comment": Verb(forms.CommentForm, _comment, _("意见已记下。")),
    "appeal": Verb(forms.AppealForm, _appeal, _("申诉已提交，等局领导决定。")),
    "finish": Verb(NothingForm, lambda row, data, user: actions.finish(row, user), _("考核已定。")),
}


def _decide_appeal(row: Appeal, data: Cleaned, user: User) -> Appeal:
    return actions.decide_appeal(row, uphold=data["uphold"] == "yes", answer=data["answer"], actor=user)


APPEAL_VERBS: dict[str, Verb] = {"decide": Verb(forms.DecideAppealForm, _decide_appeal, _("已答复，部门已得到通知。"))}


def _propose(_row: None, data: Cleaned, user: User) -> Measure:
    given = {name: data[name] for name in ("step", "trigger", "facts", "cases")}
    return measures.propose(data["department"], **given, actor=user)


PROPOSE_VERBS: dict[str, Verb] = {"propose": Verb(forms.MeasureForm, _propose, _("已提出，部门可以陈述。"))}


def _decide(row: Measure, data: Cleaned, user: User) -> Measure:
    return measures.decide(row, issue=data["issue"] == "yes", reason=data["reason"], actor=user)


def _decided(row: Measure) -> str:
    return _t("已作出，部门已得到通知。") if row.state == Measure.ISSUED else _t("不予作出，理由已记录。")


def _talked(row: Measure, data: Cleaned, user: User) -> Measure:
    return measures.note_talk(row, **data, actor=user)


MEASURE_VERBS: dict[str, Verb] = {
    "state": Verb(
        forms.StatementForm, lambda row, data, user: measures.state(row, data["text"], user), _("陈述已附上。")
    ),
    "decide": Verb(forms.DecideMeasureForm, _decide, _decided),
    "talk": Verb(forms.TalkForm, _talked, _("约谈已记录，可以成文签字。")),
    "follow_up": Verb(
        forms.FollowUpForm, lambda row, data, user: measures.follow_up(row, data["note"], user), _("已回访。")
    ),
    "outcome": Verb(
        forms.OutcomeForm, lambda row, data, user: measures.note_outcome(row, data["outcome"], user), _("结果已登记。")
    ),
}

INTERPRETATION_VERBS: dict[str, Verb] = {
    "sign": Verb(
        forms.InterpretationForm,
        lambda asked, data, user: sign_interpretation(asked.gap.id, data["ruling"], data["effective_from"], user),
        _("已签署，记入台账。"),
    ),
}
VERSION_VERBS: dict[str, Verb] = {
    "bring": Verb(
        forms.VersionForm,
        lambda _row, data, user: bring_regulation(data["file"], user),
        _("新版本已采用，从施行日期起生效。"),
    ),
}
