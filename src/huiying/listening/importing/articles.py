"""stonedt's articles, BettaFish's daily lists, and GDELT's knowledge graph (d7, d8, d9)."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from huiying.engine.lines import Rejected
from huiying.listening.importing import drafts, mediacrawler, values
from huiying.listening.importing.look import CSV, SQLITE, TEXT, Look, text_of
from huiying.listening.importing.rows import Options, Row, records, tabular

STONEDT: Final = "stonedt"
BETTAFISH: Final = "bettafish"
GDELT: Final = "gdelt"

#: stonedt's eleven classes as ours, and the tier of an institution where the class says so.
_CLASSES: Final = {
    "1": ("微信公众号", "post"), "2": ("微博客", "post"), "3": ("门户网站", "news"), "4": ("论坛", "post"),
    "5": ("门户网站", "news"), "6": ("传统媒体", "news"), "7": ("传统媒体", "news"), "8": ("门户网站", "news"),
    "9": ("传统媒体", "news"), "10": ("短视频", "post"), "11": ("博客", "post"),
}  # fmt: skip
_CLASS_WORDS: Final = {
    "微信": "1", "微博": "2", "政务": "3", "论坛": "4", "新闻": "5", "报刊": "6", "客户端": "7", "网站": "8",
    "外媒": "9",
    "视频": "10", "博客": "11",
}  # fmt: skip
_MOODS: Final = {"1": "正面", "2": "中性", "3": "负面"}


def recognises_stonedt(look: Look) -> bool:
    return "article_public_id" in look.fields or "article_public_id" in look.columns


def read_stonedt(look: Look, _options: Options) -> Iterator[Row]:
    for row in tabular(look):
        yield (row[0], _article(look, row[1])) if isinstance(row, tuple) else row


def _article(look: Look, row: Mapping[str, Any]) -> dict[str, Any]:
    code = values.said(row.get("classify"))
    channel_class, kind = _CLASSES.get(_CLASS_WORDS.get(code, code), ("", "news"))
    site = values.said(row.get("sourcewebsitename")) or values.said(row.get("source_name"))
    found: dict[str, Any] = {
        "native_id": values.said(row.get("article_public_id")),
        "platform": site,
        "channel_class": channel_class,
        "kind": kind,
        # On platforms where people write, the source's name may be an account's.
        "outlet": (values.said(row.get("source_name")) or None) if kind == "news" else None,
        "title": drafts.plain(values.said(row.get("title"))),
        "text": drafts.plain(values.said(row.get("content"))),
        "url": values.said(row.get("source_url")) or None,
    }
    seen = values.moment(row.get("spider_time") or row.get("create_time"))[0] or look.file.modified
    drafts.timed(found, row.get("publish_time") or row.get("publish_date"), seen=seen)
    mood = values.said(row.get("emotionalIndex"))
    used = {
        "article_public_id", "title", "content", "source_url", "sourcewebsitename", "publish_time", "publish_date",
        "spider_time", "create_time", "classify", "emotionalIndex", "websitelogo", "author_avatar", "author_url",
        "source_name",
    }  # fmt: skip
    return drafts.with_extra(found, row, used, classify=code, sentiment=_MOODS.get(mood, mood))


def recognises_bettafish(look: Look) -> bool:
    daily = {"news_id", "source_platform", "crawl_date"}
    return daily <= set(look.tables.get("daily_news", ())) or daily <= (set(look.columns) | look.fields)


def read_bettafish(look: Look, options: Options) -> Iterator[Row]:
    """`daily_news`, and in a database its copies of MediaCrawler's tables; topics made by a model are no posts."""
    if look.shape != SQLITE:
        for row in tabular(look):
            yield (row[0], _daily(row[1])) if isinstance(row, tuple) else row
        return
    for number, fields in records(look, "daily_news"):
        yield number, _daily(fields)
    yield from mediacrawler.read(look, options)


def _daily(row: Mapping[str, Any]) -> dict[str, Any]:
    source, link = values.said(row.get("source_platform")), values.said(row.get("url"))
    key = values.said(row.get("news_id"))
    found: dict[str, Any] = {
        "native_id": f"{source}:{key}" if key else "",
        "platform": source,
        "kind": "news",
        "title": values.said(row.get("title")),
        "text": drafts.plain(values.said(row.get("description"))),
        "url": link or None,
    }
    seen = values.moment(row.get("add_ts"))[0] or values.moment(row.get("crawl_date"))[0]
    drafts.as_seen(found, seen)
    if (latest := values.moment(row.get("last_modify_ts"))[0]) is not None:
        found["seen_at"] = values.stamp(latest)
    used = {"id", "news_id", "source_platform", "title", "url", "description", "add_ts", "last_modify_ts"}
    return drafts.with_extra(found, row, used)


_GKG_COLUMNS: Final = 27
_GKG_ID: Final = re.compile(r"\d{14}-T?\d+")
_PAGE_TITLE: Final = re.compile(r"<PAGE_TITLE>(.*?)</PAGE_TITLE>")


def recognises_gdelt(look: Look) -> bool:
    first = look.head.partition("\n")[0].split("\t")
    return look.shape in (CSV, TEXT) and len(first) >= 16 and _GKG_ID.fullmatch(first[0]) is not None


def read_gdelt(look: Look, _options: Options) -> Iterator[Row]:
    """Tab-separated without a heading. Names of persons and what they said stand in the file and are not read."""
    with text_of(look) as handle:
        for number, line in enumerate(handle, start=1):
            cells = line.rstrip("\r\n").split("\t")
            if len(cells) == 1 and not cells[0]:
                continue
            if len(cells) < 16 or _GKG_ID.fullmatch(cells[0]) is None:
                reason = f"应为 {_GKG_COLUMNS} 列、以 GKGRECORDID 开头，这里是 {len(cells)} 列"
                yield Rejected(look.file.name, number, reason)
            else:
                yield number, _gkg(cells)


def _gkg(cells: list[str]) -> dict[str, Any]:
    title = _PAGE_TITLE.search(cells[26]) if len(cells) > 26 else None
    link = cells[4].strip()
    found: dict[str, Any] = {
        "native_id": cells[0],
        "platform": cells[3].strip(),
        "channel_class": "门户网站",
        "outlet": cells[3].strip() or None,
        "kind": "news",
        "title": html.unescape(title[1]).strip() if title else "",
        "text": "" if title else link,
        "url": link if link.startswith("http") else None,
    }
    drafts.as_seen(found, values.moment(cells[1], zone=dt.UTC)[0])
    tone = cells[15].partition(",")[0].strip()
    extra: dict[str, Any] = {"tone": tone, "themes": [name for name in cells[7].split(";") if name][:50]}
    return drafts.with_extra(found, {}, (), translated="-T" in cells[0], **extra)
