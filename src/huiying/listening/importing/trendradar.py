"""Hot lists: TrendRadar's databases and text snapshots (d2), newsnow's JSON or cache database (d3). The order is the
rank.

Crawl times are `HH:MM`; the day stands in the file's name, or for a snapshot in that of its folder.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from typing import Any, Final

from huiying.engine.lines import Rejected
from huiying.listening.importing import drafts
from huiying.listening.importing.look import CSV, SQLITE, TEXT, Look, Unreadable, is_broken, text_of
from huiying.listening.importing.rows import NOT_TEXT, Options, Row, objects, records

CODE: Final = "trendradar"
SNAPSHOT: Final = "trendradar-txt"
_DAY: Final = re.compile(r"(20\d\d)[-年](\d{1,2})[-月](\d{1,2})日?")
_CLOCK: Final = re.compile(r"(\d{1,2})\s*[-:：时点_]\s*(\d{2})")
_RANKED: Final = re.compile(r"(\d{1,4})\. (.+)")
_LINK: Final = re.compile(r" \[(URL|MOBILE):([^\]]*)\]")
_FAILED: Final = "以下ID请求失败"
_SECTION: Final = re.compile(r"[\w.-]{2,60}( \| .{1,60})?")


def recognises(look: Look) -> bool:
    if look.shape != SQLITE:
        return False
    return "first_crawl_time" in look.tables.get("news_items", ()) + look.tables.get("rss_items", ())


def recognises_snapshot(look: Look) -> bool:
    if look.shape not in (TEXT, CSV):
        return False
    found = [line for line in look.head.splitlines()[:10] if line.strip()]
    return len(found) > 1 and _SECTION.fullmatch(found[0].strip()) is not None and bool(_RANKED.match(found[1].strip()))


def read(look: Look, _options: Options) -> Iterator[Row]:
    day = _day_of(look)
    if "news_items" in look.tables:
        yield from _news(look, day)
    if "rss_items" in look.tables:
        yield from _feeds(look, day)


def _day_of(look: Look) -> dt.date:
    """The last date in the name, of the file before that of its folders."""
    found = _DAY.findall(look.file.name)
    try:
        return dt.date(*(int(part) for part in found[-1]))
    except (IndexError, ValueError):
        raise Unreadable(
            f"{look.file.name} 里的时间只有时和分，日期要看文件名：请把文件名改回 2026-09-14.db 这样的形式"
        ) from None


def _at(day: dt.date, clock: Any) -> dt.datetime | None:
    """`HH:MM` of that day in China, or a whole time where the tool wrote one."""
    text = drafts.said(clock)
    found = _CLOCK.fullmatch(text)
    if found is None:
        return drafts.moment(text)[0]
    try:
        return dt.datetime.combine(day, dt.time(int(found[1]), int(found[2])), drafts.CHINA).astimezone(dt.UTC)
    except ValueError:
        return None


def _news(look: Look, day: dt.date) -> Iterator[Row]:
    names = {row["id"]: row["name"] for _number, row in _optional(look, "platforms")}
    curves: dict[int, list[list[Any]]] = {}
    for _number, row in _optional(look, "rank_history"):
        curves.setdefault(row["news_item_id"], []).append([row["crawl_time"], row["rank"]])
    earlier: dict[int, list[dict[str, Any]]] = {}
    for _number, row in _optional(look, "title_changes"):
        earlier.setdefault(row["news_item_id"], []).append(row)
    for number, row in records(look, "news_items"):
        code = drafts.said(row.get("platform_id"))
        found = _hot(code, drafts.said(names.get(code)), drafts.said(row.get("title")), row.get("url"))
        first, last = _at(day, row.get("first_crawl_time")), _at(day, row.get("last_crawl_time"))
        # Earlier titles come first, so that the first text is the first version and this one the last.
        for change in earlier.get(row["id"], ()):
            before = {**found, "title": drafts.said(change.get("old_title"))}
            drafts.as_seen(before, first)
            if before["title"]:
                yield number, before
        drafts.as_seen(found, first)
        yield (
            number,
            drafts.with_extra(
                {**found, "seen_at": drafts.stamp(last or first)},
                row,
                {"id", "title", "platform_id", "url", "created_at", "updated_at"},
                rank_history=curves.get(row["id"], [])[:500],
            ),
        )


def _feeds(look: Look, day: dt.date) -> Iterator[Row]:
    feeds = {row["id"]: row for _number, row in _optional(look, "rss_feeds")}
    for number, row in records(look, "rss_items"):
        feed = feeds.get(row.get("feed_id"), {})
        name = drafts.said(feed.get("name")) or drafts.said(row.get("feed_id"))
        link = drafts.said(row.get("url"))
        found: dict[str, Any] = {
            "native_id": drafts.said(row.get("guid")) or link or drafts.made_id(name, row.get("title")),
            "platform": name,
            "kind": "news",
            "outlet": name,
            "title": drafts.said(row.get("title")),
            "text": drafts.plain(drafts.said(row.get("summary"))),
            "url": link or None,
        }
        seen = _at(day, row.get("first_crawl_time"))
        if drafts.said(row.get("published_at")):
            # Zone-less here means UTC: the tool takes the zone off after it has turned the time into UTC.
            drafts.timed(found, row["published_at"], seen=seen, zone=dt.UTC)
        else:
            drafts.as_seen(found, seen)
        used = {"id", "title", "feed_id", "url", "guid", "published_at", "summary", "created_at", "updated_at"}
        yield number, drafts.with_extra(found, row, used, feed_url=drafts.said(feed.get("feed_url")))


def _optional(look: Look, table: str) -> Iterator[tuple[int, dict[str, Any]]]:
    return records(look, table) if table in look.tables else iter(())


def _hot(code: str, name: str, title: str, url: Any) -> dict[str, Any]:
    link = drafts.said(url)
    return {
        "native_id": f"{code}:{drafts.made_id(link or title)}",
        "platform": name or code,
        "kind": "news",
        "title": title,
        "url": link or None,
    }


def read_snapshot(look: Look, _options: Options) -> Iterator[Row]:
    """`zhihu | 知乎`, then `1. 标题 [URL:…] [MOBILE:…]`; what could not be fetched stands at the end and is no post."""
    day = _day_of(look)
    # 2026-09-14/10-30.txt: the hour stands after the last date.
    clock = _CLOCK.search(look.file.name, [found.end() for found in _DAY.finditer(look.file.name)][-1])
    seen = _at(day, clock[0]) if clock else look.file.modified
    code = name = ""
    with text_of(look) as handle:
        for number, raw in enumerate(handle, start=1):
            line = raw.strip()
            if _FAILED in line:
                return
            if not line:
                code = ""
            elif is_broken(line):
                yield Rejected(look.file.name, number, NOT_TEXT)
            elif not code:
                code, _, name = (part.strip() for part in line.partition(" | "))
            elif (ranked := _RANKED.match(line)) is None:
                yield Rejected(look.file.name, number, "应为“名次. 标题”")
            else:
                links = dict(_LINK.findall(ranked[2]))
                found = _hot(code, name, _LINK.sub("", ranked[2]).strip(), links.get("URL") or links.get("MOBILE"))
                drafts.as_seen(found, seen)
                yield number, {**found, "extra": {"rank": int(ranked[1])}}


NEWSNOW: Final = "newsnow"
_CACHE: Final = {"id", "updated", "data"}
_NAMES: Final = {
    "weibo": "微博", "zhihu": "知乎", "douyin": "抖音", "bilibili": "哔哩哔哩", "tieba": "百度贴吧",
    "baidu": "百度热搜",
    "toutiao": "今日头条", "kuaishou": "快手", "thepaper": "澎湃新闻", "ifeng": "凤凰网", "xueqiu": "雪球",
}  # fmt: skip

_FIGURE: Final = re.compile(
    r"[✰☆★]?\s*[\d.,]+\s*[万亿千wkm+]*\s*(热度|热|观看|播放|评论|点赞|赞|阅读|回答|points?|stars?|views?)?",
    re.IGNORECASE,
)


def recognises_newsnow(look: Look) -> bool:
    if look.shape == SQLITE:
        return set(look.tables.get("cache", ())) >= _CACHE
    return any("items" in item and "updatedTime" in item and "id" in item for item in look.objects)


def read_newsnow(look: Look, _options: Options) -> Iterator[Row]:
    """The number of a row is its place in the list; in the cache it is the list's."""
    if look.shape != SQLITE:
        for row in objects(look):
            if isinstance(row, Rejected):
                yield row
                continue
            _number, answer = row
            seen = drafts.moment(answer.get("updatedTime"))[0]
            yield from _items(look, drafts.said(answer.get("id")), seen, answer.get("items"), None)
        return
    for number, kept in records(look, "cache"):
        try:
            items = json.loads(kept["data"])
        except (TypeError, ValueError, RecursionError):
            yield Rejected(look.file.name, number, "data 不是完整的 JSON")
            continue
        yield from _items(look, drafts.said(kept["id"]), drafts.moment(kept["updated"])[0], items, number)


