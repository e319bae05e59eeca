"""JSON over HTTP with a mapping (C5.2), newsnow's hot lists (C5.5), and what is not fetched: hooks, and sources
people look at.

A path names keys with dots, `data.list`; a number picks from an array. The mapping is guessed by the names that such
interfaces use, and a person corrects it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from huiying.engine.post import METRICS
from huiying.kernel.addresses import joined
from huiying.listening import outcomes
from huiying.listening.adapters.base import (
    MOST_ITEMS,
    SEEN,
    Config,
    Document,
    Found,
    Item,
    Reading,
    from_epoch,
    moment_of,
    one_line,
    plain,
)
from huiying.listening.adapters.feeds import identity
from huiying.listening.outcomes import Failed

#: Field of an item → names that interfaces give it, the likeliest first.
GUESSES: Final[dict[str, tuple[str, ...]]] = {
    "id": ("id", "guid", "aid", "docid", "news_id", "newsid", "article_id", "uuid", "code"),
    "title": ("title", "subject", "headline", "name", "word", "bt"),
    "text": ("content", "text", "body", "summary", "description", "desc", "abstract", "digest", "zw"),
    "url": ("url", "link", "href", "source_url", "weburl", "docurl", "linkurl"),
    "time": ("publish_time", "published_at", "pubdate", "publishtime", "pub_time", "date", "ctime", "create_time",
             "created_at", "time", "docreltime", "infodate", "fbsj"),
    "reads": ("reads", "read_count", "views", "hits", "click", "clicks"),
    "comments": ("comments", "comment_count", "reply_count", "replies"),
    "likes": ("likes", "like_count", "digg_count"),
    "shares": ("shares", "share_count"),
    "reposts": ("reposts", "repost_count", "forward_count"),
}  # fmt: skip
_DEEP: Final = 5


class JsonList:
    kind = "json"
    name = _("JSON 接口")
    polled = True

    def detect(self, document: Document) -> Found | None:
        try:
            data = loaded(document)
        except Failed:
            return None
        best = max(_lists(data, "", 0), key=lambda found: (found[2], found[1]), default=None)
        if best is None:
            return None
        config = {"items": best[0], **_guess(_at(data, best[0]))}
        if "title" not in config and "text" not in config:
            return None
        return Found(self.kind, config, self.read(document, config))

    def read(self, document: Document, config: Config) -> Reading:
        data = loaded(document)
        rows = _at(data, str(config.get("items") or ""))
        if not isinstance(rows, list):
            raise Failed(outcomes.NO_MATCH, str(config.get("items") or "")[:200])
        items = [_item(row, config, document.url) for row in rows[:MOST_ITEMS] if isinstance(row, dict)]
        kept = tuple(item for item in items if item.title or item.text)
        if rows and not kept:
            raise Failed(outcomes.NO_MATCH, ", ".join(f"{key}={value}" for key, value in config.items())[:200])
        return Reading(kept)


def loaded(document: Document) -> Any:
    """The JSON of a document. Raises Failed: not JSON at all, or broken."""
    text = document.text.strip()
    if not text.startswith(("{", "[")):
        raise Failed(outcomes.WRONG_TYPE, document.media_type or text[:60])
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Failed(outcomes.MALFORMED, str(error)[:200]) from None


def _at(data: Any, path: str) -> Any:
    for step in filter(None, path.split(".")):
        if isinstance(data, dict):
            data = data.get(step)
        elif isinstance(data, list) and step.isdecimal() and len(step) < 7 and int(step) < len(data):
            data = data[int(step)]
        else:
            return None
    return data


def _lists(data: Any, path: str, depth: int) -> Iterator[tuple[str, int, int]]:
    """Lists of objects: path, length, how many of our fields their rows have."""
    if depth > _DEEP:
        return
    if isinstance(data, list) and data and isinstance(data[0], dict):
        yield path, len(data), len(_guess(data))
    children: Iterator[tuple[str, Any]] = iter(())
    if isinstance(data, dict):
        children = iter((str(key), value) for key, value in data.items() if "." not in str(key))
    elif isinstance(data, list):
        children = iter((str(index), value) for index, value in enumerate(data[:3]))
    for key, value in children:
        yield from _lists(value, f"{path}.{key}" if path else key, depth + 1)


def _guess(rows: Any) -> dict[str, str]:
    row = rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], dict) else {}
    plain_keys = {str(key).lower(): str(key) for key, value in row.items() if not isinstance(value, dict | list)}
    return {
        wanted: plain_keys[name]
        for wanted, names in GUESSES.items()
        if (name := next((name for name in names if name in plain_keys), None)) is not None
    }


def _item(row: dict[str, Any], config: Config, url: str) -> Item:
    def told(field: str) -> Any:
        return _at(row, str(config.get(field) or "")) if config.get(field) else None

    link = joined(url, str(told("url"))) if told("url") else ""
    title = one_line(str(told("title") or ""))
    text = plain(str(told("text") or ""))
    published, confidence = _moment(told("time"))
    metrics = {name: figure for name in METRICS if (figure := _figure(told(name))) is not None}
    given = str(told("id") if told("id") is not None else "")
    native_id = given[:200] or identity(link, "", title or text[:100])
    return Item(native_id, link, title, text if text != title else "", published, confidence, metrics=metrics)


def _moment(value: Any) -> tuple[dt.datetime | None, str]:
    if isinstance(value, bool) or value is None:
        return None, SEEN
    if isinstance(value, int | float):
        return from_epoch(float(value))
    text = str(value).strip()
    return from_epoch(float(text)) if text.isascii() and text.isdigit() and len(text) in (10, 13) else moment_of(text)


def _figure(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 12:
        value = int(value)
    return value if isinstance(value, int) and 0 <= value < 10**12 else None


class NewsNow:
    kind = "newsnow"
    name = _("热榜（newsnow）")
    polled = True

    def detect(self, document: Document) -> Found | None:
        try:
            data = loaded(document)
        except Failed:
            return None
        if not _is_newsnow(data):
            return None
        return Found(self.kind, {}, self.read(document, {}))

    def read(self, document: Document, config: Config) -> Reading:
        data = loaded(document)
        if not _is_newsnow(data):
            raise Failed(outcomes.WRONG_TYPE, document.text[:60])
        rows = [row for row in data["items"][:MOST_ITEMS] if isinstance(row, dict) and row.get("title")]
        return Reading(
            tuple(_ranked_item(row, rank) for rank, row in enumerate(rows, start=1)), str(data.get("id") or "")[:100]
        )


def _is_newsnow(data: Any) -> bool:
    return (
        isinstance(data, dict)
        and data.get("status") in ("success", "cache")
        and isinstance(data.get("items"), list)
        and "updatedTime" in data
    )


def _ranked_item(row: dict[str, Any], rank: int) -> Item:
    given_more = row.get("extra")
    more: dict[str, Any] = given_more if isinstance(given_more, dict) else {}
    title, hover = one_line(str(row["title"])), plain(str(more.get("hover") or ""))
    link = str(row.get("url") or row.get("mobileUrl") or "")
    given = row.get("pubDate") or more.get("date")
    if isinstance(given, int | float) and not isinstance(given, bool):
        published, confidence = from_epoch(float(given))
    else:
        published, confidence = moment_of(str(given)) if given else (None, SEEN)
    shown = {"rank": rank, "info": str(more.get("info") or "")[:100]}
    return Item(
        str(row.get("id") or link or title)[:200], link, title, hover if hover != title else "", published, confidence,
        extra={key: value for key, value in shown.items() if value},
    )  # fmt: skip


class ByHand:
    """No programme reads it; a person does, and says what was there (C5.4, C5.6, C5.7)."""

    kind = "by_hand"
    name = _("人工查看")
    polled = False

    def detect(self, document: Document) -> Found | None:
        return None

    def read(self, document: Document, config: Config) -> Reading:
        raise Failed(outcomes.WRONG_TYPE, self.kind)


class ChangeDetection:
    """A notification of changedetection.io: what was added to a page that it watches."""

    kind = "changedetection"
    name = _("网页变动推送（changedetection.io）")
    polled = False

    def detect(self, document: Document) -> Found | None:
        return None

    def read(self, document: Document, config: Config) -> Reading:
        data = loaded(document)
        if not isinstance(data, dict):
            raise Failed(outcomes.WRONG_TYPE, document.text[:60])
        told = _unwrapped(data)
        added = plain(str(told.get("diff_added") or told.get("diff") or told.get("message") or ""))
        link = str(told.get("watch_url") or "")
        if not added or not link.startswith(("http://", "https://")):
            raise Failed(outcomes.NO_MATCH, "watch_url, diff_added")
        published, confidence = moment_of(str(told.get("change_datetime") or ""))
        title = one_line(str(told.get("watch_title") or told.get("title") or ""))
        native_id = f"watch:{told.get('watch_uuid') or identity(link, '', '')}"[:200]
        item = Item(native_id, link, title, added, published, confidence, kind="page_change")
        return Reading((item,), title[:100])


class Miniflux:
    """The hook `new_entries` of a Miniflux; an entry is known by its feed and hash."""

    kind = "miniflux"
    name = _("订阅推送（Miniflux）")
    polled = False

    def detect(self, document: Document) -> Found | None:
        return None

    def read(self, document: Document, config: Config) -> Reading:
        data = loaded(document)
        if not isinstance(data, dict) or not isinstance(data.get("entries"), list):
            raise Failed(outcomes.WRONG_TYPE, document.text[:60])
        feed = data.get("feed") if isinstance(data.get("feed"), dict) else {}
        rows = [row for row in data["entries"][:MOST_ITEMS] if isinstance(row, dict)]
        items = tuple(item for row in rows if (item := _entry(row, feed or {})) is not None)
        return Reading(items, one_line(str((feed or {}).get("title") or ""), 100))


def _unwrapped(data: dict[str, Any]) -> dict[str, Any]:
    """The notification's own fields; apprise's `json://` puts the body, as JSON text or an object, under `message`."""
    inner = data.get("message")
    if isinstance(inner, str) and inner.lstrip().startswith("{"):
        try:
            found = json.loads(inner)
        except (ValueError, RecursionError):
            return data
        return found if isinstance(found, dict) else data
    return inner if isinstance(inner, dict) else data


def _entry(row: dict[str, Any], feed: dict[str, Any]) -> Item | None:
    title, text = one_line(str(row.get("title") or "")), plain(str(row.get("content") or ""))
    if not title and not text:
        return None
    link = str(row.get("url") or "")
    published, confidence = moment_of(str(row.get("published_at") or ""))
    feed_id = row.get("feed_id") or feed.get("id") or ""
    given = f"{feed_id}:{row.get('hash')}" if row.get("hash") else ""
    return Item(identity(link, given, title)[:200], link, title, text, published, confidence)
