"""Clocks, calls, splits."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Any] = {
    "clock.set": _("提醒时限有变动"),
    "clock.silent": _("“%(act)s”时限过半，尚无公开动作"),
    "call.made": _("为“%(act)s”呼叫%(names)s"),
    "call.acknowledged": _("%(name)s已知悉“%(act)s”"),
    "case.unmerged": _("撤销并案：%(reason)s"),
    "case.split": _("拆出新件 %(into)s：%(reason)s"),
    "case.split_from": _("自 %(from)s 拆分而来"),
    "case.level_affirmed": _("确认级别为%(name)s"),
    "case.act_noted": _("已办“%(act)s”：%(note)s"),
}
WORDS: dict[str, Any] = {}
