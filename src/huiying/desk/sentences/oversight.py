"""Oversight, interpretations and versions （十二）（十三）（十四）."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Any] = {
    "assessment.shown": _("出示 %(period)s 考核"),
    "assessment.commented": _("%(department)s对考核提出意见：%(text)s"),
    "assessment.finished": _("%(period)s 考核已定"),
    "appeal.made": _("%(department)s申诉：%(case)s 不该计入"),
    "appeal.decided": _("答复%(department)s的申诉：%(case)s"),
    "measure.proposed": _("拟对%(department)s作出“%(step)s”，%(measure)s"),
    "measure.stated": _("%(department)s就 %(measure)s 陈述：%(text)s"),
    "measure.decided": _("%(measure)s 已决定：%(step)s"),
    "measure.talked": _("%(leader)s就 %(measure)s 与%(attended)s谈话：%(words)s"),
    "measure.followed": _("%(measure)s 回访：%(note)s"),
    "measure.outcome_noted": _("%(measure)s 登记处理结果：%(note)s"),
    "erasure.proposed": _("提议依决定 %(decision)s 删除 %(chain)s 第 %(seq)s 条的内容"),
    "erasure.refused": _("不同意删除 %(chain)s 第 %(seq)s 条的内容"),
    "interpretation.signed": _("签署对 %(gap)s 的解释，%(effective_from)s 起：%(ruling)s"),
}
WORDS: dict[str, Any] = {}
