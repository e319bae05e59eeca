"""Forms of answer, who may speak, media inquiries, statutory filings (C3.1, C8.3, C8.7)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

SENTENCES: dict[str, Any] = {
    "speaker.appointed": _("%(name)s列入发言人名册：%(scope)s"),
    "speaker.trained": _("发言人%(name)s参加培训（%(trained_on)s）"),
    "speaker.ended": _("%(name)s不再担任发言人"),
    "speaker.authorised": _("授权发言人%(name)s：%(statement)s"),
    "speaker.revoked": _("撤销发言人%(name)s的授权"),
    "expert.planned": _("登记专家解读：%(topic)s（%(employer)s）"),
    "expert.checked": _("核查专家（%(employer)s）：%(free)s"),
    "expert.dropped": _("不再安排专家解读（%(employer)s）"),
    "conference.planned": _("拟新闻发布会方案：%(topic)s"),
    "conference.changed": _("改新闻发布会方案：%(topic)s"),
    "conference.prepared": _("为新闻发布会准备 %(questions)s 个备答问题"),
    "conference.held": _("召开新闻发布会：%(topic)s（发言人%(speaker)s）"),
    "conference.cancelled": _("取消新闻发布会：%(topic)s"),
    "interview.planned": _("登记%(outlet)s专访"),
    "interview.reviewed": _("审核%(outlet)s专访的提纲：%(ok)s"),
    "interview.dropped": _("不再安排%(outlet)s专访"),
    "media.asked": _("%(outlet)s来询问"),
    "media.answered": _("答复%(outlet)s的询问（%(voice)s）"),
    "statutory.filed": _("已依法提出%(channel)s：%(reference)s"),
    "statutory.answered": _("%(channel)s %(reference)s 已作法定答复：%(answer)s"),
}
WORDS: dict[str, Any] = {
    "没有利益关系": pgettext_lazy("expert", "没有利益关系"),
    "有利益关系": pgettext_lazy("expert", "有利益关系"),
}
