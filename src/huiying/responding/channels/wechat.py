"""微信公众号 (C8.9): draft → submit → ask until it is out, by the public documentation of the interface.

Each step is remembered before it is taken; after a crash the draft box and the list of published articles are looked at
first, so that nothing is published twice.
"""

from __future__ import annotations

import datetime as dt
import html
import json
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _, gettext_lazy

from huiying.kernel import clock
from huiying.responding.channels.base import Channel, Failed, Later, Outcome, Pending, Sending, Setting, link, mark
from huiying.responding.channels.speaking import call, check_status, is_web_address
from huiying.responding.models import Publication

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


PAGE, PAGES = 20, 3
FIRST_LOOK, LOOK_AGAIN, LONGEST_LOOK = timedelta(seconds=5), timedelta(seconds=15), timedelta(minutes=10)
SETTLES = timedelta(minutes=2)  # a submission without an answer is given this long to show somewhere
DONE, WORKING = 0, 1
ENDED = {
    2: gettext_lazy("微信说原创声明没有通过"),
    3: gettext_lazy("微信说发布失败"),
    4: gettext_lazy("微信平台审核没有通过"),
    5: gettext_lazy("文章发出后在公众平台上被删除"),
    6: gettext_lazy("文章发出后被微信封禁"),
}
NO_SUCH_MATERIAL = 40007


def send(sending: Sending) -> Outcome | Pending:
    try:
        return _go_on(sending)
    except WechatError as error:
        raise said(error) from None


def _go_on(sending: Sending) -> Outcome | Pending:
    known = sending.known
    if known.get("article_url"):
        return _out(sending, str(known["article_url"]), str(known.get("article_id", "")))
    if known.get("publish_id"):
        return _poll(sending)
    if known.get("submitting") and (found := _look_for_the_article(sending)) is not None:
        return found
    media_id = str(known.get("draft") or "") or _draft(sending)
    return _submit(sending, media_id)


def _draft(sending: Sending) -> str:
    """The draft of this release, made once. A draft is not public, but two of them would confuse whoever looks."""
    if sending.known.get("drafting") and (found := _in_the_draft_box(sending)):
        sending.remember({"draft": found})
        return found
    sending.may_go_out()
    sending.remember({"drafting": True})
    answer = ask(sending.settings, "draft/add", {"articles": [article(sending)]})
    media_id = str(answer.get("media_id") or "")
    if not media_id:
        raise Later(_("微信没有给出草稿编号。"), sure=True)
    sending.remember({"draft": media_id})
    return media_id


def article(sending: Sending) -> dict[str, Any]:
    """The approved rendition word for word; 「阅读原文」 leads to the full answer and carries our mark."""
    row, settings = sending.publication, sending.settings
    lines = [line for line in row.text.splitlines() if line.strip()]
    return {
        "title": row.title,
        "author": settings.get("author", ""),
        "digest": "",
        "content": "".join(f"<p>{html.escape(line)}</p>" for line in lines),
        "content_source_url": link(sending),
        "thumb_media_id": settings["thumb_media_id"],
        "need_open_comment": 0,
        "only_fans_can_comment": 0,
    }


def _submit(sending: Sending, media_id: str) -> Outcome | Pending:
    sending.may_go_out()
    sending.remember({"submitting": True, "waited": False})
    try:
        answer = ask(sending.settings, "freepublish/submit", {"media_id": media_id}, sent=True)
    except WechatError as error:
        # A definite no: nothing is on its way, and the draft may have to be made anew.
        again: dict[str, Any] = {"submitting": False}
        if error.code == NO_SUCH_MATERIAL:
            again |= {"draft": "", "drafting": False}
        sending.remember(again)
        if error.code == NO_SUCH_MATERIAL:
            raise Later(_("微信说没有这份草稿，重新建一份。"), sure=True) from None
        raise
    publish_id = str(answer.get("publish_id") or "")  # a number or a text, as it pleases WeChat
    if not publish_id:
        raise Later(_("微信没有给出发布任务的编号。"))
    sending.remember({"publish_id": publish_id, "submitting": False})
    return Pending(FIRST_LOOK)


