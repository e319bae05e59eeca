"""What staff may do where the asker took the matter up again."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from huiying.handling.actions.asking import waiting
from huiying.handling.available_actions.base import AvailableAction, live

# Nobody can have taken up again what was never answered: before that nothing is looked for.
UNANSWERED = ("registered", "assigned", "returned")
OFFERS: tuple[AvailableAction, ...] = (
    AvailableAction(
        "uphold",
        _("维持原答复"),
        "asked_again.uphold",
        lambda now: live(now) and now.state not in UNANSWERED and bool(waiting(now.case)),
    ),
)
