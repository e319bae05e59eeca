"""What is not fetched: hooks of changedetection.io and Miniflux, which send, and sources that people look at."""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext_lazy as _

from huiying.listening import outcomes
from huiying.listening.adapters.base import (
    MOST_ITEMS,
    Config,
    Document,
    Found,
    Item,
    Reading,
    moment_of,
    one_line,
    plain,
)
from huiying.listening.adapters.feeds import identity
from huiying.listening.adapters.json_list import loaded
from huiying.listening.outcomes import Failed


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
