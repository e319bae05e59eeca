"""Roster and agenda."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Any] = {
    "shift.set": _("排%(name)s值班"),
    "shift.cancelled": _("取消%(name)s的值班"),
    "swap.asked": _("%(name)s请%(to_name)s替班：%(reason)s"),
    "swap.agreed": _("%(to_name)s同意替%(name)s值班"),
    "swap.refused": _("%(to_name)s不能替%(name)s值班"),
    "swap.withdrawn": _("%(name)s撤回请%(to_name)s替班"),
    "group.seated": _("%(name)s列入领导小组"),
    "group.left": _("%(name)s退出领导小组：%(why)s"),
    "roster.signed": _("签发值班表"),
    "agenda.planned": _("%(department)s列入日程：%(title)s"),
    "agenda.acknowledged": _("%(department)s负责人确认日程：%(title)s"),
    "agenda.done": _("%(department)s完成日程：%(title)s"),
}
WORDS: dict[str, Any] = {}
