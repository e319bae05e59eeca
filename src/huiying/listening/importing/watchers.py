"""What changedetection.io and Miniflux say of pages and feeds that they watch (d5, d6)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, Final

from huiying.engine.lines import Rejected
from huiying.listening import hosts
from huiying.listening.importing import drafts, values
from huiying.listening.importing.look import Look
from huiying.listening.importing.rows import Options, Row, objects

CHANGES: Final = "changedetection"
MINIFLUX: Final = "miniflux"
_DIFFS: Final = ("diff_added", "diff", "triggered_text", "diff_full", "current_snapshot", "diff_removed")


def recognises_changes(look: Look) -> bool:
    return any("watch_url" in item and {"diff", *_DIFFS} & set(item) for item in look.objects)


def read_changes(look: Look, _options: Options) -> Iterator[Row]:
    for row in objects(look):
        yield (row[0], _change(look, row[1])) if isinstance(row, tuple) else row


def _change(look: Look, item: Mapping[str, Any]) -> dict[str, Any]:
    url = values.said(item.get("watch_url"))
    text = next((said for name in _DIFFS if (said := drafts.plain(values.said(item.get(name))))), "")
    at, sure = values.moment(item.get("change_datetime"))
    place = hosts.place_of(url) if url.startswith("http") else None
    watch = values.said(item.get("watch_uuid")) or url
    found: dict[str, Any] = {
        # One watch speaks many times: what it says, and when, makes an id of its own.
        "native_id": f"{watch}:{drafts.made_id(values.stamp(at) or '', text)}" if watch else "",
        "platform": place.platform if place else "",
        "channel_class": place.channel_class if place else "",
        "kind": "page_change",
        "title": values.said(item.get("watch_title")),
        "text": text,
        "url": url or None,
    }
    if at is not None:
        found |= {"published_at": values.stamp(at), "seen_at": values.stamp(at), "time_confidence": sure}
    else:
        drafts.as_seen(found, look.file.modified)
    used = {"watch_url", "watch_uuid", "watch_title", "change_datetime", *_DIFFS}
    return drafts.with_extra(found, item, used, removed=drafts.plain(values.said(item.get("diff_removed")))[:4000])


def recognises_miniflux(look: Look) -> bool:
    return any(
        item.get("event_type") == "new_entries" or any(_is_entry(entry) for entry in _entries(item)[:1])
        for item in look.objects
    )


def _is_entry(entry: Any) -> bool:
    return isinstance(entry, dict) and {"hash", "title"} <= set(entry) and bool({"feed_id", "feed"} & set(entry))


def _entries(item: Mapping[str, Any]) -> list[Any]:
    """Those of an answer, of a webhook, or the object itself."""
    found = item.get("entries")
    return found if isinstance(found, list) else [item]


def read_miniflux(look: Look, _options: Options) -> Iterator[Row]:
    for row in objects(look):
        if not isinstance(row, tuple):
            yield row
            continue
        number, item = row
        entries = _entries(item)
        for place, entry in enumerate(entries, start=1):
            at = place if len(entries) > 1 else number
            if isinstance(entry, dict):
                yield at, _entry(look, entry, item.get("feed"))
            else:
                yield Rejected(look.file.name, at, "应为一个 JSON 对象 {…}")


def _entry(look: Look, entry: Mapping[str, Any], outer: Any) -> dict[str, Any]:
    feed = next((one for one in (entry.get("feed"), outer) if isinstance(one, dict)), {})
    number = values.said(entry.get("feed_id")) or values.said(feed.get("id"))
    name, link, key = values.said(feed.get("title")), values.said(entry.get("url")), values.said(entry.get("hash"))
    place = hosts.place_of(link) if link.startswith("http") else None
    found: dict[str, Any] = {
        "native_id": f"{number}:{key}" if key else "",
        "platform": place.platform if place else name,
        "channel_class": place.channel_class if place else "",
        "outlet": name or None,
        "kind": "news",
        "title": values.said(entry.get("title")),
        "text": drafts.plain(values.said(entry.get("content"))),
        "url": link or None,
    }
    seen = values.moment(entry.get("changed_at") or entry.get("created_at"), zone=dt.UTC)[0] or look.file.modified
    if values.moment(entry.get("published_at"))[0] is not None:
        drafts.timed(found, entry["published_at"], seen=seen, zone=dt.UTC)
    else:
        drafts.as_seen(found, seen)
    used = {
        "id", "user_id", "feed_id", "status", "hash", "title", "url", "published_at", "created_at", "changed_at",
        "content", "author", "starred", "reading_time", "feed", "share_code",
    }  # fmt: skip
    return drafts.with_extra(found, entry, used)
