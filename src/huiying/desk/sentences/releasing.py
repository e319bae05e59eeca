"""Releasing before being asked: press releases, the calendar, what is missing, partners （十一）."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

SENTENCES: dict[str, Any] = {
    "press.saved": _("保存新闻稿 %(press)s 第 %(revision)s 稿：%(title)s"),
    "press.planned": _("改新闻稿 %(press)s 的计划发布时间"),
    "press.voided": _("新闻稿 %(press)s 有改动，原审核作废"),
    "press.submitted": _("新闻稿 %(press)s 第 %(revision)s 稿送审"),
    "press.decided": _("新闻稿 %(press)s，%(role)s审核：%(decision)s"),
    "press.approved": _("新闻稿 %(press)s 第 %(revision)s 稿审定"),
    "press.dropped": _("撤销新闻稿 %(press)s"),
    "release.altered": _("文稿与审定的不一致，没有发布：%(what)s"),
    "disclosure.planned": _("列入发布日历：%(title)s，%(due_on)s 前公开"),
    "disclosure.changed": _("修改发布日历：%(title)s，%(due_on)s 前公开"),
    "disclosure.done": _("已主动公开：%(title)s"),
    "disclosure.dropped": _("撤销主动公开事项：%(title)s"),
    "gap.made": _("派补信息任务给%(owner)s：%(question)s"),
    "gap.done": _("信息已补上：%(question)s"),
    "gap.dropped": _("补信息任务不再需要：%(question)s"),
    "platform.added": _("登记平台“%(name)s”"),
    "platform.changed": _("修改平台“%(name)s”的登记"),
    "platform.closed": _("停用平台“%(name)s”"),
    "platform.posted": _("登记平台“%(name)s”最近一次发布"),
    "platform.counted": _("登记平台“%(name)s”未答复留言 %(unanswered)s 条"),
    "platform.checked": _("平台“%(name)s”做过安全检查"),
    "partner.added": _("登记合作账号“%(name)s”"),
    "partner.changed": _("修改合作账号“%(name)s”的登记"),
    "partner.ended": _("结束与“%(name)s”的合作"),
    "partner.tested": _("抽查合作账号“%(name)s”的联系人：%(result)s"),
    "partner.pushed": _("推送给“%(partner)s”：%(title)s"),
    "partner.pushed_again": _("再次推送给“%(partner)s”：%(title)s"),
    "partner.sent": _("已送到“%(partner)s”：%(title)s"),
    "partner.replied": _("“%(partner)s”答复：%(reply)s"),
}
WORDS: dict[str, Any] = {
    "reposted": pgettext_lazy("partner", "已转载"),
    "declined": pgettext_lazy("partner", "不转载"),
}
