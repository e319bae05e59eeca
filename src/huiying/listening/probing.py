"""A look at an address before it becomes a source (which adapter reads it, what would come), and `huiying source
check`.

Both go the collector's own way, without waiting for the loop （五）C5.2.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext as _

from huiying.kernel import clock
from huiying.ledger.actions import Actor
from huiying.listening import hosts, mailbox, outcomes
from huiying.listening.actions.sources import look_now
from huiying.listening.adapters import ADAPTERS, Document, Found, detect
from huiying.listening.collecting import Collector, Inline
from huiying.listening.fetching import OK, Fetcher, Limits, Order
from huiying.listening.mailbox import Box, Seen, try_box
from huiying.listening.models import Source
from huiying.listening.outcomes import Failed
from huiying.listening.source_check import allowed, document_of, robots_url
from huiying.people.errors import Refused

#: A person waits for the answer.
LIMITS: Final = Limits(seconds=12.0, idle=6.0, packed=6_000_000, unpacked=12_000_000)
MOST_HOPS: Final = 4


@dataclass(frozen=True)
class Probe:
    """What was found at `url`, to where redirects led: the proposal, and the channel that the host is known as."""

    url: str
    found: Found
    encoding: str
    platform: str
    channel_class: str


def probe(
    url: str, adapter: str = "", config: Mapping[str, Any] | None = None, fetcher: Fetcher | None = None
) -> Probe:
    """Fetch `url` once and propose how to read it; with `adapter` read it that way. Raises Refused, in words.

    robots.txt is respected: what may not be fetched later is not fetched now.
    """
    if settings.DEMO:
        raise Refused(_("演示中不访问任何外部网址。"), code="demo")
    document = _fetched(url.strip(), fetcher or Fetcher(limits=LIMITS))
    try:
        if adapter:
            told = dict(config or {})
            found: Found | None = Found(adapter, told, ADAPTERS[adapter].read(document, told))
        else:
            found = detect(document)
    except Failed as failed:
        raise _refusal(failed.outcome, failed.detail) from failed
    if found is None:
        raise Refused(
            _("打开了这个网址，但认不出是订阅源、网站地图、接口还是网页列表。可以登记为“人工查看”。"), code="unknown"
        )
    place = hosts.place_of(document.url)
    return Probe(
        document.url,
        found,
        document.decoded.encoding,
        place.platform if place else "",
        place.channel_class if place else "",
    )


def probe_box(url: str, password: str, since: dt.date, limits: Limits = LIMITS) -> Seen:
    """Whether a mail box can be read, and how much of it would be; nothing is read yet. Raises Refused, in words."""
    if settings.DEMO:
        raise Refused(_("演示中不访问任何外部网址。"), code="demo")
    try:
        return try_box(Box(mailbox.parse_address(url), password, since), limits)
    except mailbox.WrongAddress as error:
        raise Refused(str(error), code="address") from error
    except Failed as failed:
        raise _refusal(failed.outcome, failed.detail) from failed


def _fetched(url: str, fetcher: Fetcher) -> Document:
    for _hop in range(MOST_HOPS):
        _respect_robots(url, fetcher)
        answer = fetcher.fetch(Order(url))
        if answer.outcome == OK:
            return document_of(answer)
        if answer.outcome != outcomes.MOVED:
            raise _refusal(answer.outcome, answer.detail)
        url = answer.moved_to
    raise _refusal(outcomes.REDIRECTS, url)


def _respect_robots(url: str, fetcher: Fetcher) -> None:
    answer = fetcher.fetch(Order(robots_url(url)))
    if answer.outcome in (outcomes.REFUSED, outcomes.UNREACHABLE):
        raise _refusal(answer.outcome, answer.detail)
    text = document_of(answer).text if answer.outcome == OK else ""
    if "<html" not in text[:500].lower() and not allowed(text, url):
        raise _refusal(outcomes.ROBOTS, "")


def _refusal(outcome: str, detail: str) -> Refused:
    words = str(outcomes.WORDS.get(outcome, outcome))
    said = _("没有采到：%(why)s（%(detail)s）。") if detail else _("没有采到：%(why)s。")
    return Refused(said % {"why": words, "detail": detail}, code=outcome)


PATIENCE: Final = 60.0  # seconds for all, beside the fetches themselves: hosts have their pauses


def check_now(ids: Sequence[int], fetcher: Fetcher | None = None, patience: float = PATIENCE) -> list[Source]:
    """Look at these sources, or at all that the system fetches; returns them as they are now.

    Raises LookupError with the first id that is no active source. Hosts keep their pace, so a host with many sources
    may not be through when the patience ends; what is left the loop does.
    """
    rows = Source.objects.filter(state=Source.ACTIVE).order_by("pk")
    known = {source.pk: source for source in rows}
    for pk in ids:
        if pk not in known:
            raise LookupError(pk)
    wanted = [known[pk] for pk in ids] if ids else list(known.values())
    polled = [source.pk for source in wanted if ADAPTERS[source.adapter].polled]
    for pk in polled:
        look_now(known[pk], Actor.SYSTEM)
    begun, until = clock.now(), time.monotonic() + patience
    collector = Collector(Inline(fetcher or Fetcher()))
    while time.monotonic() < until and _waiting(polled, begun):
        if not collector.tick():
            time.sleep(0.2)
    collector.tick()
    return list(Source.objects.select_related("owner", "backup").filter(pk__in=[s.pk for s in wanted]).order_by("pk"))


def _waiting(polled: Sequence[int], begun: object) -> bool:
    """Whether one of them has not been looked at since."""
    looked = Source.objects.filter(pk__in=polled, last_checked_at__gte=begun).count()
    return looked < len(polled)
