"""政务微博 (C8.9) by `2/statuses/share`: a short text with a link to the full answer. After silence the account's own
timeline is looked at before anything is sent again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _t, gettext_lazy as _

from huiying.responding.channels.base import Channel, Failed, Later, Outcome, Pending, Sending, Setting, link
from huiying.responding.channels.speaking import Reply, call, check_status, plain, text_of
from huiying.responding.models import Publication

BASE = "https://api.weibo.com"
SITE = "https://weibo.com"
LONGEST = 140
LINK_COUNTS = 10  # Weibo shortens every link to one of twenty letters
ADDRESS = re.compile(r"https?://[\x21-\x7e]+")
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
SETTLES = timedelta(seconds=45)
BUSY = {
    10001: None, 10002: None, 10003: None, 10009: None, 10010: None, 10011: None,
    10022: timedelta(minutes=15), 10023: timedelta(minutes=15), 10024: timedelta(minutes=15),
    20016: timedelta(minutes=10), 20008: timedelta(minutes=10),
}  # fmt: skip
REPEATED = (20017, 20019)
TAKEN_SLOWLY = (20032,)  # out, and the other side's lists lag behind
TOKEN_GONE = (10006, 21301, 21314, 21315, 21316, 21317, 21319, 21327, 21332)
MEANING = {
    10004: _("微博限制了本机的出口地址，请在微博开放平台的应用设置里核对。"),
    10005: _("这个应用没有发布权限，请在微博开放平台申请。"),
    10014: _("这个应用没有发布权限，请在微博开放平台申请。"),
    10017: _("微博说参数不对：文中的链接须在应用的“安全域名”之下。"),
    20012: _("微博说文字超过 140 个汉字，请缩短这个渠道的文稿，重新送审。"),
    20018: _("微博说链接不被允许：请核对应用的“安全域名”。"),
    20021: _("微博说内容不被接受，请登录微博查看。"),
}


def send(sending: Sending) -> Outcome | Pending:
    known = sending.known
    if known.get("id"):
        return _out(sending)
    if known.get("sharing"):
        if _find_own(sending):
            return _out(sending)
        if not known.get("waited"):
            # Their timeline lags a little behind: silence is given a moment before the text goes out again.
            sending.remember({"waited": True})
            return Pending(SETTLES)
    sending.may_go_out()
    status = status_of(sending)
    sending.remember({"sharing": True, "waited": False})
    told = {"status": status, "rip": sending.settings.get("rip") or ""}
    reply = call("POST", _api(sending, "share"), data=told, headers=_authorised(sending.settings))
    return _answered(sending, reply)


def status_of(sending: Sending) -> str:
    """The rendition and the link that Weibo demands, under the application's safe domain."""
    text = sending.publication.text.strip()
    base = sending.settings["public_url"].rstrip("/")
    if not any(found.startswith(f"{base}/") for found in ADDRESS.findall(text)):
        text = f"{text} {link(sending)}"
    if re.search(r"#[^#\s]+#", text):
        raise Failed(_t("微博的分享接口不接受“#话题#”，请从这个渠道的文稿里删去，重新送审；或改为人工发布。"))
    if (n := length(text)) > LONGEST:
        raise Failed(
            _t(
                "微博的分享接口最多 %(most)d 个汉字（连同链接），这一稿有 %(n)d 个。"
                "请缩短这个渠道的文稿，重新送审；或改为人工发布。"
            )
            % {"most": LONGEST, "n": n}
        )
    return text


def length(text: str) -> int:
    """In Chinese characters: two narrow letters are one, a link is ten."""
    rest, links = ADDRESS.subn("", text)
    narrow = sum(char < "\x80" for char in rest)
    return len(rest) - narrow + (narrow + 1) // 2 + links * LINK_COUNTS


def _answered(sending: Sending, reply: Reply) -> Outcome | Pending:
    code = reply.fields.get("error_code")
    if isinstance(code, (int, str)) and str(code).isdigit():
        return _refused(sending, int(code), str(reply.fields.get("error", ""))[:200])
    host = urlsplit(_api(sending, "share")).hostname or ""
    try:
        check_status(reply, host)
    except Failed:
        sending.remember({"sharing": False})
        raise
    if not _remember(sending, reply.fields):
        raise Later(_t("微博没有给出这条微博的编号。"))
    return _out(sending)


def _refused(sending: Sending, code: int, said: str) -> Outcome | Pending:
    """What an error code means. One that says that the text is there already is looked into, never believed."""
    about = {"code": code, "said": said}
    if code in TAKEN_SLOWLY:
        return Pending(SETTLES)
    if code in REPEATED:
        if _find_own(sending):
            return _out(sending)
        sending.remember({"sharing": False})
        raise Failed(_t("微博说内容重复（%(code)d），但近期的微博里没有这一条。请登录微博查看。") % about)
    sending.remember({"sharing": False})
    if code in BUSY:
        raise Later(_t("微博忙或发得太频繁（%(code)d %(said)s）。") % about, BUSY[code], sure=True)
    if code in TOKEN_GONE:
        raise Failed(_t("微博的授权已失效（%(code)d）。请系统管理员在平台登记里重新接上微博，再点“再发一次”。") % about)
    meaning = MEANING.get(code)
    raise Failed(f"{meaning}（{code}）" if meaning else _t("微博拒绝了（%(code)d）：%(said)s") % about)


