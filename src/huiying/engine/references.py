"""Links and content numbers that point at a post: addresses, BV numbers, Weibo mids and status ids (C10.5 传播路径).

Regular expressions here have no nested repetition, so a hostile text costs linear work.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from huiying.engine.post import Post

_MOST: Final = 8
_LINK: Final = re.compile(r"https?://[A-Za-z0-9\-._~:/?#@!$&()*+,;=%]{1,500}", re.ASCII)
_BV: Final = re.compile(r"(?<![A-Za-z0-9])BV1[1-9A-HJ-NP-Za-km-z]{9}(?![A-Za-z0-9])", re.ASCII)
_STATUS: Final = re.compile(r"/(?:status|detail)/([A-Za-z0-9]{6,20})$", re.ASCII)
_WEIBO: Final = re.compile(r"^/\d{5,12}/([A-Za-z0-9]{6,20})$", re.ASCII)
_VIDEO: Final = re.compile(r"/(?:video|note)/([0-9]{12,22})(?:/|$)", re.ASCII)
#: Hosts that only lead elsewhere: the address says nothing about the post behind it.
_SHORT: Final = frozenset({"t.cn", "url.cn", "dwz.cn", "b23.tv", "v.douyin.com", "v.kuaishou.com", "t.co", "bit.ly"})


def references(text: str) -> tuple[str, ...]:
    """What a text points at, each once, in order, at most eight: `bv:…`, `weibo:…`, `video:…`, `url:host/path`."""
    found: dict[str, None] = {}
    for number in _BV.findall(text):
        found[f"bv:{number}"] = None
    for link in _LINK.findall(text):
        for key in of_link(link):
            found[key] = None
        if len(found) >= _MOST:
            break
    return tuple(found)[:_MOST]


def of_link(link: str) -> tuple[str, ...]:
    """The keys of one address; none for short links and for a site's front page."""
    try:
        parts = urlsplit(link.strip().rstrip(".,;:!?)"))
        host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    except ValueError:
        return ()
    path = parts.path.rstrip("/")
    if not host or host in _SHORT or not path:
        return ()
    keys = [f"bv:{number}" for number in _BV.findall(path)]
    is_weibo = host in ("weibo.com", "weibo.cn") or host.endswith((".weibo.com", ".weibo.cn"))
    if is_weibo and (mid := _WEIBO.search(path) or _STATUS.search(path)):
        keys.append(f"weibo:{mid[1]}")
    if video := _VIDEO.search(path):
        keys.append(f"video:{video[1]}")
    # Many forums name the post in the query (`?tid=12`), so it belongs to the address.
    return (*keys, f"url:{host}{path}" + (f"?{parts.query}" if parts.query else ""))


def own_references(post: Post) -> frozenset[str]:
    """The keys by which others may point at `post`."""
    keys = set(of_link(post.url)) if post.url else set()
    if _BV.fullmatch(post.native_id):
        keys.add(f"bv:{post.native_id}")
    if post.channel_class == "微博客" and 6 <= len(post.native_id) <= 20 and post.native_id.isalnum():
        keys.add(f"weibo:{post.native_id}")
    return frozenset(keys)
