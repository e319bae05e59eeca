"""What is told about an account of ours: how it goes out, its connection; why a case needs no more of them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.desk.forms import ReasonForm, VerbForm
from huiying.people.models import Platform
from huiying.responding import connections
from huiying.responding.channels.base import Channel
from huiying.responding.channels.by_hand.channel import CHANNEL as BY_HAND
from huiying.responding.channels.registry import SENDING


class ExcuseForm(ReasonForm):
    def prepare(self) -> None:
        self.fields["reason"].help_text = _t("至少 8 个字。写明以后，渠道少于制度要求也可以办结。")


class ConnectForm(VerbForm):
    """The settings of one interface. A secret is never shown again; left empty it stays as it is."""

    interface: Channel

    def prepare(self) -> None:
        platform: Platform = self.subject
        kept = connections.opened(platform)
        before = kept[1] if kept is not None and kept[0] == self.interface.kind else {}
        for item in self.interface.settings:
            given = bool(before.get(item.name))
            widget: Any = forms.PasswordInput(attrs={"autocomplete": "off"}) if item.secret else forms.TextInput()
            self.fields[item.name] = forms.CharField(
                label=str(item.label),
                widget=widget,
                required=not (item.optional or item.default or (item.secret and given)),
                initial="" if item.secret else before.get(item.name, item.default),
                help_text=_t("已经存有，留空就不改。") if item.secret and given else str(item.help),
                max_length=2000,
            )


class WebsiteForm(ConnectForm):
    interface = SENDING["website"]


class WechatForm(ConnectForm):
    interface = SENDING["wechat"]


class WeiboForm(ConnectForm):
    interface = SENDING["weibo"]


class ChannelForm(VerbForm):
    channel = forms.ChoiceField(label=_("怎样发布"), widget=forms.RadioSelect)

    def prepare(self) -> None:
        platform: Platform = self.subject
        connected = connections.channel_of(platform)
        choices = [(BY_HAND.kind, _t("人工发布：人发、截图、另一人核对"))]
        if connected is not None:
            choices.append((connected.kind, _t("自动发布：由%(name)s发出并取回核对") % {"name": connected.name}))
        self.choose("channel").choices = choices
        self.fields["channel"].initial = platform.channel
