"""How a channel speaks with another host, behind the guard, never for long (S7), and reads back what stands there
(C8.9).

A platform may rewrite HTML, spaces, entities and quotation marks: the same words are a match. It may not change, leave
out or put in a word.
"""

from __future__ import annotations

import json
import logging
import re
import time
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.utils.translation import gettext as _
from selectolax.lexbor import LexborHTMLParser

from huiying.kernel import addresses, clock, guarded
from huiying.kernel.addresses import AddressRefused
from huiying.responding.channels.base import Failed, Later

SECONDS = 8.0  # one call altogether; the loop that makes it has other work
LARGEST = 2 * 1024 * 1024
LONGEST_WAIT = timedelta(hours=6)
BUSY = (408, 425, 429)

# At INFO httpx writes whole addresses, and some interfaces want their token in the address.
logging.getLogger("httpx").setLevel(logging.WARNING)


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def fields(self) -> dict[str, Any]:
        """The JSON object in the body; empty where there is none."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def retry_after(self) -> timedelta | None:
        """What the other side asked for, in seconds or as a date; never longer than LONGEST_WAIT."""
        text = self.headers.get("retry-after", "").strip()
        if re.fullmatch(r"\d{1,9}", text):
            wait = timedelta(seconds=int(text))
        else:
            try:
                at = parsedate_to_datetime(text)
            except ValueError:
                return None
            wait = (at if at.tzinfo else at.replace(tzinfo=UTC)) - clock.now()
        return min(max(wait, timedelta(seconds=1)), LONGEST_WAIT)

    @property
    def words(self) -> str:
        """What the other side says about it, for people."""
        for name in ("error", "message", "detail", "errmsg", "msg"):
            said = self.fields.get(name)
            if isinstance(said, str) and said.strip():
                return said.strip()[:200]
        if "html" in self.headers.get("content-type", ""):
            return ""
        return " ".join(self.body.decode("utf-8", "replace").split())[:200]


def call(method: str, url: str, *, sent: bool = True, largest: int = LARGEST, **what: Any) -> Reply:
    """One request; no redirect is followed. Raises Failed where the guard refuses, Later where nobody answers.

    `sent`: the request could make something public, so that silence leaves it open whether it did.
    """
    host = urlsplit(url).hostname or url[:60]
    until = time.monotonic() + SECONDS
    what["headers"] = {"Accept-Encoding": "identity", **what.get("headers", {})}
    with guarded.client(_resolve, timeout=httpx.Timeout(SECONDS), follow_redirects=False) as client:
        try:
            with client.stream(method, url, **what) as response:
                body = _read(response.iter_bytes(), until, largest, host, sent)
                return Reply(response.status_code, {k.lower(): v for k, v in response.headers.items()}, body)
        except AddressRefused:
            # The guard's own words name the whole address, with what it carries.
            raise Failed(
                _(
                    "不允许连接 %(host)s：它指向内部或保留的地址。"
                    "确需访问时，请系统管理员把网段写入 HUIYING_ALLOWED_NETWORKS。"
                )
                % {"host": host}
            ) from None
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL):
            raise Later(_("连不上 %(host)s。") % {"host": host}, sure=True) from None
        except httpx.HTTPError:
            raise Later(_("%(host)s 没有按时答复。") % {"host": host}, sure=not sent) from None


def _resolve(host: str, port: int) -> list[str]:
    """A name that cannot be found now may be found later; an address that may not be reached never will."""
    try:
        return addresses.resolve(host, port)
    except AddressRefused:
        raise Later(_("找不到主机 %(host)s。") % {"host": host}, sure=True) from None


def _read(chunks: Iterable[bytes], until: float, largest: int, host: str, sent: bool) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > largest or time.monotonic() > until:
            raise Later(_("%(host)s 的答复太长或太慢，没有读完。") % {"host": host}, sure=not sent)
    return bytes(body)


def check_status(reply: Reply, host: str, *, sent: bool = True) -> None:
    """What HTTP itself says: later, or never. Passes 2xx."""
    if 200 <= reply.status < 300:
        return
    about = {"host": host, "status": reply.status, "words": reply.words}
    if reply.status in BUSY:
        raise Later(_("%(host)s 忙（%(status)d）。") % about, reply.retry_after, sure=True)
    if reply.status >= 500:
        raise Later(_("%(host)s 出错（%(status)d）。") % about, reply.retry_after, sure=not sent)
    if 300 <= reply.status < 400:
        raise Failed(_("%(host)s 要转到别的网址（%(status)d）。请在平台登记里填写最终的网址。") % about)
    if not reply.words:
        raise Failed(_("%(host)s 拒绝了（%(status)d），没有说原因。") % about)
    raise Failed(_("%(host)s 拒绝了（%(status)d）：%(words)s") % about)


def is_web_address(url: Any) -> bool:
    return isinstance(url, str) and re.fullmatch(r"https?://[^\s<>\"']{4,1900}", url) is not None


LARGEST_PAGE = 4 * 1024 * 1024
REDIRECTS = 3
GRAM = 4
# A page that holds less of the text than this is another page: a riddle, a notice, one that is not there yet.
READABLE = 0.3
_SILENT = ["script", "style", "noscript", "template", "head"]
_QUOTES = str.maketrans(
    {
        **dict.fromkeys("“”„‟«»＂「」『』﹁﹂", '"'),
        **dict.fromkeys("‘’‚‛＇`´", "'"),
        **dict.fromkeys("–—―−─~〜～", "-"),
        "…": "...",
    }
)
_UNSEEN = re.compile(r"[\s\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufe0e\ufe0f\ufeff]+")


@dataclass(frozen=True)
class Page:
    content: bytes
    media_type: str
    text: str


def fetch(url: str) -> Page | None:
    """The page as anybody gets it, redirects judged one by one by the guard; None where it can not be had."""
    for _hop in range(REDIRECTS + 1):
        if not is_web_address(url):
            return None
        try:
            reply = call("GET", url, sent=False, largest=LARGEST_PAGE, headers={"User-Agent": "Huiying/1 (read-back)"})
        except (Failed, Later):
            return None
        if reply.status in (301, 302, 303, 307, 308):
            url = addresses.joined(url, reply.headers.get("location", ""))
            continue
        if reply.status != 200:
            return None
        media_type = reply.headers.get("content-type", "").strip()[:60] or "application/octet-stream"
        return Page(reply.body, media_type, text_of(decoded(reply.body)))
    return None


def decoded(content: bytes) -> str:
    """Strict UTF-8, else GB18030."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", "replace")


def text_of(source: str) -> str:
    """The words of a page without what no reader sees; a text that is no page stays as it is."""
    if "<" not in source and "&" not in source:
        return source
    tree = LexborHTMLParser(source)
    tree.strip_tags(_SILENT)
    return tree.body.text(deep=True) if tree.body is not None else ""


def plain(text: str) -> str:
    """The words alone: one form of each character, no white space, one kind of quotation mark."""
    return _UNSEEN.sub("", unicodedata.normalize("NFKC", text).translate(_QUOTES)).translate(_QUOTES)


def compare(approved: str, found: str) -> tuple[bool, float]:
    """Whether the approved text stands there whole and in one piece, and how much of it does."""
    ours, theirs = plain(approved), plain(found)
    if not ours:
        return False, 0.0
    if ours in theirs:
        return True, 1.0
    size = min(GRAM, len(ours))
    known = {theirs[at : at + size] for at in range(len(theirs) - size + 1)}
    grams = [ours[at : at + size] for at in range(len(ours) - size + 1)]
    share = sum(gram in known for gram in grams) / len(grams)
    return False, min(round(share, 4), 0.99)
