"""微信公众号 (C8.9): draft → submit → ask until it is out. Each step is remembered before it is taken; after a crash
the draft box and the list of published articles are looked at first, so that nothing is published twice.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.responding.channels.base import Channel, Failed, Later, Outcome, Pending, Sending, Setting
from huiying.responding.channels.marks import link, mark
from huiying.responding.channels.speaking import is_web_address
from huiying.responding.channels.wechat.client import BASE, WechatError, ask, said, token
from huiying.responding.models import Publication

PAGE, PAGES = 20, 3
FIRST_LOOK, LOOK_AGAIN, LONGEST_LOOK = timedelta(seconds=5), timedelta(seconds=15), timedelta(minutes=10)
SETTLES = timedelta(minutes=2)  # a submission without an answer is given this long to show somewhere
DONE, WORKING = 0, 1
ENDED = {
    2: _("微信说原创声明没有通过"),
    3: _("微信说发布失败"),
    4: _("微信平台审核没有通过"),
    5: _("文章发出后在公众平台上被删除"),
    6: _("文章发出后被微信封禁"),
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
        raise Later(_t("微信没有给出草稿编号。"), sure=True)
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
            raise Later(_t("微信说没有这份草稿，重新建一份。"), sure=True) from None
        raise
    publish_id = str(answer.get("publish_id") or "")  # a number or a text, as it pleases WeChat
    if not publish_id:
        raise Later(_t("微信没有给出发布任务的编号。"))
    sending.remember({"publish_id": publish_id, "submitting": False})
    return Pending(FIRST_LOOK)


def _poll(sending: Sending) -> Outcome | Pending:
    answer = ask(sending.settings, "freepublish/get", {"publish_id": str(sending.known["publish_id"])})
    status = answer.get("publish_status")
    if status == DONE:
        items = (answer.get("article_detail") or {}).get("item") or [{}]
        url, article_id = str(items[0].get("article_url", "")), str(answer.get("article_id", ""))
        if not is_web_address(url):
            raise Later(_t("微信说已发布，但没有给出文章的网址。"))
        sending.remember({"article_url": url, "article_id": article_id})
        return _out(sending, url, article_id)
    if status == WORKING:
        looks = int(sending.known.get("polls", 0)) + 1
        sending.remember({"polls": looks})
        return Pending(min(LOOK_AGAIN * looks, LONGEST_LOOK))
    if status in ENDED:
        # By a person's decision it starts over; what WeChat still has of it is looked for first.
        sending.remember({"publish_id": "", "draft": "", "drafting": True, "polls": 0})
        raise Failed(_t("%(why)s。请登录公众平台查看，或改为人工发布。") % {"why": ENDED[status]})
    raise Later(_t("微信的答复读不懂。"))


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
    return _t("微信给出了调用凭证，AppID、AppSecret 和 IP 白名单都对。发布权限要到发布时才知道。")


CHANNEL = Channel(
    kind="wechat",
    name=_("微信公众号接口"),
    first_state=Publication.QUEUED,
    send=send,
    check=check,
    settings=(
        Setting("appid", _("AppID")),
        Setting("secret", _("AppSecret"), secret=True),
        Setting(
            "thumb_media_id",
            _("封面图片的素材编号"),
            help=_("先在公众平台上传一张封面图，取它的永久素材编号（thumb_media_id）。"),
        ),
        Setting(
            "public_url",
            _("本系统门户的网址"),
            help=_("公众打开的网址，如 https://huiying.example.gov.cn；“阅读原文”指向它。"),
        ),
        Setting("author", _("作者"), optional=True, help=_("文章上显示的作者，可以不填，不超过 16 个字。")),
        Setting("base_url", _("接口网址"), default=BASE, optional=True, is_address=True),
    ),
)
