"""newsnow: one source's answer as JSON, or its cache database (d3). The order of the items is the rank."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from typing import Any, Final

from huiying.engine.lines import Rejected
from huiying.listening.importing import drafts, persons, values
from huiying.listening.importing.look import SQLITE, Look
from huiying.listening.importing.rows import Options, Row, objects, records

CODE: Final = "newsnow"
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


def recognises(look: Look) -> bool:
    if look.shape == SQLITE:
        return set(look.tables.get("cache", ())) >= _CACHE
    return any("items" in item and "updatedTime" in item and "id" in item for item in look.objects)


def read(look: Look, _options: Options) -> Iterator[Row]:
    """The number of a row is its place in the list; in the cache it is the list's."""
    if look.shape != SQLITE:
        for row in objects(look):
            if isinstance(row, Rejected):
                yield row
                continue
            _number, answer = row
            seen = values.moment(answer.get("updatedTime"))[0]
            yield from _items(look, values.said(answer.get("id")), seen, answer.get("items"), None)
        return
    for number, kept in records(look, "cache"):
        try:
            items = json.loads(kept["data"])
        except (TypeError, ValueError, RecursionError):
            yield Rejected(look.file.name, number, "data 不是完整的 JSON")
            continue
        yield from _items(look, values.said(kept["id"]), values.moment(kept["updated"])[0], items, number)


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
    link = values.said(item.get("url")) or values.said(item.get("mobileUrl"))
    given = item.get("extra")
    extra: dict[str, Any] = given if isinstance(given, dict) else {}
    title = values.said(item.get("title"))
    found: dict[str, Any] = {
        "native_id": f"{source}:{values.said(item.get('id')) or drafts.made_id(link or title)}",
        "platform": _NAMES.get(source.partition("-")[0], source),
        "kind": "news",
        "title": title,
        "text": values.said(extra.get("hover")),
        "url": link or None,
    }
    said_at = item.get("pubDate") or extra.get("date")
    if values.moment(said_at, seen=seen)[0] is not None:
        drafts.timed(found, said_at, seen=seen)
    else:
        drafts.as_seen(found, seen)
    # `info` may be "某人 · 12万观看": kept only where it is a figure.
    info = values.said(extra.get("info"))
    kept = {"info": info if _FIGURE.fullmatch(info) else "", "diff": persons.harmless(extra.get("diff"))}
    used = {"id", "title", "url", "mobileUrl", "pubDate", "extra"}
    return drafts.with_extra(found, item, used, source=source, rank=rank, **kept)
