"""接受媒体专访 (C8.7): the outline and what may be said are the approved rendition; what was printed, the evidence."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from huiying.responding.channels.base import Channel
from huiying.responding.models import Publication

CHANNEL = Channel(kind="interview", name=_("媒体专访"), first_state=Publication.TO_DO, form="interview")
