"""TrendRadar: its databases of hot lists and of feeds, and its snapshots as text (d2).

Crawl times are `HH:MM`; the day stands in the file's name, or for a snapshot in that of its folder.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any, Final

from huiying.engine.lines import Rejected
from huiying.listening.importing import drafts, values
from huiying.listening.importing.look import CSV, SQLITE, TEXT, Look, Unreadable, is_broken, text_of
from huiying.listening.importing.rows import NOT_TEXT, Options, Row, records

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
    text = values.said(clock)
    found = _CLOCK.fullmatch(text)
    if found is None:
        return values.moment(text)[0]
    try:
        return dt.datetime.combine(day, dt.time(int(found[1]), int(found[2])), values.CHINA).astimezone(dt.UTC)
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
        code = values.said(row.get("platform_id"))
        found = _hot(code, values.said(names.get(code)), values.said(row.get("title")), row.get("url"))
        first, last = _at(day, row.get("first_crawl_time")), _at(day, row.get("last_crawl_time"))
        # Earlier titles come first, so that the first text is the first version and this one the last.
        for change in earlier.get(row["id"], ()):
            before = {**found, "title": values.said(change.get("old_title"))}
            drafts.as_seen(before, first)
            if before["title"]:
                yield number, before
        drafts.as_seen(found, first)
        yield (
            number,
            drafts.with_extra(
                {**found, "seen_at": values.stamp(last or first)},
                row,
                {"id", "title", "platform_id", "url", "created_at", "updated_at"},
                rank_history=curves.get(row["id"], [])[:500],
            ),
        )


def _feeds(look: Look, day: dt.date) -> Iterator[Row]:
    feeds = {row["id"]: row for _number, row in _optional(look, "rss_feeds")}
    for number, row in records(look, "rss_items"):
        feed = feeds.get(row.get("feed_id"), {})
        name = values.said(feed.get("name")) or values.said(row.get("feed_id"))
        link = values.said(row.get("url"))
        found: dict[str, Any] = {
            "native_id": values.said(row.get("guid")) or link or drafts.made_id(name, row.get("title")),
            "platform": name,
            "kind": "news",
            "outlet": name,
            "title": values.said(row.get("title")),
            "text": drafts.plain(values.said(row.get("summary"))),
            "url": link or None,
        }
        seen = _at(day, row.get("first_crawl_time"))
        if values.said(row.get("published_at")):
            # Zone-less here means UTC: the tool takes the zone off after it has turned the time into UTC.
            drafts.timed(found, row["published_at"], seen=seen, zone=dt.UTC)
        else:
            drafts.as_seen(found, seen)
        used = {"id", "title", "feed_id", "url", "guid", "published_at", "summary", "created_at", "updated_at"}
        yield number, drafts.with_extra(found, row, used, feed_url=values.said(feed.get("feed_url")))


def _optional(look: Look, table: str) -> Iterator[tuple[int, dict[str, Any]]]:
    return records(look, table) if table in look.tables else iter(())


def _hot(code: str, name: str, title: str, url: Any) -> dict[str, Any]:
    link = values.said(url)
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
