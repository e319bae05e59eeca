"""组织专家解读 (C8.7): what the expert says in public is the approved rendition; where it stands is the evidence."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from huiying.responding.channels.base import Channel
from huiying.responding.models import Publication

CHANNEL = Channel(kind="expert", name=_("专家解读"), first_state=Publication.TO_DO, form="expert")