def _items(look: Look, source: str, seen: dt.datetime | None, items: Any, number: int | None) -> Iterator[Row]:
    if not isinstance(items, list):
        yield Rejected(look.file.name, number or 1, f"来源 {source} 的 items 不是列表")
        return
    for rank, item in enumerate(items, start=1):
        if not isinstance(item, dict):
            yield Rejected(look.file.name, number or rank, f"第 {rank} 项应为一个 JSON 对象 {{…}}")
        else:
            yield number or rank, _draft(source, seen, item, rank)


def _draft(source: str, seen: dt.datetime | None, item: dict[str, Any], rank: int) -> dict[str, Any]:
    link = drafts.said(item.get("url")) or drafts.said(item.get("mobileUrl"))
    given = item.get("extra")
    extra: dict[str, Any] = given if isinstance(given, dict) else {}
    title = drafts.said(item.get("title"))
    found: dict[str, Any] = {
        "native_id": f"{source}:{drafts.said(item.get('id')) or drafts.made_id(link or title)}",
        "platform": _NAMES.get(source.partition("-")[0], source),
        "kind": "news",
        "title": title,
        "text": drafts.said(extra.get("hover")),
        "url": link or None,
    }
    said_at = item.get("pubDate") or extra.get("date")
    if drafts.moment(said_at, seen=seen)[0] is not None:
        drafts.timed(found, said_at, seen=seen)
    else:
        drafts.as_seen(found, seen)
    # `info` may be "某人 · 12万观看": kept only where it is a figure.
    info = drafts.said(extra.get("info"))
    kept = {"info": info if _FIGURE.fullmatch(info) else "", "diff": drafts.harmless(extra.get("diff"))}
    used = {"id", "title", "url", "mobileUrl", "pubDate", "extra"}
    return drafts.with_extra(found, item, used, source=source, rank=rank, **kept)
