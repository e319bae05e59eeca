"""RSS, Atom, RDF and JSON Feed as files, also Media Cloud's nightly list (d4, d9); OPML, read for what it proposes
to listen to (d4, C5.2); what changedetection.io and Miniflux say of pages and feeds that they watch (d5, d6).
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final
from xml.etree import ElementTree
from xml.parsers import expat

from huiying.engine.lines import Rejected
from huiying.listening import decoding, hosts
from huiying.listening.importing import drafts
from huiying.listening.importing.look import ARRAY, LINES, OBJECT, XML, Look, Unreadable, text_of
from huiying.listening.importing.rows import Options, Row, objects

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
            decoding.check_xml(block.encode("utf-8", "replace") for block in iter(lambda: handle.read(_BLOCK), ""))
        except decoding.Entities:
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
            ours: drafts.count(_first(item, theirs)) for ours, theirs in _RSSHUB.items() if _first(item, theirs)
        },
    }
    seen = look.file.modified
    written = _first(item, "pubDate", "published", "date", "updated", "modified")
    if drafts.moment(written, seen=seen)[0] is not None:
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
    name = drafts.said(feed.get("title"))
    for number, item in enumerate(feed["items"], start=1):
        if not isinstance(item, dict):
            yield Rejected(look.file.name, number, "应为一个 JSON 对象 {…}")
            continue
        link = drafts.said(item.get("url")) or drafts.said(item.get("external_url"))
        place = hosts.place_of(link) if link.startswith("http") else None
        text = drafts.said(item.get("content_text")) or drafts.plain(drafts.said(item.get("content_html")))
        found: dict[str, Any] = {
            "native_id": drafts.said(item.get("id")) or link,
            "platform": place.platform if place else name,
            "channel_class": place.channel_class if place else "",
            "outlet": name,
            "kind": "news",
            "title": drafts.said(item.get("title")),
            "text": text or drafts.said(item.get("summary")),
            "url": link or None,
        }
        if item.get("date_published"):
            drafts.timed(found, item["date_published"], seen=look.file.modified, zone=dt.UTC)
        else:
            drafts.as_seen(found, look.file.modified)
        used = {"id", "url", "external_url", "content_text", "content_html", "title", "date_published", "summary"}
        yield number, drafts.with_extra(found, item, used)


OPML: Final = "opml"
MOST: Final = 5_000
LONGEST: Final = 2_000  # characters of an address
_CHARS: Final = 16_000_000


@dataclass(frozen=True)
class Proposed:
    """A source that a list proposes. `folder` is the heading under which it stood, `file` and `line` where."""

    title: str
    url: str
    site: str
    folder: str
    file: str
    line: int

    def as_row(self) -> dict[str, Any]:
        """`{"title", "url", "site", "folder", "file", "line"}`."""
        return asdict(self)


@dataclass
class _Outline:
    """An open element. `title` is "" for what is no outline."""

    title: str = ""
    url: str = ""
    line: int = 0
    is_outline: bool = False
    has_children: bool = False


@dataclass
class _List:
    """What was read so far."""

    name: str
    sources: dict[str, Proposed] = field(default_factory=dict)
    refused: list[Rejected] = field(default_factory=list)

    def take(self, attributes: dict[str, str], outline: _Outline, folder: str) -> None:
        first = self.sources.get(outline.url)
        if not outline.url.startswith(("http://", "https://")) or len(outline.url) > LONGEST:
            self.refuse(outline.line, "订阅地址（xmlUrl）应以 http:// 或 https:// 开头，没有列入。")
        elif first is not None:
            self.refuse(outline.line, f"与第 {first.line} 行是同一个订阅地址，没有重复列入。")
        elif len(self.sources) >= MOST:
            self.refuse(outline.line, f"一份清单最多列 {MOST} 个来源。请把其余的另存为一个文件。")
        else:
            site = (attributes.get("htmlUrl") or "").strip()[:LONGEST]
            title = outline.title or outline.url
            self.sources[outline.url] = Proposed(title, outline.url, site, folder, self.name, outline.line)

    def refuse(self, line: int, reason: str) -> None:
        self.refused.append(Rejected(self.name, line, reason))


def recognises_opml(look: Look) -> bool:
    return look.shape == XML and re.search(r"<opml[\s>]", look.head[:4096], re.IGNORECASE) is not None


def read_opml(look: Look, _options: Options) -> Iterator[Row]:
    """No posts; the rows that are no sources, by line."""
    yield from sorted(_read(look).refused, key=lambda row: row.line)


def outlines(look: Look) -> list[Proposed]:
    """The sources of the list, each address once, at most 5 000. Raises Unreadable."""
    return list(_read(look).sources.values())


def _read(look: Look) -> _List:
    with text_of(look) as handle:
        text = handle.read(_CHARS)
    try:
        decoding.check_xml_text(text)
    except decoding.Entities:
        raise Unreadable("文件里定义了 XML 实体，可能是攻击，没有读。") from None
    found = _List(look.file.name)
    # The declaration names an encoding that the text has no more; its line stays, so that lines are those of the file.
    text = _DECLARED.sub(lambda declared: "\n" * declared[0].count("\n"), text)
    parser = expat.ParserCreate("utf-8")
    path: list[_Outline] = []

    def begin(tag: str, attributes: dict[str, str]) -> None:
        title = (attributes.get("title") or attributes.get("text") or "").strip()[:200]
        url = (attributes.get("xmlUrl") or attributes.get("xmlurl") or "").strip()
        outline = _Outline(title, url, parser.CurrentLineNumber, tag.lower() == "outline")
        folder = path[-1].title if path and path[-1].is_outline else ""
        if path:
            path[-1].has_children = True
        path.append(outline)
        if url:
            found.take(attributes, outline, folder)
            outline.title = folder  # what stands under a source stands in the source's own folder

    def end(_tag: str) -> None:
        outline = path.pop()
        if outline.is_outline and not outline.url and not outline.has_children:
            found.refuse(outline.line, "没有订阅地址（xmlUrl），没有列入。")

    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        raise Unreadable(f"OPML 从第 {error.lineno} 行第 {error.offset} 列起不完整。请重新导出。") from error
    return found


CHANGES: Final = "changedetection"
MINIFLUX: Final = "miniflux"
_DIFFS: Final = ("diff_added", "diff", "triggered_text", "diff_full", "current_snapshot", "diff_removed")


def recognises_changes(look: Look) -> bool:
    return any("watch_url" in item and {"diff", *_DIFFS} & set(item) for item in look.objects)


def read_changes(look: Look, _options: Options) -> Iterator[Row]:
    for row in objects(look):
        yield (row[0], _change(look, row[1])) if isinstance(row, tuple) else row


def _change(look: Look, item: Mapping[str, Any]) -> dict[str, Any]:
    url = drafts.said(item.get("watch_url"))
    text = next((said for name in _DIFFS if (said := drafts.plain(drafts.said(item.get(name))))), "")
    at, sure = drafts.moment(item.get("change_datetime"))
    place = hosts.place_of(url) if url.startswith("http") else None
    watch = drafts.said(item.get("watch_uuid")) or url
    found: dict[str, Any] = {
        # One watch speaks many times: what it says, and when, makes an id of its own.
        "native_id": f"{watch}:{drafts.made_id(drafts.stamp(at) or '', text)}" if watch else "",
        "platform": place.platform if place else "",
        "channel_class": place.channel_class if place else "",
        "kind": "page_change",
        "title": drafts.said(item.get("watch_title")),
        "text": text,
        "url": url or None,
    }
    if at is not None:
        found |= {"published_at": drafts.stamp(at), "seen_at": drafts.stamp(at), "time_confidence": sure}
    else:
        drafts.as_seen(found, look.file.modified)
    used = {"watch_url", "watch_uuid", "watch_title", "change_datetime", *_DIFFS}
    return drafts.with_extra(found, item, used, removed=drafts.plain(drafts.said(item.get("diff_removed")))[:4000])


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
    number = drafts.said(entry.get("feed_id")) or drafts.said(feed.get("id"))
    name, link, key = drafts.said(feed.get("title")), drafts.said(entry.get("url")), drafts.said(entry.get("hash"))
    place = hosts.place_of(link) if link.startswith("http") else None
    found: dict[str, Any] = {
        "native_id": f"{number}:{key}" if key else "",
        "platform": place.platform if place else name,
        "channel_class": place.channel_class if place else "",
        "outlet": name or None,
        "kind": "news",
        "title": drafts.said(entry.get("title")),
        "text": drafts.plain(drafts.said(entry.get("content"))),
        "url": link or None,
    }
    seen = drafts.moment(entry.get("changed_at") or entry.get("created_at"), zone=dt.UTC)[0] or look.file.modified
    if drafts.moment(entry.get("published_at"))[0] is not None:
        drafts.timed(found, entry["published_at"], seen=seen, zone=dt.UTC)
    else:
        drafts.as_seen(found, seen)
    used = {
        "id", "user_id", "feed_id", "status", "hash", "title", "url", "published_at", "created_at", "changed_at",
        "content", "author", "starred", "reading_time", "feed", "share_code",
    }  # fmt: skip
    return drafts.with_extra(found, entry, used)
