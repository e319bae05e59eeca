"""A sitemap, plain or of news: addresses of pages with the day they changed (C5.2)."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final
from xml.etree import ElementTree

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.listening import foreign_xml, hosts, outcomes
from huiying.listening.adapters.base import MOST_ITEMS, Config, Document, Found, Item, Reading, moment_of, one_line
from huiying.listening.outcomes import Failed

_ROOT: Final = re.compile(r"<(?:\w+:)?(urlset|sitemapindex)[\s>]", re.IGNORECASE)
_LOOKED_AT: Final = 20_000
_LONG_AGO: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class Sitemap:
    kind = "sitemap"
    name = _("网站地图（sitemap）")
    polled = True

    def detect(self, document: Document) -> Found | None:
        if not _ROOT.search(document.text[:_LOOKED_AT]):
            return None
        return Found(self.kind, {}, self.read(document, {}))

    def read(self, document: Document, config: Config) -> Reading:
        """`config["contains"]`: only addresses with this in them, such as `/news/`."""
        root = _parsed(document.text)
        if _name(root) == "sitemapindex":
            children = "、".join(_child(node, "loc") for node in list(root)[:3])
            raise Failed(outcomes.WRONG_TYPE, _t("这是网站地图的目录，请改用其中一张：%(maps)s") % {"maps": children})
        wanted = str(config.get("contains") or "")
        items = [_item(node) for node in root if _name(node) == "url" and wanted in _child(node, "loc")]
        kept = [item for item in items if item.url.startswith(("http://", "https://"))]
        kept.sort(key=lambda item: item.published_at or _LONG_AGO, reverse=True)
        return Reading(tuple(kept[:MOST_ITEMS]), hosts_name(document.url))


def hosts_name(url: str) -> str:
    place = hosts.place_of(url)
    return place.platform if place else ""


def _parsed(text: str) -> ElementTree.Element:
    met = _ROOT.search(text[:_LOOKED_AT])
    if met is None:
        raise Failed(outcomes.WRONG_TYPE, text[:60])
    try:
        foreign_xml.check_text(text)
    except foreign_xml.Entities as error:
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


def _item(node: ElementTree.Element) -> Item:
    link = _child(node, "loc")
    published, confidence = moment_of(_child(node, "publication_date") or _child(node, "lastmod"))
    title = one_line(_child(node, "title"))
    return Item(hosts.native_id_of(link), link, title, "", published, confidence, "", True)