def _poll(sending: Sending) -> Outcome | Pending:
    answer = ask(sending.settings, "freepublish/get", {"publish_id": str(sending.known["publish_id"])})
    status = answer.get("publish_status")
    if status == DONE:
        items = (answer.get("article_detail") or {}).get("item") or [{}]
        url, article_id = str(items[0].get("article_url", "")), str(answer.get("article_id", ""))
        if not is_web_address(url):
            raise Later(_("微信说已发布，但没有给出文章的网址。"))
        sending.remember({"article_url": url, "article_id": article_id})
        return _out(sending, url, article_id)
    if status == WORKING:
        looks = int(sending.known.get("polls", 0)) + 1
        sending.remember({"polls": looks})
        return Pending(min(LOOK_AGAIN * looks, LONGEST_LOOK))
    if status in ENDED:
        # By a person's decision it starts over; what WeChat still has of it is looked for first.
        sending.remember({"publish_id": "", "draft": "", "drafting": True, "polls": 0})
        raise Failed(_("%(why)s。请登录公众平台查看，或改为人工发布。") % {"why": ENDED[status]})
    raise Later(_("微信的答复读不懂。"))


def _look_for_the_article(sending: Sending) -> Outcome | Pending | None:
    """After a submission of which nothing is known: is it out, on its way, or was it never taken?

    A published draft leaves the draft box. Out: done. In neither place: on its way. Still a draft after a while: WeChat
    never took it, and it is submitted (None).
    """
    for item, news in _listed(sending, "freepublish/batchget"):
        url = str(news.get("url", ""))
        if is_web_address(url) and not news.get("is_deleted"):
            article_id = str(item.get("article_id", ""))
            sending.remember({"article_url": url, "article_id": article_id, "submitting": False})
            return _out(sending, url, article_id)
    if _in_the_draft_box(sending) and sending.known.get("waited"):
        return None
    sending.remember({"waited": True})
    return Pending(SETTLES)


def _in_the_draft_box(sending: Sending) -> str:
    return next((str(item.get("media_id", "")) for item, _news in _listed(sending, "draft/batchget")), "")


def _listed(sending: Sending, path: str) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Items of a list, the newest first, that carry our mark."""
    ours = f"r={mark(sending.key)}"
    for page in range(PAGES):
        answer = ask(sending.settings, path, {"offset": page * PAGE, "count": PAGE, "no_content": 1})
        items = answer.get("item") or []
        for item in items:
            for news in (item.get("content") or {}).get("news_item") or []:
                if str(news.get("content_source_url", "")).endswith(ours):
                    yield item, news
        if len(items) < PAGE:
            return


def _out(sending: Sending, url: str, article_id: str) -> Outcome:
    """Where it stands, with the text as the interface gives it back: some networks get a riddle instead of the page."""
    text = None
    if article_id:
        try:
            answer = ask(sending.settings, "freepublish/getarticle", {"article_id": article_id})
            text = "".join(str(news.get("content", "")) for news in answer.get("news_item") or []) or None
        except (WechatError, Failed, Later):
            text = None
    return Outcome(url, (text or url).encode(), "text/html; charset=utf-8", matches=None, said=text)


def check(settings: Mapping[str, str]) -> str:
    token(settings, afresh=True)
    return _("微信给出了调用凭证，AppID、AppSecret 和 IP 白名单都对。发布权限要到发布时才知道。")


CHANNEL = Channel(
    kind="wechat",
    name=gettext_lazy("微信公众号接口"),
    first_state=Publication.QUEUED,
    send=send,
    check=check,
    settings=(
        Setting("appid", gettext_lazy("AppID")),
        Setting("secret", gettext_lazy("AppSecret"), secret=True),
        Setting(
            "thumb_media_id",
            gettext_lazy("封面图片的素材编号"),
            help=gettext_lazy("先在公众平台上传一张封面图，取它的永久素材编号（thumb_media_id）。"),
        ),
        Setting(
            "public_url",
            gettext_lazy("本系统门户的网址"),
            help=gettext_lazy("公众打开的网址，如 https://huiying.example.gov.cn；“阅读原文”指向它。"),
        ),
        Setting(
            "author",
            gettext_lazy("作者"),
            optional=True,
            help=gettext_lazy("文章上显示的作者，可以不填，不超过 16 个字。"),
        ),
        Setting("base_url", gettext_lazy("接口网址"), default=BASE, optional=True, is_address=True),
    ),
)
