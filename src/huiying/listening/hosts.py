"""Which platform a link belongs to, so that nobody has to type it at three in the morning (C5.13)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from huiying.engine.post import UNCLASSIFIED
from huiying.kernel import canonical

LINK: Final = re.compile(r"https?://[^\s<>\"'，。；！？、（）《》“”]+", re.IGNORECASE)
_ID: Final = re.compile(r"[0-9A-Za-z_-]{6,80}")
_TRACKING: Final = ("utm_", "spm", "share_", "from", "wfr", "is_all")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a link leads: the platform's name, its class of （五）, its outlet tier where it is a medium."""

    platform: str
    channel_class: str
    tier: int | None = None


_HOSTS: Final = {
    "weibo.com": Place("微博", "微博客"),
    "weibo.cn": Place("微博", "微博客"),
    "douyin.com": Place("抖音", "短视频"),
    "iesdouyin.com": Place("抖音", "短视频"),
    "kuaishou.com": Place("快手", "短视频"),
    "mp.weixin.qq.com": Place("微信公众号", "微信公众号"),
    "zhihu.com": Place("知乎", "问答社区"),
    "tieba.baidu.com": Place("百度贴吧", "论坛"),
    "xiaohongshu.com": Place("小红书", "短视频"),
    "xhslink.com": Place("小红书", "短视频"),
    "bilibili.com": Place("哔哩哔哩", "短视频"),
    "b23.tv": Place("哔哩哔哩", "短视频"),
    "toutiao.com": Place("今日头条", "门户网站"),
    "liuyan.people.com.cn": Place("领导留言板", "门户网站"),
    "people.com.cn": Place("人民网", "门户网站", 4),
    "xinhuanet.com": Place("新华网", "门户网站", 4),
    "news.cn": Place("新华网", "门户网站", 4),
    "cctv.com": Place("央视网", "传统媒体", 4),
    "sohu.com": Place("搜狐", "门户网站"),
    "163.com": Place("网易", "门户网站"),
    "sina.com.cn": Place("新浪", "门户网站"),
    "qq.com": Place("腾讯网", "门户网站"),
}


def first_link(text: str) -> str:
    """The first http(s) link in `text`, without trailing stops; "" if there is none."""
    found = LINK.search(text)
    return found.group().rstrip(".,;:!?)]}") if found else ""


def place_of(url: str) -> Place | None:
    """The place of a link by its host; an unknown host is its own platform, of no known class."""
    host = _split(url).hostname or ""
    while host.count("."):
        if host in _HOSTS:
            return _HOSTS[host]
        host = host.partition(".")[2]
    known = (_split(url).hostname or "").removeprefix("www.")
    return Place(known[:60], UNCLASSIFIED) if known else None


def native_id_of(url: str) -> str:
    """An id that the same page always gets: its own number where the platform is known, else a hash of the address."""
    parts = _split(url)
    segment = parts.path.rstrip("/").rpartition("/")[2].removesuffix(".html").removesuffix(".htm")
    place = place_of(url)
    if place is not None and place.channel_class != UNCLASSIFIED and _ID.fullmatch(segment) and _has_digit(segment):
        return segment
    return f"url:{canonical.sha256(_address(parts))[:32]}"


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def _has_digit(segment: str) -> bool:
    return any(char.isdigit() for char in segment)


def _address(parts: SplitResult) -> str:
    """The page's address without what only says who passed the link on."""
    query = [(key, value) for key, value in parse_qsl(parts.query) if not key.lower().startswith(_TRACKING)]
    return f"{parts.netloc.lower().removeprefix('www.')}{parts.path.rstrip('/')}?{urlencode(sorted(query))}"
