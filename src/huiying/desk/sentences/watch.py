"""Watch rules: proposed, agreed, judged."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Any] = {
    "watch.proposed": _("提议改动监测规则 %(rules)s（共 %(count)s 条）：%(reason)s"),
    "watch.agreed": _("第二人同意，监测规则 %(rules)s 等 %(count)s 条改动生效"),
    "watch.refused": _("第二人不同意改动监测规则 %(rules)s"),
    "watch.withdrawn": _("撤回改动监测规则 %(rules)s 的提议"),
    "watch.judged": _("评价规则的一次命中"),
    "watch.reviewed": _("复核监测规则 %(rule)s：%(note)s"),
}
WORDS: dict[str, Any] = {}
