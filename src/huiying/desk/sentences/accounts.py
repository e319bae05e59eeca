"""Publishing on the bureau's accounts and asking partners to carry it (C8.9, C11.3)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Any] = {
    "release.failed": _("在“%(place)s”没有发出"),
    "release.called_back": _("“%(place)s”上的不再发布：%(why)s"),
    "release.retried": _("再次发往“%(place)s”"),
    "release.by_hand_instead": _("“%(place)s”改为人工发布"),
    "linked.excused": _("写明为什么不用更多渠道"),
    "platform.connected": _("“%(name)s”接上接口（只记改了哪几项设置）"),
    "platform.disconnected": _("“%(name)s”断开接口，密钥已删除"),
    "platform.channel_changed": _("“%(name)s”的发布方式改为“%(channel)s”"),
    "platform.tested": _("试“%(name)s”的接口：%(result)s"),
}
WORDS: dict[str, Any] = {
    "website": _("网站接口"),
    "wechat": _("微信公众号接口"),
    "weibo": _("微博接口"),
    "by_hand": _("人工发布"),
    "连得上": _("连得上"),
    "连不上": _("连不上"),
}
