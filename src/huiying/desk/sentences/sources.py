"""Sources and evidence （五）."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Any] = {
    "source.added": _("登记来源“%(name)s”（%(channel_class)s）"),
    "source.changed": _("修改来源“%(name)s”的登记"),
    "source.paused": _("停用来源“%(name)s”：%(reason)s"),
    "source.retired": _("来源“%(name)s”不再使用：%(reason)s"),
    "source.resumed": _("恢复监测来源“%(name)s”"),
    "source.looked": _("人工查看来源“%(name)s”，新内容 %(found)s 条"),
    "evidence.kept": _("保存证据 %(evidence)s，SHA-256 %(file_sha256)s"),
    "evidence.opened": _("查看封存的证据 %(evidence)s：%(reason)s"),
    "evidence.purged": _("证据 %(evidence)s 到保存期限，已销毁"),
    "post.originals_purged": _("%(posts)s 条来文遮盖前的原话到保存期限，已销毁"),
    "post.disappeared": _("来文 %(post)s 的原网页已消失（%(status)s）"),
    "page.disappeared": _("来源 %(source)s 的一个网页没有取到就消失了（%(status)s）"),
    "pages.found": _("来源 %(source)s 列出 %(n)s 个新网页"),
}
WORDS: dict[str, Any] = {}
