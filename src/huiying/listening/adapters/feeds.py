"""RSS, Atom, RDF and JSON Feed, RSSHub's among them, and sitemaps, plain or of news (C5.2). fastfeedparser reads the
feeds, feedparser what it cannot.
"""

from __future__ import annotations

import calendar
import datetime as dt
import io
import json
import re
from typing import Any, Final
from xml.etree import ElementTree

import fastfeedparser
import feedparser
from django.utils.translation import gettext as _t, gettext_lazy as _

from huiying.engine.post import ASSUMED_ZONE
from huiying.listening import decoding, hosts, outcomes
from huiying.listening.adapters.base import (
    ASSUMED,
    MOST_ITEMS,
    SEEN,
    STATED,
    Config,
    Document,
    Found,
    Item,
    Reading,
    believed,
    moment_of,
    one_line,
    plain,
)
from huiying.listening.outcomes import Failed

_ROOT: Final = re.compile(r"<(rss|feed|rdf:RDF|RDF)[\s>]", re.IGNORECASE)
_ENTITY: Final = re.compile(r"<!ENTITY", re.IGNORECASE)
_DATE: Final = re.compile(
    r"<(?:\w+:)?(?:pubDate|date|published|updated|modified|issued|created)\b[^>]*>\s*(?:<!\[CDATA\[)?\s*([^<\]]{6,60})",
    re.IGNORECASE,
)
_ZONE: Final = re.compile(r"(?:Z|GMT|UTC?|[ECMP][SD]T|[+-]\d\d:?\d\d|[A-Z]{3,4})\s*$")
_TTL: Final = re.compile(r"<ttl>\s*(\d{1,6})\s*</ttl>", re.IGNORECASE)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
LOOKED_AT: Final = 20_000


class Feeds:
    kind = "feed"
    name = _("订阅源（RSS、Atom、JSON Feed）")
    polled = True

    def detect(self, document: Document) -> Found | None:
        if not (_is_xml_feed(document.text) or _json_feed(document.text)):
            return None
        return Found(self.kind, {}, self.read(document, {}))

    def read(self, document: Document, config: Config) -> Reading:
        if (feed := _json_feed(document.text)) is not None:
            return _of_json(feed)
        text = document.text
        if _ENTITY.search(text[:LOOKED_AT]):
            raise Failed(outcomes.ENTITIES, "<!ENTITY>")
        if not _is_xml_feed(text):
            raise Failed(outcomes.WRONG_TYPE, document.media_type or text[:60])
        try:
            decoding.check_xml_text(text)
        except decoding.Entities as error:
            raise Failed(outcomes.ENTITIES, str(error)) from error
        parsed = _parsed(text)
        zoneless = _zoneless(text)
        ttl = _TTL.search(text[:LOOKED_AT])
        items = [_item(entry, zoneless) for entry in parsed["entries"][:MOST_ITEMS]]
        told = tuple(item for item in items if item.title or item.text)
        if items and not told:
            raise Failed(outcomes.MALFORMED, text[-60:])  # cut off before the first word: that is not nothing new
        return Reading(told, one_line(parsed["title"], 100), int(ttl[1]) if ttl else 0)


def _is_xml_feed(text: str) -> bool:
    return _ROOT.search(text[:LOOKED_AT]) is not None and "<html" not in text[:2000].lower()


def _parsed(text: str) -> dict[str, Any]:
    """Title and entries. The text is decoded already, so its declaration is replaced: parsers know fewer encodings."""
    clean = _CONTROL.sub("", re.sub(r"^\s*<\?xml[^>]*\?>", "", text, count=1))
    body = b'<?xml version="1.0" encoding="utf-8"?>' + clean.encode("utf-8", "replace")
    try:
        fast = fastfeedparser.parse(body, include_media=False, include_enclosures=False, include_tags=False)
        entries, title = list(fast.entries), fast.feed.get("title") or ""
    except Exception:  # it raises whatever its XML library does; the tolerant one decides what is unreadable
        entries, title = [], ""
    if not entries and re.search(r"<(item|entry)[\s>]", clean, re.IGNORECASE):
        slow = feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
        entries, title = list(slow.entries), slow.feed.get("title") or ""
        if not entries:
            raise Failed(outcomes.MALFORMED, str(slow.get("bozo_exception") or "")[:200])
    elif not entries and not re.search(r"</(rss|feed|rdf)", clean[-2000:], re.IGNORECASE):
        raise Failed(outcomes.MALFORMED, clean[-60:])
    return {"entries": entries, "title": title}


def _zoneless(text: str) -> bool:
    """Whether the feed writes its times without a zone: it does so with all of them or with none."""
    dates = [found.strip() for found in _DATE.findall(text[:200_000])]
    return bool(dates) and sum(_ZONE.search(date) is None for date in dates) * 2 > len(dates)


def _item(entry: Any, zoneless: bool) -> Item:
    link = str(entry.get("link") or "").strip()
    title = one_line(str(entry.get("title") or ""))
    text = plain(_content(entry))
    published, confidence = _published(entry, zoneless)
    return Item(
        native_id=identity(link, str(entry.get("id") or ""), title),
        url=link if link.startswith(("http://", "https://")) else "",
        title=title,
        text=text if text != title else "",
        published_at=published,
        time_confidence=confidence,
    )


