"""Facts, tasks, reports, feedback."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

SENTENCES: dict[str, Any] = {
    "facts.agreed": _("口径定为第 %(version)s 版"),
    "case.answered": _("记下首次公开回应的时间"),
    "task.made": _("派%(kind)s任务给%(department)s %(owner)s：%(title)s"),
    "task.handed_over": _("%(name)s的任务交给%(to_name)s"),
    "task.done": _("%(kind)s任务办结：%(title)s"),
    "task.dropped": _("任务不再需要：%(title)s"),
    "note.made": pgettext_lazy("ledger", "在本件里留言"),
    "attachment.added": _("加附件 %(name)s"),
    "report.made": _("同步报送“%(node)s”"),
    "report.seen": _("统筹部门已阅同步报送"),
    "report.credited": _("%(department)s %(by)s报来一条来文"),
    "feedback.given": _("已反馈给%(to)s %(name)s（%(means)s）"),
    "case.recurred": _("与以前的 %(earlier)s 同源"),
}
WORDS: dict[str, Any] = {
    "matter": _("线下事项"),
    "decision": _("议定事项"),
    "rectify": _("源头整改"),
    "help": _("请求协助"),
    "accepted": pgettext_lazy("node", "签收"),
    "facts_found": pgettext_lazy("node", "核实情况"),
    "disposed": pgettext_lazy("node", "处置情况"),
    "published": pgettext_lazy("node", "公开回应"),
    "closed": pgettext_lazy("node", "办结"),
    "asker": _("提问人"),
    "reporter": _("报告人"),
    "office": _("统筹部门"),
    "leader": _("局领导"),
    "phone": _("电话"),
    "counter": _("当面"),
    "letter": _("书信"),
    "notice": _("站内通知"),
}
