"""RSS, Atom, RDF and JSON Feed as files, also RSSHub's and Media Cloud's nightly list (d4, d9)."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator
from typing import Any, Final
from xml.etree import ElementTree

from huiying.engine.lines import Rejected
from huiying.listening import foreign_xml, hosts
from huiying.listening.importing import drafts, values
from huiying.listening.importing.look import ARRAY, LINES, OBJECT, XML, Look, Unreadable, text_of
from huiying.listening.importing.rows import Options, Row

CODE: Final = "feed"
JSON_FEED: Final = "jsonfeed"
MEDIA_CLOUD: Final = "mediacloud"
_ROOT: Final = re.compile(r"<(?:\w+:)?(rss|feed|RDF)[\s>]")
_DECLARED: Final = re.compile(r"\A\s*<\?xml[^>]*\?>")
_BLOCK: Final = 1 << 16
_ITEMS: Final = frozenset({"item", "entry"})


def recognises(look: Look) -> bool:
    return look.shape == XML and _ROOT.search(look.head[:4096]) is not None and not recognises_media_cloud(look)


def recognises_media_cloud(look: Look) -> bool:
    return (look.shape == XML and "mcFeedId" in look.head) or "mcMediaId" in look.head


def recognises_json(look: Look) -> bool:
    if look.shape not in (OBJECT, LINES, ARRAY) or not look.objects:
        return False
    first = look.objects[0]
    return "jsonfeed.org" in str(first.get("version", "")) and isinstance(first.get("items"), list)


def read(look: Look, _options: Options) -> Iterator[Row]:
    """The number of a row is the item's place in the feed."""
    number = 0
    channel: dict[str, str] = {}
    try:
        for number, (about, item) in enumerate(_elements(look), start=1):
            channel = about
            yield number, _draft(look, channel, item)
    except ElementTree.ParseError as error:
        # What was read stands; a feed that is not well-formed is read on by the reader that forgives.
        found = list(_forgiving(look))
        if len(found) <= number:
            line, column = error.position
            reason = f"从文件第 {line} 行第 {column} 列起不是完整的 XML：后面的都没有读"
            yield Rejected(look.file.name, number + 1, reason)
        for place, item in enumerate(found[number:], start=number + 1):
            yield place, _draft(look, channel, item)


Element = dict[str, list[tuple[str, dict[str, str]]]]


def _elements(look: Look) -> Iterator[tuple[dict[str, str], Element]]:
    """Each item as its children by local name, with what the channel said before it. One item is held at a time."""
    parser: Any = ElementTree.XMLPullParser(("start", "end"))
    channel: dict[str, str] = {}
    path: list[ElementTree.Element] = []
    for block in _blocks(look):
        parser.feed(block)
        for event, node in parser.read_events():
            if event == "start":
                path.append(node)
                continue
            path.pop()
            name = _local(node.tag)
            if name in _ITEMS:
                yield channel, _children(node)
                node.clear()
                if path:
                    path[-1].remove(node)
            elif path and _local(path[-1].tag) in ("channel", "feed") and node.text:
                channel.setdefault(name, node.text.strip()[:500])
    parser.close()


def _blocks(look: Look) -> Iterator[bytes]:
    """The text again as UTF-8 and without its declaration, so that a wrong one does no harm. Entities are refused."""
    with text_of(look) as handle:
        try:
            foreign_xml.check(block.encode("utf-8", "replace") for block in iter(lambda: handle.read(_BLOCK), ""))
        except foreign_xml.Entities:
            raise Unreadable("文件里定义了 XML 实体，可能是攻击，没有读。请从来源重新下载。") from None
    with text_of(look) as handle:
        first = handle.read(_BLOCK)
        first = _DECLARED.sub("", first)
        while first:
            yield first.encode("utf-8", "replace")
            first = handle.read(_BLOCK)


def _local(tag: Any) -> str:
    return str(tag).rpartition("}")[2]


def _children(node: ElementTree.Element) -> Element:
    found: Element = {}
    for child in node:
        name = _local(child.tag)
        if name in ("author", "creator", "contributor"):  # never even read on (INV-10)
            continue
        text = "".join(child.itertext()).strip() if len(child) else (child.text or "").strip()
        found.setdefault(name, []).append((text, dict(child.attrib)))
    return found


