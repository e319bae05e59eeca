"""One turn of the collector: what to fetch, and what was read of it. Runs in a thread of its own.

What a source keeps sealed, the secret of a hook or the password of a mail box, is opened here and shown nowhere.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from protego import Protego

from huiying.kernel import sealing
from huiying.listening import mailbox, outcomes
from huiying.listening.adapters import ADAPTERS, MAILBOX, Document, Item, Reading
from huiying.listening.adapters.mailbox import MEDIA_TYPE
from huiying.listening.decoding import Decoded, decode
from huiying.listening.extracting import Article, extract
from huiying.listening.fetching import AGENT, OK, UNCHANGED, Fetched, Fetcher, Limits, Order
from huiying.listening.mailbox import Box, Letter, read_box
from huiying.listening.models import Source
from huiying.listening.outcomes import Failed

SECRET: Final = "source.secret"  # noqa: S105 -- the purpose under which secrets are sealed
SINCE: Final = "since"


def secret_of(source: Source) -> str:
    """The secret of a source; "" for none."""
    return sealing.unseal(source.sealed_secret, SECRET).decode() if source.sealed_secret else ""


def box_of(source: Source) -> Box:
    """The mail box as the collector looks into it. Raises SealingError or ValueError where it can not be."""
    since = dt.date.fromisoformat(str(source.config.get(SINCE) or source.added_at.date()))
    return Box(mailbox.parse_address(source.url), secret_of(source), since, source.cursor)


What = Literal["robots", "source", "page"]
ROBOTS_BYTES: Final = 512_000
SLOWEST: Final = 60.0  # seconds between requests that a Crawl-delay may ask for; more would never come round


@dataclass(frozen=True, slots=True)
class Turn:
    """A host's turn. `fence` is the host's turn number: an answer to an older one is thrown away.

    With `box` it is a mail box that is looked into.
    """

    what: What
    pk: int
    host: str
    fence: int
    order: Order
    adapter: str = ""
    config: Mapping[str, Any] | None = None
    known_sha256: str = ""  # of the body that was read last: the same body is not read again
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What came of a turn. `outcome` is a code of `outcomes`; NOTHING stands for an unchanged page as well."""

    turn: Turn
    fetched: Fetched
    outcome: str
    detail: str = ""
    encoding: str = ""
    body_sha256: str = ""
    reading: Reading | None = None
    article: Article | None = None
    robots: str = ""
    letters: tuple[tuple[Fetched, Item], ...] = ()  # of a mail box: each is a document of its own
    cursor: str = ""
    more: bool = False

    @property
    def parts(self) -> tuple[tuple[Fetched, tuple[Item, ...]], ...]:
        """What was read, by document."""
        if self.turn.box is not None or self.reading is None:
            return tuple((fetched, (item,)) for fetched, item in self.letters)
        return ((self.fetched, self.reading.items),)

    @property
    def size(self) -> int:
        """Bytes that were read."""
        return len(self.fetched.body) + sum(len(fetched.body) for fetched, _item in self.letters)

    @property
    def collected(self) -> bool:
        return self.outcome in outcomes.COLLECTED


def look(turn: Turn, fetcher: Fetcher) -> CheckResult:
    """Fetch and read; never raises, and says what went wrong in the outcome."""
    if turn.box is not None:
        return _look_into(turn, turn.box, fetcher.limits)
    fetched = fetcher.fetch(turn.order)
    try:
        return _read(turn, fetched)
    except Failed as failed:
        return CheckResult(turn, fetched, failed.outcome, failed.detail[:300], body_sha256=_sha256(fetched))
    except Exception as error:  # one page that breaks a parser must not stop the others
        return CheckResult(turn, fetched, outcomes.BROKEN, f"{type(error).__name__}: {error}"[:300])


