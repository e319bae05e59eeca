"""What askers said of the answer, and what became of it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Any] = {
    "case.rated": _("留言 %(message)s 的提问人评价：%(name)s"),
    "case.asked_again": _("留言 %(message)s 的提问人再次提出"),
    "digest.issued": _("%(period)s 民意月报报局领导"),
    "case.asker_answered": _("留言 %(message)s 的再次提出已经%(outcome)s"),
}
WORDS: dict[str, Any] = {"upheld": _("看过，维持原答复"), "answered": _("再次答复")}
