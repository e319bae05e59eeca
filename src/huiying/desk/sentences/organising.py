"""Training, skills, house rules （九）."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

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
