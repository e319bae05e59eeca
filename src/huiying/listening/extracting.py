"""The article of a page: title, body, when it was published. Ours first, trafilatura where that finds nothing.

The body is found by the weight of its sentences: punctuation and length speak for it, links against it. Why:
docs/adr/0013-body-of-a-page.md.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from huiying.listening import outcomes
from huiying.listening.adapters.base import ASSUMED, DAY, SEEN, STATED, Document, moment_of, one_line
from huiying.listening.adapters.html_list import looks_like_html, refuse_walls
from huiying.listening.outcomes import Failed

_NOISE: Final = [
    "script", "style", "noscript", "template", "nav", "header", "footer", "aside", "form", "iframe", "button",
    "select", "svg",
]  # fmt: skip
_NOISY: Final = re.compile(
    r"comment|recommend|related|share|footer|copyright|breadcrumb|sidebar|hot-?(?:news|list)|qrcode|toolbar|login",
    re.IGNORECASE,
)
_HOLDS: Final = "p, pre, td, div, section, article, li, span, blockquote"
_SELF: Final = frozenset({"div", "td", "section", "article"})
_STOPS: Final = re.compile(r"[，。！？；：、“”…,.!?;]")
_SHORTEST: Final = 12
_MOSTLY_LINKS: Final = 0.5


def body_of(html: str) -> str:
    """Text of the article, a line a paragraph; "" where nothing looks like one."""
    tree = LexborHTMLParser(html)
    tree.strip_tags(_NOISE)
    if tree.body is None:
        return ""
    best = _heaviest(tree.body)
    return _lines(best) if best is not None else ""


def _heaviest(body: LexborNode) -> LexborNode | None:
    weights: dict[int, float] = {}
    nodes: dict[int, LexborNode] = {}
    for node in body.css(_HOLDS):
        text = node.text(deep=False).strip()
        if len(text) < _SHORTEST:
            continue
        weight = len(_STOPS.findall(text)) + len(text) / 40
        steps = [(node, weight)] if node.tag in _SELF else []
        # An inline element speaks for the paragraph that holds it.
        outer = node.parent.parent if node.tag == "span" and node.parent is not None else node.parent
        steps += [(outer, weight)] if outer is not None else []
        further = outer.parent if outer is not None else None
        steps += [(further, weight / 2)] if further is not None else []
        for holder, share in steps:
            weights[holder.mem_id] = weights.get(holder.mem_id, 0.0) + share
            nodes[holder.mem_id] = holder
    best, most = None, 0.0
    for key, weight in weights.items():
        worth = weight * (1.0 - _link_share(nodes[key])) * (0.3 if _is_noisy(nodes[key]) else 1.0)
        if worth > most:
            best, most = nodes[key], worth
    return best


def _link_share(node: LexborNode) -> float:
    whole = len("".join(node.text().split()))
    linked = sum(len("".join(link.text().split())) for link in node.css("a"))
    return min(linked / whole, 1.0) if whole else 1.0


def _is_noisy(node: LexborNode) -> bool:
    return _NOISY.search(f"{node.attributes.get('class') or ''} {node.attributes.get('id') or ''}") is not None


def _lines(node: LexborNode) -> str:
    for block in node.css("div, ul, ol, table, section, dl, p"):
        if block.mem_id != node.mem_id and _is_aside(block):
            block.decompose()
    for block in node.css("p, div, br, li, tr, h1, h2, h3, h4, section, blockquote"):
        block.insert_before("\n")
        block.insert_after("\n")
    lines = (" ".join(line.split()) for line in node.text().split("\n"))
    return "\n".join(line for line in lines if line)


def _is_aside(block: LexborNode) -> bool:
    """A list of links or a box that is named as something else, without sentences of its own."""
    text = block.text().strip()
    if block.tag != "p" and _is_noisy(block):
        return len(_STOPS.findall(text)) < 10 or _link_share(block) > _MOSTLY_LINKS / 2
    return bool(text) and block.tag != "p" and _link_share(block) > _MOSTLY_LINKS and len(block.css("a")) > 1


_META_TIMES: Final = (
    "article:published_time", "og:published_time", "publishdate", "pubdate", "publish_time", "og:release_date",
    "datepublished", "firstpublishedtime", "apub:time", "weibo:article:create_at", "dateupdate",
)  # fmt: skip
_NEAR, _BESIDE, _FAR = 1500, 200, 20_000  # characters of visible text
_DAY: Final = re.compile(r"(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}")
_SITE_TAIL: Final = re.compile(r"\s*[-_|—–·]\s*[^-_|—–·]{1,20}$")
_FULL_TIME: Final = re.compile(
    r"(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}日?[ \tT\u00a0]*\d{1,2}[:：]\d{2}(?:[:：]\d{2})?"
)


@dataclass(frozen=True, slots=True)
class Article:
    """`time_confidence` as in `adapters.base`; an empty text means that no body was found."""

    title: str
    text: str
    published_at: dt.datetime | None
    time_confidence: str


def extract(document: Document) -> Article:
    """Read one page. Raises outcomes.Failed for what is no page, or only a wall in front of one."""
    if not looks_like_html(document):
        raise Failed(outcomes.WRONG_TYPE, document.media_type or document.text[:60])
    refuse_walls(document)
    tree = LexborHTMLParser(document.text)
    tree.strip_tags(["script", "style", "noscript", "template"])
    title = _title(tree)
    text = body_of(document.text)
    published, confidence = _published(tree, title)
    if not text or published is None:
        other = _second_opinion(document)
        text = text or other[0]
        published, confidence = (published, confidence) if published else other[1]
    return Article(title, text, published, confidence)


def _second_opinion(document: Document) -> tuple[str, tuple[dt.datetime | None, str]]:
    """Body and day as trafilatura sees them."""
    import trafilatura  # takes half a second, which no command that fetches nothing should pay

    found = trafilatura.bare_extraction(document.text, url=document.url, include_comments=False, with_metadata=True)
    moment, _confidence = moment_of(str(getattr(found, "date", "") or ""))
    return str(getattr(found, "text", "") or "").strip(), (moment, DAY) if moment is not None else (None, SEEN)


def _meta(tree: LexborHTMLParser) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in tree.css("meta[content]"):
        attributes = node.attributes
        name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop") or ""
        found.setdefault(name.lower(), (attributes.get("content") or "").strip())
    return found


def _title(tree: LexborHTMLParser) -> str:
    """The heading that stands in the page's own title too; failing that the page's title without the site's name."""
    node = tree.css_first("title")
    whole = one_line(node.text() if node else "")
    headings = [one_line(heading.text()) for heading in tree.css("h1, h2")]
    own = [heading for heading in headings if len(heading) >= 4 and heading in whole]
    if own:
        return max(own, key=len)
    given = one_line(_meta(tree).get("og:title", ""))
    if given:
        return given
    return _SITE_TAIL.sub("", whole).rstrip(" -_|") or whole


