"""Verbs of training, the roster of skills and the house rules （九）."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.desk import forms_organising as forms
from huiying.desk.bar import Cleaned, NothingForm, Verb
from huiying.overseeing.actions import rules, skills, training
from huiying.people.errors import Refused
from huiying.people.models import User

TRAINING_VERBS: dict[str, Verb] = {
    "plan": Verb(
        forms.TrainingForm,
        lambda _none, data, user: training.plan_training(**data, actor=user),
        _("培训计划已列。下一步：排每一次。"),
    ),
    "schedule": Verb(
        forms.SessionForm,
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
        forms.CancelForm, lambda row, data, user: training.cancel_session(row, data["reason"], user), _("已取消。")
    ),
}


def _record_skill(_shown: Any, data: Cleaned, user: User) -> Any:
    return skills.record_skill(**{name: data[name] for name in ("skill", "note", "backup", "since")},
                               user=data["who"], actor=user)  # fmt: skip


def _end_skill(shown: Any, data: Cleaned, user: User) -> Any:
    entry = next(row for row in shown.entries if str(row.pk) == data["entry"])
    return skills.end_skill(entry, data["reason"], user)


SKILL_VERBS: dict[str, Verb] = {
    "record": Verb(forms.SkillForm, _record_skill, _("名册已更新。")),
    "end": Verb(forms.EndSkillForm, _end_skill, _("已从名册里结束这一条。")),
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
        forms.RuleForm,
        lambda shown, data, user: rules.draft_rule(shown.rule if shown is not None else None, **data, actor=user),
        _("已保存，请领导签发。签发之前，旧的一版继续有效。"),
    ),
    "sign": Verb(forms.SignRuleForm, _sign, _("已签发，已请大家阅读。")),
    "read": Verb(NothingForm, _read, _("已记下：您读过这一版。")),
    "end": Verb(
        forms.EndRuleForm, lambda shown, data, user: rules.end_rule(shown.rule, data["reason"], user), _("已废止。")
    ),
}
