"""What staff may do where the asker took the matter up again."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from huiying.handling.actions.asking import waiting
from huiying.handling.offering.base import Offer, live

OFFERS: tuple[Offer, ...] = (
    Offer(
        "uphold",
        _("维持原答复"),
        "asked_again.uphold",
        lambda now: live(now) and bool(waiting(now.case)),
    ),
)