def identity(link: str, given: str, title: str) -> str:
    """The page's own id where it has an address; the feed's id for it otherwise."""
    if link.startswith(("http://", "https://")):
        return hosts.native_id_of(link)
    return given.strip() or title


def _content(entry: Any) -> str:
    longest = str(entry.get("summary") or entry.get("description") or "")
    for part in entry.get("content") or ():
        value = str(part.get("value") or "")
        longest = value if len(value) > len(longest) else longest
    return longest


def _published(entry: Any, zoneless: bool) -> tuple[dt.datetime | None, str]:
    given = entry.get("published") or entry.get("updated")
    parsed = entry.get("published_parsed") or entry.get("updated_parsed")
    try:
        moment = (
            dt.datetime.fromtimestamp(calendar.timegm(parsed), dt.UTC)
            if parsed
            else dt.datetime.fromisoformat(str(given))
        )
    except (TypeError, ValueError, OverflowError, OSError):
        return None, SEEN
    if zoneless:
        return believed(moment.replace(tzinfo=ASSUMED_ZONE), ASSUMED)
    return believed(moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC), STATED)


def _json_feed(text: str) -> dict[str, Any] | None:
    head = text[:LOOKED_AT].lstrip()
    if not head.startswith("{") or "jsonfeed.org/version/" not in text:
        return None
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError):
        raise Failed(outcomes.MALFORMED, "JSON") from None
    return feed if isinstance(feed, dict) and isinstance(feed.get("items"), list) else None


def _of_json(feed: dict[str, Any]) -> Reading:
    items = [_of_json_item(item) for item in feed["items"][:MOST_ITEMS] if isinstance(item, dict)]
    return Reading(tuple(items), one_line(str(feed.get("title") or ""), 100))


def _of_json_item(item: dict[str, Any]) -> Item:
    link, title = str(item.get("url") or ""), one_line(str(item.get("title") or ""))
    text = str(item.get("content_text") or "") or plain(str(item.get("content_html") or item.get("summary") or ""))
    published, confidence = moment_of(str(item.get("date_published") or item.get("date_modified") or ""))
    return Item(
        identity(link, str(item.get("id") or ""), title),
        link if link.startswith(("http://", "https://")) else "",
        title,
        text,
        published,
        confidence,
    )


_SITEMAP_ROOT: Final = re.compile(r"<(?:\w+:)?(urlset|sitemapindex)[\s>]", re.IGNORECASE)
_LOOKED_AT: Final = 20_000
_LONG_AGO: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class Sitemap:
    kind = "sitemap"
    name = _("网站地图（sitemap）")
    polled = True

    def detect(self, document: Document) -> Found | None:
        if not _SITEMAP_ROOT.search(document.text[:_LOOKED_AT]):
            return None
        return Found(self.kind, {}, self.read(document, {}))

    def read(self, document: Document, config: Config) -> Reading:
        """`config["contains"]`: only addresses with this in them, such as `/news/`."""
        root = _parsed_sitemap(document.text)
        if _name(root) == "sitemapindex":
            children = "、".join(_child(node, "loc") for node in list(root)[:3])
            raise Failed(outcomes.WRONG_TYPE, _t("这是网站地图的目录，请改用其中一张：%(maps)s") % {"maps": children})
        wanted = str(config.get("contains") or "")
        items = [_item_of_page(node) for node in root if _name(node) == "url" and wanted in _child(node, "loc")]
        kept = [item for item in items if item.url.startswith(("http://", "https://"))]
        kept.sort(key=lambda item: item.published_at or _LONG_AGO, reverse=True)
        return Reading(tuple(kept[:MOST_ITEMS]), hosts_name(document.url))


def hosts_name(url: str) -> str:
    place = hosts.place_of(url)
    return place.platform if place else ""


def _parsed_sitemap(text: str) -> ElementTree.Element:
    met = _SITEMAP_ROOT.search(text[:_LOOKED_AT])
    if met is None:
        raise Failed(outcomes.WRONG_TYPE, text[:60])
    try:
        decoding.check_xml_text(text)
    except decoding.Entities as error:
        raise Failed(outcomes.ENTITIES, str(error)) from error
    body = re.sub(r"^\s*<\?xml[^>]*\?>", "", text, count=1).encode("utf-8", "replace")
    try:
        return ElementTree.fromstring(body)  # noqa: S314 -- a document that defines entities was refused above
    except ElementTree.ParseError as error:
        raise Failed(outcomes.MALFORMED, str(error)[:200]) from error


def _name(node: ElementTree.Element) -> str:
    return node.tag.rpartition("}")[2].lower() if isinstance(node.tag, str) else ""


def _child(node: ElementTree.Element, *names: str) -> str:
    """Text of the first descendant with one of the names."""
    for below in node.iter():
        if _name(below) in names:
            return (below.text or "").strip()
    return ""


def _item_of_page(node: ElementTree.Element) -> Item:
    link = _child(node, "loc")
    published, confidence = moment_of(_child(node, "publication_date") or _child(node, "lastmod"))
    title = one_line(_child(node, "title"))
    return Item(hosts.native_id_of(link), link, title, "", published, confidence, "", True)