def _find_own(sending: Sending) -> bool:
    """Whether the account's newest statuses hold exactly our words. Only the account itself can be asked this way."""
    told = {"uid": sending.settings["uid"], "count": "50", "trim_user": "1"}
    fields = _read(sending, "user_timeline", told)
    ours = plain(ADDRESS.sub("", status_of(sending)))
    for status in fields.get("statuses") or []:
        if isinstance(status, dict) and plain(ADDRESS.sub("", _text(status))) == ours:
            return _remember(sending, status)
    return False


def _read(sending: Sending, method: str, told: Mapping[str, str]) -> dict[str, Any]:
    url = _api(sending, method)
    reply = call("GET", url, params=told, headers=_authorised(sending.settings), sent=False)
    code = reply.fields.get("error_code")
    if isinstance(code, (int, str)) and str(code).isdigit():
        said = str(reply.fields.get("error", ""))[:200]
        if int(code) in TOKEN_GONE:
            raise Failed(
                _t("微博的授权已失效（%(code)d）。请系统管理员在平台登记里重新接上微博，再点“再发一次”。")
                % {"code": int(code)}
            )
        raise Later(
            _t("微博查不到近期的微博（%(code)d %(said)s）。") % {"code": int(code), "said": said}, BUSY.get(int(code))
        )
    check_status(reply, urlsplit(url).hostname or "", sent=False)
    return reply.fields


def _remember(sending: Sending, status: Mapping[str, Any]) -> bool:
    number = str(status.get("idstr") or status.get("id") or "")
    if not number.isdigit():
        return False
    sending.remember({"id": number, "mid": str(status.get("mid") or number), "sharing": False})
    return True


def _text(status: Mapping[str, Any]) -> str:
    long = status.get("longText")
    text = long.get("longTextContent") if isinstance(long, dict) else None
    return text_of(str(text or status.get("text") or ""))


def _out(sending: Sending) -> Outcome:
    """Its page, and its words as the interface gives them back: pages of Weibo are made by scripts."""
    number, mid = str(sending.known["id"]), str(sending.known["mid"])
    site = (sending.settings.get("site_url") or SITE).rstrip("/")
    url = f"{site}/{sending.settings['uid']}/{short(mid)}"
    try:
        said = _text(_read(sending, "show", {"id": number, "isGetLongText": "1"})) or None
    except (Failed, Later):
        said = None
    return Outcome(url, (said or url).encode(), "text/plain; charset=utf-8", matches=None, said=said)


def short(mid: str) -> str:
    """A status's number as its page has it: seven digits at a time from the right, to base 62."""
    parts: list[str] = []
    while mid:
        head, seven = mid[:-7], mid[-7:]
        number, letters = int(seven), ""
        while number:
            number, digit = divmod(number, 62)
            letters = DIGITS[digit] + letters
        parts.insert(0, letters.rjust(4 if head else 1, "0"))
        mid = head
    return "".join(parts)


def _api(sending: Sending, method: str) -> str:
    return _api_of(sending.settings, f"statuses/{method}")


def _api_of(settings: Mapping[str, str], path: str) -> str:
    return f"{(settings.get('base_url') or BASE).rstrip('/')}/2/{path}.json"


def _authorised(settings: Mapping[str, str]) -> dict[str, str]:
    """In a header, not in the address, which others may write down."""
    return {"Authorization": f"OAuth2 {settings['access_token']}"}


def check(settings: Mapping[str, str]) -> str:
    url = _api_of(settings, "users/show")
    reply = call("GET", url, params={"uid": settings["uid"]}, headers=_authorised(settings), sent=False)
    code = reply.fields.get("error_code")
    if code is not None:
        raise Failed(_t("微博拒绝了（%(code)s）：%(said)s") % {"code": code, "said": reply.words})
    check_status(reply, urlsplit(url).hostname or "", sent=False)
    name = str(reply.fields.get("screen_name") or settings["uid"])[:60]
    return _t("微博认得这个账号：%(name)s。") % {"name": name}


CHANNEL = Channel(
    kind="weibo",
    name=_("微博接口"),
    first_state=Publication.QUEUED,
    send=send,
    check=check,
    settings=(
        Setting(
            "access_token",
            _("授权令牌（access_token）"),
            secret=True,
            help=_("由本单位的微博账号授权给应用后取得，到期须重新授权。"),
        ),
        Setting("uid", _("微博账号的编号（uid）")),
        Setting(
            "public_url", _("本系统门户的网址"), help=_("须在应用的“安全域名”之下；每条微博都带一个指向它的链接。")
        ),
        Setting("rip", _("本机的出口地址"), optional=True, help=_("微博要求上报真实 IP，如 211.156.0.1。")),
        Setting("base_url", _("接口网址"), default=BASE, optional=True, is_address=True),
        Setting("site_url", _("微博网页的网址"), default=SITE, optional=True, is_address=True),
    ),
)
