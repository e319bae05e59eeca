"""The dialogue with the public （四）."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

SENTENCES: dict[str, Any] = {
    "page.saved": _("保存公开页面 %(page)s 第 %(text)s 稿：%(title)s"),
    "page.proposed": _("公开页面 %(page)s 第 %(text)s 稿送审"),
    "page.decided": _("公开页面 %(page)s 审核：%(decision)s"),
    "page.published": _("公开页面 %(page)s 已公开：%(title)s"),
    "page.withdrawn": _("公开页面 %(page)s 撤下：%(note)s"),
    "follower.asked": _("有人申请订阅"),
    "follower.confirmed": _("一份订阅经过确认"),
    "follower.ended": _("一份订阅结束，地址已删除"),
    "personal_request.received": _("收到更正或删除请求 %(number)s"),
    "personal_request.decided": _("更正或删除请求 %(number)s 办结：%(decision)s"),
    "personal_request.copied": _("留言人取走 %(message)s 的副本（%(number)s）"),
    "personal_request.original_purged": _("更正或删除请求 %(number)s 的原话到保存期限，已销毁"),
    "consultation.saved": _("保存意见征集 %(consultation)s：%(title)s"),
    "consultation.proposed": _("意见征集 %(consultation)s 送审"),
    "consultation.returned": _("意见征集 %(consultation)s 退回：%(reason)s"),
    "consultation.opened": _("意见征集 %(consultation)s 公开，开始收意见"),
    "consultation.dropped": _("意见征集 %(consultation)s 不办了：%(reason)s"),
    "opinion.received": _("意见征集 %(consultation)s 收到一份意见"),
    "consultation.sorted": _("意见征集 %(consultation)s 归类：%(summary)s，%(decision)s"),
    "consultation.result_proposed": _("意见征集 %(consultation)s 的结果送审"),
    "consultation.result_returned": _("意见征集 %(consultation)s 的结果退回：%(reason)s"),
    "consultation.published": _("意见征集 %(consultation)s 公布结果"),
    "consultation.late": _("意见征集 %(consultation)s 的结果超期未公布"),
    "opinion.purged": _("意见征集 %(consultation)s 的 %(opinions)s 条意见已到期删除原话"),
}
WORDS: dict[str, Any] = {
    "adopted": pgettext_lazy("opinion", "采纳"),
    "partly": _("部分采纳"),
    "not": pgettext_lazy("opinion", "不采纳"),
    "granted": _("照办"),
    "refused": pgettext_lazy("personal request", "不办"),
}
