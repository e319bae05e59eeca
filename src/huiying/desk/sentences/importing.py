"""Files and entries by hand."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Any] = {
    "import.handed_in": _("交来文件“%(name)s”，还没有导入"),
    "import.corrected": _("更正文件“%(name)s”的格式或栏目"),
    "import.cancelled": _("作罢，不导入“%(name)s”"),
    "import.rows_refused": _("“%(name)s”有 %(n)s 行不能收下"),
    "import.begun": _("开始导入“%(name)s”"),
    "import.finished": _("导入“%(name)s”：新 %(new)s 条，重复 %(duplicate)s 条，拒收 %(rejected)s 条"),
    "entry.made": _("人工登记一条信息"),
    "picture.reading_asked": _("请机器读照片上的文字"),
    "entry.opened": _("查看登记的原件：%(reason)s"),
}
WORDS: dict[str, Any] = {}
