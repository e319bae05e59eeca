"""Letters to other bodies and clues."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Any] = {
    "liaison.drafted": _("拟给%(body)s的核实函 %(number)s"),
    "liaison.edited": _("修改给%(body)s的核实函 %(number)s"),
    "liaison.sent": _("向%(body)s发出核实函 %(number)s（%(means)s）"),
    "liaison.reminded": _("等%(body)s答复已过一半时间，提醒催问"),
    "liaison.answered": _("%(body)s答复核实函 %(number)s：%(finding)s"),
    "liaison.silent": _("%(body)s到时没有答复核实函 %(number)s（不视为同意）"),
    "liaison.exempted": _("说明不需要核实衔接"),
    "clue.proposed": _("提议向%(body)s移交线索 %(number)s"),
    "clue.signed": _("局领导对移交线索 %(number)s 表示：%(signed)s"),
}
WORDS: dict[str, Any] = {
    "一次性链接": _("一次性链接"),
    "电话": _("电话"),
    "函件": _("函件"),
    "当面": _("当面"),
    "属实": _("属实"),
    "部分属实": _("部分属实"),
    "不属实": _("不属实"),
    "无法核实": _("无法核实"),
}
