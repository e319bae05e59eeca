"""Patrol, coverage, the emergency watch, hand-over."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Any] = {
    "patrol.point_added": _("增加巡查点“%(name)s”（%(class)s）"),
    "patrol.point_retired": _("停用巡查点“%(name)s”：%(why)s"),
    "patrol.class_noted": _("说明渠道类“%(class)s”为什么没有来源：%(reason)s"),
    "patrol.cards_made": _("到了巡查时间，%(n)s 处要看"),
    "patrol.ticked": _("巡查“%(point)s”"),
    "emergency_watch.declared": _("启动突发事件监测：%(what)s"),
    "emergency_watch.ended": _("解除突发事件监测：%(why)s"),
    "reconcile.listed": _("收下%(body)s的清单（%(lines)s 行）核对漏报"),
    "reconcile.decided": _("核对外来清单第 %(line)s 行"),
    "event.shared": _("共享给%(body)s，用途：%(purpose)s"),
    "event.share_opened": _("%(body)s第一次打开了共享"),
    "event.share_answered": _("%(body)s对共享有回复"),
    "event.share_revoked": _("收回给%(body)s的共享"),
    "handover.prepared": _("按值班表备好交接表"),
    "handover.begun": _("请%(to)s来接班"),
    "handover.given": _("向%(to)s交班"),
    "handover.taken": _("从%(from)s接班"),
}
WORDS: dict[str, Any] = {}
