"""敏感: said by one person, taken away by another (§6.1 S8)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from huiying.handling.offering.base import Now, Offer


def _goes_on(now: Now) -> bool:
    return now.state not in ("", "merged", "voided")


OFFERS: tuple[Offer, ...] = (
    Offer("label", _("标为敏感"), "case.label", lambda now: _goes_on(now) and not now.case.event.sensitive),
    Offer("unlabel", _("取消敏感"), "case.unlabel", lambda now: _goes_on(now) and bool(now.case.event.sensitive)),
)
