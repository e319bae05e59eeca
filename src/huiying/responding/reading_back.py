"""Fetching back what an account shows, and comparing it with what was approved: the same words are a match (C8.9).

A platform may rewrite HTML, spaces, entities and quotation marks. It may not change, leave out or put in a word.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser

from huiying.kernel import addresses
from huiying.responding.channels.base import Failed, Later
from huiying.responding.channels.speaking import call, is_web_address

LARGEST = 4 * 1024 * 1024
REDIRECTS = 3
GRAM = 4
# A page that holds less of the text than this is another page: a riddle, a notice, one that is not there yet.
READABLE = 0.3
_SILENT = ["script", "style", "noscript", "template", "head"]
_QUOTES = str.maketrans(
    {
        **dict.fromkeys("“”„‟«»＂「」『』﹁﹂", '"'),
        **dict.fromkeys("‘’‚‛＇`´", "'"),
        **dict.fromkeys("–—―−─~〜～", "-"),
        "…": "...",
    }
)
_UNSEEN = re.compile(r"[\s\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufe0e\ufe0f\ufeff]+")


@dataclass(frozen=True)
class Page:
    content: bytes
    media_type: str
    text: str


def fetch(url: str) -> Page | None:
    """The page as anybody gets it, redirects judged one by one by the guard; None where it can not be had."""
    for _hop in range(REDIRECTS + 1):
        if not is_web_address(url):
            return None
        try:
            reply = call("GET", url, sent=False, largest=LARGEST, headers={"User-Agent": "Huiying/1 (read-back)"})
        except (Failed, Later):
            return None
        if reply.status in (301, 302, 303, 307, 308):
            url = addresses.joined(url, reply.headers.get("location", ""))
            continue
        if reply.status != 200:
            return None
        media_type = reply.headers.get("content-type", "").strip()[:60] or "application/octet-stream"
        return Page(reply.body, media_type, text_of(decoded(reply.body)))
    return None


def decoded(content: bytes) -> str:
    """Strict UTF-8, else GB18030."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", "replace")


def text_of(source: str) -> str:
    """The words of a page without what no reader sees; a text that is no page stays as it is."""
    if "<" not in source and "&" not in source:
        return source
    tree = LexborHTMLParser(source)
    tree.strip_tags(_SILENT)
    return tree.body.text(deep=True) if tree.body is not None else ""


def plain(text: str) -> str:
    """The words alone: one form of each character, no white space, one kind of quotation mark."""
    return _UNSEEN.sub("", unicodedata.normalize("NFKC", text).translate(_QUOTES)).translate(_QUOTES)


def compare(approved: str, found: str) -> tuple[bool, float]:
    """Whether the approved text stands there whole and in one piece, and how much of it does."""
    ours, theirs = plain(approved), plain(found)
    if not ours:
        return False, 0.0
    if ours in theirs:
        return True, 1.0
    size = min(GRAM, len(ours))
    known = {theirs[at : at + size] for at in range(len(theirs) - size + 1)}
    grams = [ours[at : at + size] for at in range(len(ours) - size + 1)]
    share = sum(gram in known for gram in grams) / len(grams)
    return False, min(round(share, 4), 0.99)
