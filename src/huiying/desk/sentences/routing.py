"""Routing table, slips, contacts."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

SENTENCES: dict[str, Any] = {
    "case.keyed": _("核定为：%(keys)s"),
    "case.assigned": _("主办部门有变动"),
    "case.concern_followed": _("此件的性质随事件改为“%(concern)s”"),
    "slip.issued": _("开出%(number)s，%(of)s 项要素填实 %(filled)s 项"),
    "routing.proposed": _("提议转办表%(what)s一条：%(keys)s，%(lead)s主办"),
    "routing.agreed": _("第二人同意，转办表%(what)s一条：%(keys)s，%(lead)s主办"),
    "routing.refused": _("第二人不同意改转办表：%(keys)s，%(lead)s主办"),
    "contact.tested": _("通联抽查%(name)s：%(result)s"),
}
WORDS: dict[str, Any] = {
    "取消": pgettext_lazy("routing table", "取消"),
    "改为": pgettext_lazy("routing table", "改为"),
    "接通": _("接通"),
    "未接通": _("未接通"),
    "未定": _("未定"),
}
