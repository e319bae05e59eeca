"""A list page of a web site: its links lead to the articles (C5.2, C5.3). The selector is found, a person checks it."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _
from selectolax.lexbor import LexborHTMLParser, LexborNode

from huiying.kernel.addresses import joined
from huiying.listening import hosts, outcomes
from huiying.listening.adapters.base import (
    MOST_ITEMS,
    SEEN,
    Config,
    Document,
    Found,
    Item,
    Reading,
    moment_of,
    one_line,
)
from huiying.listening.outcomes import Failed

FEWEST: Final = 4  # links that look alike; fewer are a menu
TITLE_AT_LEAST: Final = 6  # characters; what is shorter leads to a section, not to an article
_DEEP: Final = 4
_CLASS: Final = re.compile(r"[A-Za-z_][\w-]*")
_CHANGING: Final = re.compile(r"\d|active|current|odd|even|first|last|hover|on$", re.IGNORECASE)
_WALL: Final = re.compile(
    r"document\.cookie\s*=|__jsl_clearance|acw_sc__v2|请开启\s*Cookie|验证码|安全验证", re.IGNORECASE
)
_WALL_CHARS: Final = 6000
_CUT: Final = re.compile(r"(\.{2,}|…+)$")


class HtmlList:
    kind = "html_list"
    name = _("网页列表")
    polled = True

    def detect(self, document: Document) -> Found | None:
        if not looks_like_html(document):
            return None
        refuse_walls(document)
        tree = LexborHTMLParser(document.text)
        best = max(_groups(tree), key=lambda group: group.score, default=None)
        if best is None:
            return None
        config = {"links": best.selector}
        return Found(self.kind, config, self.read(document, config))

    def read(self, document: Document, config: Config) -> Reading:
        if not looks_like_html(document):
            raise Failed(outcomes.WRONG_TYPE, document.media_type)
        tree = LexborHTMLParser(document.text)
        selector = str(config.get("links") or "")
        items = _items(tree, selector, document.url)
        if not items:
            refuse_walls(document)
            raise Failed(outcomes.NO_MATCH, selector[:200])
        title = tree.css_first("title")
        return Reading(tuple(items), one_line(title.text() if title else "", 100))


def looks_like_html(document: Document) -> bool:
    head = document.text[:2000].lstrip().lower()
    return head.startswith(("<!doctype html", "<html")) or "<html" in head or (
        "html" in document.media_type and "<" in head
    )  # fmt: skip


def refuse_walls(document: Document) -> None:
    """A short page that only sets a cookie or asks for a check is no content. Raises Failed."""
    if len(document.text) < _WALL_CHARS and (met := _WALL.search(document.text)):
        raise Failed(outcomes.COOKIE_WALL, met[0])


@dataclass(frozen=True, slots=True)
class _Group:
    selector: str
    score: float


def _groups(tree: LexborHTMLParser) -> list[_Group]:
    """Links in the same place of the page, as a selector each, with how much they look like a list of news."""
    by_place: dict[str, list[LexborNode]] = defaultdict(list)
    for node in tree.css("a[href]"):
        if len(_title(node)) >= TITLE_AT_LEAST and _usable(node.attributes.get("href") or ""):
            by_place[_place(node)].append(node)
    found = []
    for selector, nodes in by_place.items():
        titles = {_title(node) for node in nodes}
        if len(titles) < FEWEST:
            continue
        dated = sum(_dated(node) for node in nodes)
        length = sum(min(len(title), 40) for title in titles)
        found.append(_Group(selector, length * (2.0 if dated * 2 > len(nodes) else 1.0)))
    return found


def _place(node: LexborNode) -> str:
    """The way down to the link by names of elements and of those classes that do not change from row to row."""
    steps: list[str] = []
    here: LexborNode | None = node
    while here is not None and len(steps) < _DEEP and here.tag not in (None, "html", "body", "-undef"):
        steps.append(_step(here))
        here = here.parent
    return " > ".join(reversed(steps))


def _step(node: LexborNode) -> str:
    classes = [name for name in (node.attributes.get("class") or "").split() if _CLASS.fullmatch(name)]
    steady = [name for name in classes if not _CHANGING.search(name)]
    return f"{node.tag}.{steady[0]}" if steady else str(node.tag)


def _items(tree: LexborHTMLParser, selector: str, url: str) -> list[Item]:
    base = tree.css_first("base[href]")
    root = joined(url, (base.attributes.get("href") or "") if base else "") or url
    items: dict[str, Item] = {}
    for node in _selected(tree, selector):
        link = _absolute(root, node.attributes.get("href") or "")
        title = _title(node)
        if not link or not title or len(items) >= MOST_ITEMS:
            continue
        native_id = hosts.native_id_of(link)
        published, confidence = _date_beside(node)
        items.setdefault(native_id, Item(native_id, link, title, "", published, confidence, "", True))
    return list(items.values())


def _selected(tree: LexborHTMLParser, selector: str) -> list[LexborNode]:
    try:
        nodes = tree.css(selector) if selector else []
    except Exception as error:  # a person may have typed it
        raise Failed(outcomes.NO_MATCH, f"{selector[:150]}（{error}）") from error
    links = []
    for node in nodes:
        inner = node if node.tag == "a" else node.css_first("a[href]")
        if inner is not None:
            links.append(inner)
    return links


def _absolute(root: str, href: str) -> str:
    if not _usable(href):
        return ""
    link = joined(root, href.strip()).partition("#")[0]
    return link if urlsplit(link).scheme in ("http", "https") and urlsplit(link).hostname else ""


def _usable(href: str) -> bool:
    return bool(href.strip()) and not href.strip().lower().startswith(("javascript:", "mailto:", "tel:", "#", "data:"))


def _title(node: LexborNode) -> str:
    """What the link says; its `title` attribute where the page cut the words short."""
    shown, given = one_line(node.text(separator=" ")), one_line(node.attributes.get("title") or "")
    cut = _CUT.sub("", shown).strip()
    return given if given and (not shown or (cut != shown and given.startswith(cut[:4]))) else shown


def _dated(node: LexborNode) -> bool:
    return _date_beside(node)[0] is not None


def _date_beside(node: LexborNode) -> tuple[dt.datetime | None, str]:
    """The date that stands in the link's own row: looked for upwards until a row holds other links too."""
    here: LexborNode | None = node
    for _level in range(3):
        if here is None or len(here.css("a[href]")) > 2:
            break
        published, confidence = moment_of(here.text(separator=" ")[:2000])
        if published is not None:
            return published, confidence
        here = here.parent
    return None, SEEN
