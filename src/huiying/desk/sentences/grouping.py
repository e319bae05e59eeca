"""Persons' words on the grouping of events."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Any] = {
    "event.kept_apart": _("与 %(from)s 不是一件事，不再合并：%(reason)s"),
    "event.split": _("拆出 %(posts)s 条来文，成为 %(into)s：%(reason)s"),
    "event.split_from": _("自 %(from)s 拆出，来文 %(posts)s 条"),
}
WORDS: dict[str, Any] = {}
