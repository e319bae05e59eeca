"""Posting by hand: a person posts, pastes the address and a screenshot, a second person checks it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from huiying.responding.channels.base import Channel
from huiying.responding.models import Publication

CHANNEL = Channel(kind="by_hand", name=_("人工发布"), first_state=Publication.TO_DO)
