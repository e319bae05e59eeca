"""The WeChat official account's interface by its public documentation: the token, and what each error code means."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiying.kernel import clock
from huiying.responding.channels.base import Failed, Later
from huiying.responding.channels.speaking import call, check_status

BASE = "https://api.weixin.qq.com"
EARLIER = dt.timedelta(minutes=5)  # a token is replaced before it ends
TOKEN_GONE = (40001, 40014, 42001, 42007)
NOT_IN_WHITELIST = (40164, 61004)
BUSY = {-1: None, 45011: dt.timedelta(minutes=1), 45009: dt.timedelta(hours=1), 50002: dt.timedelta(minutes=10)}
MEANING = {
    40007: gettext_lazy("素材编号不对：请核对封面图片的素材编号（thumb_media_id）。"),
    40013: gettext_lazy("AppID 不对，请在平台登记里核对。"),
    40125: gettext_lazy("AppSecret 不对，请在平台登记里核对。"),
    45003: gettext_lazy("标题超过微信允许的长度，请缩短标题，重新送审。"),
    45004: gettext_lazy("摘要超过微信允许的长度。"),
    45002: gettext_lazy("正文超过微信允许的长度，请缩短这个渠道的文稿，重新送审。"),
    45166: gettext_lazy("正文里有微信不接受的内容。"),
    48001: gettext_lazy("这个公众号没有发布接口的权限（须已认证）。请在公众平台核对接口权限。"),
    48004: gettext_lazy("接口被微信封禁，请登录公众平台查看原因。"),
    53503: gettext_lazy("草稿没有通过微信的发布检查，请登录公众平台查看草稿。"),
    53504: gettext_lazy("微信要求到公众平台网站上使用这份草稿，请改为人工发布。"),
    53505: gettext_lazy("微信要求先在公众平台网站上手动保存草稿，请改为人工发布。"),
    89503: gettext_lazy("这台服务器的地址要由公众号管理员在微信里确认后才能调用。"),
}
# Tokens live as long as the process: two hours at most, and another one costs one call.
_tokens: dict[tuple[str, str], tuple[str, dt.datetime]] = {}


class WechatError(Exception):
    """An answer with an error code that the caller may want to look at."""

    def __init__(self, code: int, said: str) -> None:
        super().__init__(f"{code} {said}")
        self.code, self.said = code, said


def base_of(settings: Mapping[str, str]) -> str:
    return (settings.get("base_url") or BASE).rstrip("/")


def token(settings: Mapping[str, str], *, afresh: bool = False) -> str:
    """The stable access token; asked for once and kept until shortly before it ends."""
    key = (base_of(settings), settings["appid"])
    kept = _tokens.get(key)
    if kept is not None and not afresh and clock.now() < kept[1]:
        return kept[0]
    _tokens.pop(key, None)
    told = {"grant_type": "client_credential", "appid": settings["appid"], "secret": settings["secret"]}
    try:
        answer = _post(f"{base_of(settings)}/cgi-bin/stable_token", {}, told, sent=False)
    except WechatError as error:
        raise said(error) from None
    found = answer.get("access_token")
    if not isinstance(found, str) or not found:
        raise Later(_("微信没有给出调用凭证。"), sure=True)
    lasts = dt.timedelta(seconds=min(max(int(answer.get("expires_in") or 0), 600), 7200))
    _tokens[key] = (found, clock.now() + lasts - EARLIER)
    return found


def ask(settings: Mapping[str, str], path: str, told: Mapping[str, Any], *, sent: bool = False) -> dict[str, Any]:
    """One call with the token; a token that ended in the middle is asked for anew, once. Raises WechatError."""
    url = f"{base_of(settings)}/cgi-bin/{path}"
    try:
        return _post(url, {"access_token": token(settings)}, told, sent=sent)
    except WechatError as error:
        if error.code not in TOKEN_GONE:
            raise
    return _post(url, {"access_token": token(settings, afresh=True)}, told, sent=sent)


def _post(url: str, params: Mapping[str, str], told: Mapping[str, Any], *, sent: bool) -> dict[str, Any]:
    # Escaped Chinese would be shown as it is: WeChat takes the characters literally.
    body = json.dumps(told, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json; charset=utf-8"}
    reply = call("POST", url, params=params, content=body, headers=headers, sent=sent)
    check_status(reply, urlsplit(url).hostname or url, sent=sent)
    answer = reply.fields
    if not answer:
        raise Later(_("微信的答复读不懂。"), sure=not sent)
    code = answer.get("errcode", 0)
    if code:
        raise WechatError(int(code), str(answer.get("errmsg", ""))[:200])
    return answer


def said(error: WechatError) -> Failed | Later:
    """What an error code means for whoever waits: later, or what has to be done."""
    about = {"code": error.code, "said": error.said}
    if error.code in BUSY:
        return Later(_("微信忙或已到调用上限（%(code)d %(said)s）。") % about, BUSY[error.code], sure=True)
    if error.code in NOT_IN_WHITELIST:
        address = re.search(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])", error.said)
        return Failed(
            _(
                "微信拒绝了本机的出口地址 %(ip)s。"
                "请登录微信公众平台，在“设置与开发—基本配置—IP 白名单”里加上它，再点“再发一次”。"
            )
            % {"ip": address[0] if address else error.said}
        )
    if error.code in TOKEN_GONE:
        return Failed(_("微信不认调用凭证（%(code)d）。请在平台登记里核对 AppID 和 AppSecret。") % about)
    meaning = MEANING.get(error.code)
    if meaning is not None:
        return Failed(f"{meaning}（{error.code}）")
    return Failed(_("微信拒绝了（%(code)d）：%(said)s") % about)
