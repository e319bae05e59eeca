"""The article of a page: title, body, when it was published. Ours first, trafilatura where that finds nothing.

Why: docs/adr/0013-body-of-a-page.md.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final

from selectolax.lexbor import LexborHTMLParser

from huiying.listening import outcomes
from huiying.listening.adapters.base import ASSUMED, DAY, SEEN, STATED, Document, moment_of, one_line
from huiying.listening.adapters.html_list import looks_like_html, refuse_walls
from huiying.listening.bodies import body_of
from huiying.listening.outcomes import Failed

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
