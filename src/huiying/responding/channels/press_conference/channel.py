"""A press conference (C8.7): the released statement is the rendition, a photo or clip and its address the evidence.

It is the only act that satisfies a superior norm's press-conference deadline (§2.1), and it is a public answer as well.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from huiying.responding.channels.base import ANSWER, Channel
from huiying.responding.models import Publication

CHANNEL = Channel(
    kind="press_conference",
    name=_("新闻发布会"),
    first_state=Publication.TO_DO,
    acts=("press_conference", *ANSWER),
    form="press_conference",
)
