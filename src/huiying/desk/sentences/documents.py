"""Documents （六）."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Any] = {
    "document.material": _("%(report)s 所用的来文已固定"),
    "document.remarked": _("为%(report)s写下判断和建议"),
    "document.issued": _("出具%(name)s %(number)s"),
    "document.signed": _("%(number)s “%(place)s”一栏已签字"),
    "document.addended": _("%(number)s 补记 %(addendum)s：%(text)s"),
    "document.withdrawn": _("%(number)s 已撤回：%(reason)s"),
    "document.superseded": _("%(number)s 由 %(instead)s 替代：%(reason)s"),
    "document.circulated": _("%(number)s 发给 %(to)s 传阅"),
    "document.read": _("%(name)s已阅 %(number)s"),
    "document.instructed": _("%(leader)s在 %(number)s 上批示，%(owner)s办：%(words)s"),
    "document.instruction_reported": _("%(number)s 的批示报办理结果：%(result)s"),
    "document.instruction_returned": _("%(number)s 的批示办理结果退回：%(reason)s"),
    "document.instruction_closed": _("%(number)s 的批示办结"),
}
WORDS: dict[str, Any] = {}
