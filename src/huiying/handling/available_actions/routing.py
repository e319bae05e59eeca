"""Keys of the routing."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from huiying.handling.actions.routing import KEYED_IN
from huiying.handling.available_actions.base import AvailableAction

OFFERS: tuple[AvailableAction, ...] = (
    AvailableAction(
        "set_keys",
        _("核定业务范畴和性质"),
        "case.route",
        lambda now: now.state in KEYED_IN,
    ),
)