def _forgiving(look: Look) -> Iterator[Element]:
    import feedparser

    with text_of(look) as handle:
        raw = _DECLARED.sub("", handle.read()).encode("utf-8", "replace")
    for entry in feedparser.parse(
        io.BytesIO(raw), response_headers={"content-type": "text/xml; charset=utf-8"}
    ).entries:
        pairs = {
            "title": entry.get("title"), "link": entry.get("link"), "guid": entry.get("id"),
            "description": entry.get("summary"), "pubDate": entry.get("published") or entry.get("updated"),
        }  # fmt: skip
        yield {name: [(str(text), {})] for name, text in pairs.items() if text}


def _first(item: Element, *names: str) -> str:
    return next((text for name in names for text, _attributes in item.get(name, ()) if text), "")


def _link(item: Element) -> str:
    alternates = [at for _text, at in item.get("link", ()) if at.get("rel", "alternate") == "alternate"]
    return _first(item, "link") or next((at["href"] for at in alternates if at.get("href")), "")


def _draft(look: Look, channel: dict[str, str], item: Element) -> dict[str, Any]:
    link = _link(item)
    source = item.get("source", [("", {})])[0]
    name = channel.get("title") or source[0]
    place = hosts.place_of(link) if link.startswith("http") else None
    title = drafts.plain(_first(item, "title"))
    text = drafts.plain(max((_first(item, key) for key in ("encoded", "content", "description", "summary")), key=len))
    found: dict[str, Any] = {
        "native_id": _first(item, "guid", "id") or link or drafts.made_id(title, text),
        "platform": place.platform if place else name,
        "channel_class": place.channel_class if place else "",
        "outlet": name,
        "outlet_tier": place.tier if place else None,
        "kind": "news",
        "title": title,
        # Media Cloud's list may hold links only: the link is then all that is known, and it is kept.
        "text": text if title or text else link,
        "url": link or None,
        "metrics": {
            ours: values.count(_first(item, theirs)) for ours, theirs in _RSSHUB.items() if _first(item, theirs)
        },
    }
    seen = look.file.modified
    written = _first(item, "pubDate", "published", "date", "updated", "modified")
    if values.moment(written, seen=seen)[0] is not None:
        drafts.timed(found, written, seen=seen, zone=dt.UTC)
    else:
        drafts.as_seen(found, seen)
    extra: dict[str, Any] = {"categories": [text for text, _at in item.get("category", ()) if text][:20]}
    if source[1]:
        extra["source_ids"] = {key: value for key, value in source[1].items() if key.startswith("mc")}
    if "RSSHub" in channel.get("generator", ""):
        extra["generator"] = "RSSHub"
    return drafts.with_extra(found, {}, (), **extra)


_RSSHUB: Final = {"likes": "upvotes", "comments": "comments"}


def read_json(look: Look, _options: Options) -> Iterator[Row]:
    feed = look.objects[0]
    name = values.said(feed.get("title"))
    for number, item in enumerate(feed["items"], start=1):
        if not isinstance(item, dict):
            yield Rejected(look.file.name, number, "应为一个 JSON 对象 {…}")
            continue
        link = values.said(item.get("url")) or values.said(item.get("external_url"))
        place = hosts.place_of(link) if link.startswith("http") else None
        text = values.said(item.get("content_text")) or drafts.plain(values.said(item.get("content_html")))
        found: dict[str, Any] = {
            "native_id": values.said(item.get("id")) or link,
            "platform": place.platform if place else name,
            "channel_class": place.channel_class if place else "",
            "outlet": name,
            "kind": "news",
            "title": values.said(item.get("title")),
            "text": text or values.said(item.get("summary")),
            "url": link or None,
        }
        if item.get("date_published"):
            drafts.timed(found, item["date_published"], seen=look.file.modified, zone=dt.UTC)
        else:
            drafts.as_seen(found, look.file.modified)
        used = {"id", "url", "external_url", "content_text", "content_html", "title", "date_published", "summary"}
        yield number, drafts.with_extra(found, item, used)
