"""Files and entries by hand."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Any] = {
    "import.begun": _("开始导入“%(name)s”"),
    "import.finished": _("导入“%(name)s”：新 %(new)s 条，重复 %(duplicate)s 条，拒收 %(rejected)s 条"),
    "entry.made": _("人工登记一条信息"),
    "picture.reading_asked": _("请机器读照片上的文字"),
    "entry.opened": _("查看登记的原件：%(reason)s"),
}
WORDS: dict[str, Any] = {}
