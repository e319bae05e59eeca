"""Publishing on the bureau's accounts and asking partners to carry it (C8.9, C11.3)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from huiying.handling.available_actions import AvailableAction, CaseContext
from huiying.responding import linked


def _too_few(now: CaseContext) -> bool:
    return now.state == "answered" and bool(linked.why_not_linked(now.case))


OFFERS: tuple[AvailableAction, ...] = (
    AvailableAction("excuse_linked", gettext_lazy("写明为什么不用更多渠道"), "case.close", _too_few),
)
