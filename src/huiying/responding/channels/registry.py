"""Every channel, in the order in which pages list them."""

from __future__ import annotations

from huiying.responding.channels.base import Channel
from huiying.responding.channels.by_hand.channel import CHANNEL as BY_HAND
from huiying.responding.channels.expert.channel import CHANNEL as EXPERT
from huiying.responding.channels.interview.channel import CHANNEL as INTERVIEW
from huiying.responding.channels.portal.channel import CHANNEL as PORTAL
from huiying.responding.channels.press_conference.channel import CHANNEL as PRESS_CONFERENCE
from huiying.responding.channels.website.channel import CHANNEL as WEBSITE
from huiying.responding.channels.wechat.channel import CHANNEL as WECHAT
from huiying.responding.channels.weibo.channel import CHANNEL as WEIBO

CHANNELS: dict[str, Channel] = {
    channel.kind: channel for channel in (PORTAL, WEBSITE, WECHAT, WEIBO, BY_HAND, PRESS_CONFERENCE, EXPERT, INTERVIEW)
}
FORMS: dict[str, Channel] = {kind: channel for kind, channel in CHANNELS.items() if channel.is_form}
# How an account of ours can be reached by a program.
SENDING: dict[str, Channel] = {kind: channel for kind, channel in CHANNELS.items() if channel.send is not None}
