"""敏感: said by one person, taken away by another (§6.1 S8)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from huiying.handling.available_actions.base import AvailableAction, CaseContext


def _goes_on(now: CaseContext) -> bool:
    return now.state not in ("", "merged", "voided")


OFFERS: tuple[AvailableAction, ...] = (
    AvailableAction("label", _("标为敏感"), "case.label", lambda now: _goes_on(now) and not now.case.event.sensitive),
    AvailableAction(
        "unlabel", _("取消敏感"), "case.unlabel", lambda now: _goes_on(now) and bool(now.case.event.sensitive)
    ),
)
