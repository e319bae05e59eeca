"""敏感 (§6.1 S8)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from huiying.handling.actions.sensitive import KINDS

SENTENCES: dict[str, Any] = {
    "case.labelled": _("标为敏感（%(kind)s）"),
    "case.unlabelled": _("取消敏感标记"),
    "event.labelled": _("标为敏感（%(kind)s）"),
    "event.unlabelled": _("取消敏感标记"),
}
WORDS: dict[str, Any] = dict(KINDS)
