"""Warnings, alarms, what was learned, blind samples."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

SENTENCES: dict[str, Any] = {
    "warning.settled": _("预警不再等人知悉"),
    "warning.cancelled": _("取消预警"),
    "alarm.raised": _("传播到“%(level)s”的程度，已有 %(posts)s 条"),
    "alarm.ended": _("一天没有新来文，“%(level)s”结束"),
    "alarm.judged": _("对传播报警的判断已记下"),
    "alarm.budget_set": _("每周误报上限定为 %(budget)s 次"),
    "alarm.bars_moved": _("按以往报警的判断，报警线已调整"),
    "learning.trained": _("从更正中学习：%(decision)s"),
    "learning.rolled_back": _("退回学到的标签"),
    "concern.drawn": _("抽出 %(posts)s 条，由两人互不相看地标性质"),
    "concern.rated": _("两人互不相看，标一条性质抽样"),
}
WORDS: dict[str, Any] = {
    "watch": _("观察"),
    "alert": pgettext_lazy("alarm level", "预警"),
    "adopted": _("采用新模型"),
    "kept": _("维持原样"),
    "too_few": _("更正太少，不学"),
    "retired": pgettext_lazy("learning", "退回规则"),
}
