"""Roster and agenda."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Any] = {
    "shift.set": _("排%(name)s值班"),
    "shift.cancelled": _("取消%(name)s的值班"),
    "agenda.planned": _("%(department)s列入日程：%(title)s"),
    "agenda.acknowledged": _("%(department)s负责人确认日程：%(title)s"),
    "agenda.done": _("%(department)s完成日程：%(title)s"),
}
WORDS: dict[str, Any] = {}
