"""Every channel, in the order in which pages list them."""

from __future__ import annotations

from huiying.responding.channels.base import Channel
from huiying.responding.channels.by_hand.channel import CHANNEL as BY_HAND
from huiying.responding.channels.portal.channel import CHANNEL as PORTAL
from huiying.responding.channels.press_conference.channel import CHANNEL as PRESS_CONFERENCE

CHANNELS: dict[str, Channel] = {channel.kind: channel for channel in (PORTAL, BY_HAND, PRESS_CONFERENCE)}
