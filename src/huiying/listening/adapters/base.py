"""What an adapter is: it recognises what it can read, and makes items of it. It never touches network or database."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any, Final, Protocol

from django.utils.functional import Promise
from selectolax.lexbor import LexborHTMLParser

from huiying.engine.post import ASSUMED_ZONE
from huiying.listening.decoding import Decoded

MOST_ITEMS: Final = 500  # of one reading, the first ones: a list is written newest first
#: No page of the web is older; an earlier date is a missing one (1970) and not believed.
FIRST_YEAR: Final = 1995
STATED, ASSUMED, SEEN, DAY = "stated", "assumed_zone", "seen", "day"

Config = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Document:
    """What was fetched, as an adapter sees it; `url` is where it finally came from."""

    url: str
    media_type: str
    decoded: Decoded
    body: bytes
    arrived_at: dt.datetime | None = None  # of a letter: when its server took it in

    @property
    def text(self) -> str:
        return self.decoded.text


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a source shows. `native_id` is unique within the source; no field names a person (INV-10): `voice`
    is for the door alone, which seals it.

    With `follow` the text stands on a page of its own, which is fetched in its turn.
    """

    native_id: str
    url: str = ""
    title: str = ""
    text: str = ""
    published_at: dt.datetime | None = None
    time_confidence: str = SEEN
    kind: str = ""
    follow: bool = False
    voice: str = field(default="", repr=False)
    metrics: Mapping[str, int] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a document holds. `at_least_minutes`: the source asks not to be looked at more often (RSS ttl)."""

    items: tuple[Item, ...]
    title: str = ""
    at_least_minutes: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """What `detect` proposes: how to read the address, and what is there now."""

    adapter: str
    config: dict[str, Any]
    reading: Reading


class Adapter(Protocol):
    """One kind of source. `polled` kinds are fetched, the others are sent to us or looked at by people."""

    @property
    def kind(self) -> str: ...

    @property
    def name(self) -> str | Promise: ...

    @property
    def polled(self) -> bool: ...

    def detect(self, document: Document) -> Found | None:
        """How this adapter would read `document`; None where it cannot."""

    def read(self, document: Document, config: Config) -> Reading:
        """The items. Raises outcomes.Failed where the document is not what it should be."""


def plain(html: str) -> str:
    """Text of a fragment of HTML: paragraphs kept as lines, scripts dropped."""
    if "<" not in html and "&" not in html:
        return _tidy(html)
    if "<" not in html:
        return _tidy(unescape(html))
    tree = LexborHTMLParser(re.sub(r"(?i)<br\s*/?>|</(p|div|li|tr|h[1-6])>", r"\g<0>\n", html[:1_000_000]))
    tree.strip_tags(["script", "style", "noscript", "template"])
    return _tidy(tree.body.text() if tree.body else "")


def _tidy(text: str) -> str:
    lines = (re.sub(r"[ \t\u00a0\u3000]+", " ", line).strip() for line in text.replace("\r", "\n").split("\n"))
    return "\n".join(line for line in lines if line)


def one_line(text: str, longest: int = 500) -> str:
    """A title: plain, on one line."""
    return " ".join(plain(text).split())[:longest]


_CHINESE_DATE: Final = re.compile(
    r"(?P<y>(?:19|20)\d\d)\s*[-/.年]\s*(?P<m>\d{1,2})\s*[-/.月]\s*(?P<d>\d{1,2})日?"
    r"(?:[ \tT]*(?P<h>\d{1,2})[:：时](?P<i>\d{2})(?:[:：分](?P<s>\d{2}))?)?"
)


def moment_of(text: str) -> tuple[dt.datetime | None, str]:
    """A date as pages write it, and how sure it is: STATED with its zone, ASSUMED without one, DAY without a time."""
    text = text.strip()
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return _written_moment(text)
    if len(text) <= 10:
        return believed(moment.replace(tzinfo=ASSUMED_ZONE), DAY)
    if moment.tzinfo is None:
        return believed(moment.replace(tzinfo=ASSUMED_ZONE), ASSUMED)
    return believed(moment, STATED)


def _written_moment(text: str) -> tuple[dt.datetime | None, str]:
    found = _CHINESE_DATE.search(text)
    if found is None:
        return None, SEEN
    y, m, d, h, i, s = (int(found[part] or 0) for part in ("y", "m", "d", "h", "i", "s"))
    try:
        moment = dt.datetime(y, m, d, h, i, s, tzinfo=ASSUMED_ZONE)
    except ValueError:
        return None, SEEN
    return believed(moment, ASSUMED if found["h"] else DAY)


def from_epoch(figure: float) -> tuple[dt.datetime | None, str]:
    """Seconds or, from 1e11 on, milliseconds since 1970."""
    try:
        return believed(dt.datetime.fromtimestamp(figure / 1000 if figure >= 1e11 else figure, dt.UTC), STATED)
    except (OverflowError, OSError, ValueError):
        return None, SEEN


def believed(moment: dt.datetime, confidence: str) -> tuple[dt.datetime | None, str]:
    """1970 and its like are a missing date. A date to come is kept: the door marks it as such."""
    if moment.year < FIRST_YEAR:
        return None, SEEN
    try:
        return moment.astimezone(dt.UTC), confidence
    except OverflowError:
        return None, SEEN
