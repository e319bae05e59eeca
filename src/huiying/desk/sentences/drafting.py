"""Templates, the holding statement, confirmation of other bodies （八）（九）."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Any] = {
    "clock.held": _("“%(act)s”时限过半，只发布过“正在核实”，尚未答复"),
    "draft.proposed": _("请本地模型为“%(target)s”提了一份建议稿（须由人改写）"),
    "template.saved": _("存了模板“%(title)s”"),
    "template.retired": _("停用本局的模板“%(title)s”"),
}
WORDS: dict[str, Any] = {}