def _published(tree: LexborHTMLParser, title: str) -> tuple[dt.datetime | None, str]:
    """The time that the page states about itself; else the first one after its title, a full one before a mere day.

    A list of other news beside the article has times too: what stands nearest after the title is the article's own.
    """
    meta = _meta(tree)
    stated = [moment_of(meta[name]) for name in _META_TIMES if meta.get(name)]
    for wanted in (STATED, ASSUMED):
        for moment, confidence in stated:
            if moment is not None and confidence == wanted:
                return moment, confidence
    body = tree.body.text(separator=" ") if tree.body else ""
    start = body.find(title[:20]) if title else -1
    near = body[start + len(title) : start + _NEAR] if start >= 0 else ""
    for written in (_first_date(near), _FULL_TIME.search(body[:_FAR])):
        moment, confidence = moment_of(written[0]) if written else (None, SEEN)
        if moment is not None:
            return moment, confidence
    return next(((moment, DAY) for moment, _confidence in stated if moment is not None), (None, SEEN))


def _first_date(near: str) -> re.Match[str] | None:
    """The first date after the title: a mere day counts where it stands beside it, before any full time."""
    full, day = _FULL_TIME.search(near), _DAY.search(near[:_BESIDE])
    return day if day is not None and (full is None or day.start() < full.start()) else full
