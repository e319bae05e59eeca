"""The formats, each registered here and nowhere else; the first that recognises a file reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from huiying.listening.importing import (
    articles,
    feeds,
    mediacrawler,
    newsnow,
    open_format,
    opml,
    trees,
    trendradar,
    vendor,
    watchers,
)
from huiying.listening.importing.look import Look
from huiying.listening.importing.rows import Options, Row


@dataclass(frozen=True)
class Format:
    """`recognises` looks at a file's beginning, `read` gives its rows in the open format's shape."""

    code: str
    name: Any
    recognises: Callable[[Look], bool]
    read: Callable[[Look, Options], Iterator[Row]]


# The closest signature first: BettaFish has copies of MediaCrawler's tables, a vendor's table has only headings.
FORMATS: Final = (
    Format(articles.BETTAFISH, _("BettaFish 数据表"), articles.recognises_bettafish, articles.read_bettafish),
    Format(mediacrawler.CODE, _("MediaCrawler 帖子和评论"), mediacrawler.recognises, mediacrawler.read),
    Format(trendradar.CODE, _("TrendRadar 数据库"), trendradar.recognises, trendradar.read),
    Format(trendradar.SNAPSHOT, _("TrendRadar 文本快照"), trendradar.recognises_snapshot, trendradar.read_snapshot),
    Format(newsnow.CODE, _("newsnow 热榜"), newsnow.recognises, newsnow.read),
    Format(articles.STONEDT, _("思通数科（stonedt）文章"), articles.recognises_stonedt, articles.read_stonedt),
    Format(watchers.CHANGES, _("changedetection.io 通知"), watchers.recognises_changes, watchers.read_changes),
    Format(watchers.MINIFLUX, _("Miniflux 条目"), watchers.recognises_miniflux, watchers.read_miniflux),
    Format(trees.CODE, _("转发树（CED）"), trees.recognises, trees.read),
    Format(feeds.JSON_FEED, _("JSON Feed 订阅源"), feeds.recognises_json, feeds.read_json),
    Format(feeds.MEDIA_CLOUD, _("Media Cloud 每日清单"), feeds.recognises_media_cloud, feeds.read),
    Format(feeds.CODE, _("RSS、Atom 订阅源"), feeds.recognises, feeds.read),
    Format(opml.CODE, _("OPML 来源清单"), opml.recognises, opml.read),
    Format(articles.GDELT, _("GDELT GKG 2.1"), articles.recognises_gdelt, articles.read_gdelt),
    Format(open_format.CODE, _("回应帖子格式 huiying.post/1"), open_format.recognises, open_format.read),
    Format(vendor.CODE, _("监测服务商的 Excel、CSV（中文表头）"), vendor.recognises, vendor.read),
)
BY_CODE: Final = {item.code: item for item in FORMATS}
AUTO: Final = "auto"


def detect(look: Look) -> Format | None:
    """The format of a file; None where it is none of those that are taken."""
    return next((item for item in FORMATS if item.recognises(look)), None)