def _read(turn: Turn, fetched: Fetched) -> CheckResult:
    if turn.what == "robots":
        return _robots(turn, fetched)
    if fetched.outcome == UNCHANGED:
        return CheckResult(turn, fetched, outcomes.NOTHING, body_sha256=turn.known_sha256)
    if fetched.outcome != OK:
        return CheckResult(turn, fetched, fetched.outcome, fetched.detail)
    sha256 = _sha256(fetched)
    if turn.known_sha256 and sha256 == turn.known_sha256:
        return CheckResult(turn, fetched, outcomes.NOTHING, body_sha256=sha256)
    document = document_of(fetched)
    if turn.what == "page":
        article = extract(document)
        return CheckResult(turn, fetched, outcomes.NEW, "", document.decoded.encoding, sha256, article=article)
    reading = ADAPTERS[turn.adapter].read(document, turn.config or {})
    return CheckResult(turn, fetched, outcomes.NEW, "", document.decoded.encoding, sha256, reading)


def _look_into(turn: Turn, box: Box, limits: Limits) -> CheckResult:
    begun = time.monotonic()
    try:
        found = read_box(box, limits)
        letters = tuple((letter.as_fetched(), _item_of(letter)) for letter in found.letters)
    except Failed as failed:
        nothing = Fetched(turn.order.url, failed.outcome, seconds=time.monotonic() - begun)
        return CheckResult(turn, nothing, failed.outcome, failed.detail[:300])
    except Exception as error:  # its words are not repeated: a password may be among them
        return CheckResult(turn, Fetched(turn.order.url, outcomes.BROKEN), outcomes.BROKEN, type(error).__name__)
    reading = Reading(tuple(item for _fetched, item in letters)) if letters else None
    outcome = outcomes.NEW if letters else outcomes.NOTHING
    fetched = Fetched(turn.order.url, OK, seconds=time.monotonic() - begun)
    return CheckResult(turn, fetched, outcome, reading=reading, letters=letters, cursor=found.cursor, more=found.more)


def _item_of(letter: Letter) -> Item:
    document = Document(letter.url, MEDIA_TYPE, Decoded("", ""), letter.raw, letter.arrived_at)
    (item,) = ADAPTERS[MAILBOX].read(document, {}).items
    return item


def document_of(fetched: Fetched) -> Document:
    """The fetched body as adapters read it."""
    media = fetched.header("content-type")
    return Document(fetched.url, media.partition(";")[0].strip().lower(), decode(fetched.body, media), fetched.body)


def _sha256(fetched: Fetched) -> str:
    return hashlib.sha256(fetched.body).hexdigest() if fetched.body else ""


# --- robots.txt ------------------------------------------------------------------------------------------------------


def robots_url(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/robots.txt"


def _robots(turn: Turn, fetched: Fetched) -> CheckResult:
    """A host without one (4xx) or with a moved one forbids nothing; one that fails is asked again first."""
    if fetched.outcome == OK:
        text = decode(fetched.body[:ROBOTS_BYTES], fetched.header("content-type")).text
        return CheckResult(turn, fetched, outcomes.ROBOTS_READ, robots="" if "<html" in text[:500].lower() else text)
    if fetched.outcome == outcomes.MOVED or (400 <= fetched.status < 500 and fetched.status != 429):
        return CheckResult(turn, fetched, outcomes.ROBOTS_READ)
    return CheckResult(turn, fetched, fetched.outcome, fetched.detail or "robots.txt")


@functools.lru_cache(maxsize=512)
def _parsed(text: str) -> Protego:
    return Protego.parse(text)


def allowed(robots: str, url: str) -> bool:
    """Whether the host's robots.txt lets us fetch `url`."""
    return not robots or bool(_parsed(robots).can_fetch(url, AGENT))


def crawl_delay(robots: str, least: float) -> float:
    """Seconds between two requests: what the host asks for, within reason, never less than `least`."""
    asked = _parsed(robots).crawl_delay(AGENT) if robots else None
    return min(max(float(asked or 0.0), least), SLOWEST)
