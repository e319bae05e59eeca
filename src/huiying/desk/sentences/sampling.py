"""The weekly sample, and what clearances taught the screening."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Any] = {
    "sample.drawn": _("从 %(week)s 那一周未命中的 %(population)s 条里抽出 %(size)s 条待人复看"),
    "screening.applied": _("按 %(learned_from)s 条人工判断调整了甄别，用另外 %(held_back)s 条核对后启用"),
    "screening.refused": _("按 %(learned_from)s 条人工判断试调甄别，核对没有变好，没有启用"),
    "screening.withdrawn": _("撤回一次甄别调整"),
}
WORDS: dict[str, Any] = {}
