"""Publishing on the bureau's accounts and asking partners to carry it (C8.9, C11.3)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from huiying.desk import forms_accounts as forms
from huiying.desk.bar import Cleaned, NothingForm, Verb
from huiying.people.models import Platform, User
from huiying.responding import linked
from huiying.responding.actions import accounts

VERBS: dict[str, Verb] = {
    "excuse_linked": Verb(
        forms.ExcuseForm, lambda case, data, user: linked.excuse(case, data["reason"], user), _("理由已记录。")
    ),
}


def _connect(form: type[forms.ConnectForm]) -> Verb:
    kind = form.interface.kind

    def call(platform: Platform, data: Cleaned, user: User) -> Any:
        return accounts.connect_platform(platform, data, user, channel=kind)

    return Verb(form, call, _("接口设置已封存。请试一下，再由统筹部门改成自动发布。"))


# The verbs of one account, on the page of its connection.
ACCOUNT_VERBS: dict[str, Verb] = {
    "connect_website": _connect(forms.WebsiteForm),
    "connect_wechat": _connect(forms.WechatForm),
    "connect_weibo": _connect(forms.WeiboForm),
    "test": Verb(
        NothingForm, lambda platform, data, user: accounts.test_connection(platform, user), lambda said: str(said)
    ),
    "change_channel": Verb(
        forms.ChannelForm,
        lambda platform, data, user: accounts.change_channel(platform, data["channel"], user),
        _("发布方式已改，以后发布的按它办。"),
    ),
    "disconnect": Verb(
        NothingForm,
        lambda platform, data, user: accounts.disconnect_platform(platform, user),
        _("接口已断开，密钥已删除，以后人工发布。"),
    ),
}

# The verbs of one publication that a program sends.
PUBLICATION_VERBS: dict[str, Verb] = {
    "retry": Verb(
        NothingForm,
        lambda row, data, user: accounts.retry_publication(row, user),
        _("已排队再发，先查对方有没有收到。"),
    ),
    "by_hand": Verb(
        NothingForm,
        lambda row, data, user: accounts.post_by_hand_instead(row, user),
        _("已改为人工发布，请发布后登记网址和截图。"),
    ),
}
