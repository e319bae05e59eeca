"""Every channel, in the order in which pages list them."""

from __future__ import annotations

from huiying.responding.channels.base import Channel
from huiying.responding.channels.in_house import BY_HAND, EXPERT, INTERVIEW, PORTAL, PRESS_CONFERENCE
from huiying.responding.channels.website import CHANNEL as WEBSITE
from huiying.responding.channels.wechat import CHANNEL as WECHAT
from huiying.responding.channels.weibo import CHANNEL as WEIBO

CHANNELS: dict[str, Channel] = {
    channel.kind: channel for channel in (PORTAL, WEBSITE, WECHAT, WEIBO, BY_HAND, PRESS_CONFERENCE, EXPERT, INTERVIEW)
}
FORMS: dict[str, Channel] = {kind: channel for kind, channel in CHANNELS.items() if channel.is_form}
# How an account of ours can be reached by a program.
SENDING: dict[str, Channel] = {kind: channel for kind, channel in CHANNELS.items() if channel.send is not None}
