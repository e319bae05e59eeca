"""Policies, their assessments and plans （六）."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Any] = {
    "policy.saved": _("登记政策 %(policy)s：%(title)s"),
    "policy.screened": _("政策 %(policy)s 判定是否涉及群众切身利益：%(reason)s"),
    "policy.screening_decided": _("政策 %(policy)s 的判定由另一人表态"),
    "policy.issued": _("政策 %(policy)s 出台：%(title)s"),
    "policy.shelved": _("政策 %(policy)s 不出台了：%(reason)s"),
    "assessment.begun": _("政策 %(policy)s 开始第 %(n)s 次风险评估"),
    "assessment.predicted": _("政策 %(policy)s 看过去相似的事，可比的 %(events)s 件"),
    "assessment.graded": _("政策 %(policy)s 风险等级定为%(level)s，按规则是%(by_rule)s"),
    "assessment.proposed": _("政策 %(policy)s 的风险评估送审"),
    "assessment.returned": _("政策 %(policy)s 的风险评估退回：%(reason)s"),
    "assessment.approved": _("政策 %(policy)s 的风险评估批准，等级%(level)s"),
    "risk.saved": _("政策 %(policy)s 列出风险：%(title)s（%(likelihood)s × %(impact)s）"),
    "risk.dropped": _("政策 %(policy)s 划去一项风险：%(reason)s"),
    "method.tracked": _("政策 %(policy)s 舆情跟踪“%(words)s”，来文 %(posts)s 条"),
    "method.survey_planned": _("政策 %(policy)s 定下问卷，请 %(asked)s 人"),
    "method.survey_counted": _("政策 %(policy)s 计入纸质答卷 %(sheets)s 份"),
    "method.visited": _("政策 %(policy)s 走访：%(whom)s"),
    "method.deliberated": _("政策 %(policy)s 会商，%(present)s 人到会"),
    "method.minutes_signed": _("政策 %(policy)s 的会商纪要由%(by)s签发"),
    "plan.saved": _("政策 %(policy)s 定处置预案，发言人%(speaker)s"),
    "plan.drilled": _("政策 %(policy)s 的处置预案演练：%(note)s"),
    "plan.contact_changed": _("政策 %(policy)s 的处置预案联系人由%(name)s换成%(to_name)s"),
    "plan.met": _("事件 %(event)s 符合政策 %(policy)s 处置预案的启动条件"),
    "plan.set_off": _("政策 %(policy)s 的处置预案启动，办件 %(case)s"),
    "plan.not_set_off": _("政策 %(policy)s 的处置预案不为事件 %(event)s 启动：%(reason)s"),
    "case.plan_loaded": _("带上政策 %(policy)s 的处置预案：%(title)s"),
}
WORDS: dict[str, Any] = {}
