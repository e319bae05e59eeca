"""Whose turn it is: one request at a time for each host, never before its pause is over, the longest waiting first.

Hosts are chosen before sources, so that a host with a thousand sources takes one place in the row like any other; on
a host the source or page that has waited longest goes first. Nothing starves, no host is asked too often.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from django.db.models import Min, Q

from huiying.kernel import keyfiles, sealing
from huiying.kernel.keepable import visible
from huiying.listening import outcomes
from huiying.listening.adapters import MAILBOX
from huiying.listening.fetching import Fetched, Order
from huiying.listening.models import Source, SourceHost, SourcePage
from huiying.listening.source_check import CheckResult, Turn, allowed, box_of, crawl_delay, robots_url

DELAY: Final = 2.0  # seconds between two requests to one host
ROBOTS_KEPT: Final = dt.timedelta(hours=24)
ROBOTS_FAILED: Final = dt.timedelta(minutes=30)
#: A turn that has not come back by then died with its process; longer than any fetch may take.
LOST_AFTER: Final = dt.timedelta(seconds=120)
LONGEST_PAUSE: Final = 900.0  # seconds that a host rests after 429 or 503 without a Retry-After

Row = Source | SourcePage


def host_row(name: str, now: dt.datetime) -> SourceHost:
    """The row of a host, made when it is first met."""
    return SourceHost.objects.get_or_create(pk=name, defaults={"free_at": now, "delay_seconds": DELAY})[0]


def waiting(now: dt.datetime) -> Q:
    """Rows that are due and whose host may be asked."""
    return Q(next_action_at__lte=now, host__free_at__lte=now)


def anything_due(now: dt.datetime) -> bool:
    return (
        Source.objects.filter(waiting(now), state=Source.ACTIVE).exists()
        or SourcePage.objects.filter(waiting(now), source__state=Source.ACTIVE).exists()
    )


def choose(now: dt.datetime, limit: int) -> list[tuple[SourceHost, Row]]:
    """At most `limit` hosts, each with the row that has waited longest there."""
    firsts: dict[str, dt.datetime] = {}
    for rows in _due(now):
        for host, oldest in rows.values("host").annotate(oldest=Min("next_action_at")).values_list("host", "oldest"):
            firsts[host] = min(oldest, firsts.get(host, oldest))
    chosen = sorted(firsts, key=lambda host: (firsts[host], host))[:limit]
    best: dict[str, tuple[dt.datetime, int, int]] = {}
    for which, rows in enumerate(_due(now)):
        for host, at, pk in rows.filter(host__in=chosen).values_list("host", "next_action_at", "pk"):
            best[host] = min((at, which, pk), best.get(host, (at, which, pk)))
    sources = Source.objects.select_related("host").in_bulk([pk for _at, which, pk in best.values() if which == 0])
    pages = SourcePage.objects.select_related("host", "source").in_bulk(
        [pk for _at, which, pk in best.values() if which == 1]
    )
    found: list[tuple[SourceHost, Row]] = []
    for host in chosen:
        if host in best:
            _at, which, pk = best[host]
            row: Row = pages[pk] if which else sources[pk]
            assert row.host is not None
            found.append((row.host, row))
    return found


def _due(now: dt.datetime) -> tuple[Any, Any]:
    return (
        Source.objects.filter(waiting(now), state=Source.ACTIVE).order_by(),
        SourcePage.objects.filter(waiting(now), source__state=Source.ACTIVE).order_by(),
    )


def turn_for(host: SourceHost, row: Row, now: dt.datetime) -> Turn | CheckResult:
    """What to ask the host for now: its robots.txt first, where that is not known; or why nothing is asked at all."""
    order = order_of(row)
    fence = host.turn + 1
    what: Any = "source" if isinstance(row, Source) else "page"
    if isinstance(row, Source) and row.adapter == MAILBOX:
        return _turn_of_box(Turn(what, row.pk, host.name, fence, order, row.adapter), row)
    if needs_robots(host, now):
        return Turn("robots", row.pk, host.name, fence, Order(robots_url(order.url)))
    turn = Turn(what, row.pk, host.name, fence, order)
    nothing = Fetched(order.url, outcomes.ROBOTS)
    if not host.robots_status:
        return CheckResult(turn, nothing, host.robots or outcomes.UNREACHABLE, "robots.txt")
    if not allowed(host.robots, order.url):
        return CheckResult(turn, nothing, outcomes.ROBOTS)
    if isinstance(row, Source):
        return Turn(what, row.pk, host.name, fence, order, row.adapter, row.config, row.body_sha256)
    return turn


def _turn_of_box(turn: Turn, row: Source) -> Turn | CheckResult:
    """A mail box has an account, and no robots.txt. Without its password nobody asks it, and that is said."""
    try:
        return replace(turn, box=box_of(row))
    except (sealing.SealingError, keyfiles.KeyFileError, ValueError) as error:
        return CheckResult(turn, Fetched(turn.order.url, outcomes.BROKEN), outcomes.BROKEN, str(error)[:300])


def order_of(row: Row) -> Order:
    """The request for a row, conditional where it was fetched before."""
    if isinstance(row, Source):
        if row.hop_url:
            return Order(row.hop_url, row.etag, row.last_modified)
        return Order(row.url, row.etag, row.last_modified)
    return Order(row.url, row.etag, row.last_modified)


def needs_robots(host: SourceHost, now: dt.datetime) -> bool:
    if host.robots_at is None or host.robots_status is None:
        return True
    return now - host.robots_at >= (ROBOTS_KEPT if host.robots_status else ROBOTS_FAILED)


def occupy(host: SourceHost, now: dt.datetime) -> None:
    """The host is being asked: nobody else asks it until the answer is settled or given up for lost."""
    host.turn += 1
    host.free_at = now + LOST_AFTER


def release(host: SourceHost, looked: CheckResult, now: dt.datetime, failures: int) -> None:
    """The answer is here: the host rests for its delay, or for as long as it asked."""
    host.free_at = now + dt.timedelta(seconds=_pause(host, looked, failures))


def _pause(host: SourceHost, looked: CheckResult, failures: int) -> float:
    wait = looked.fetched.retry_after
    if looked.outcome in (outcomes.THROTTLED, outcomes.UNAVAILABLE):
        own = min(30.0 * 2.0 ** min(failures, 5), LONGEST_PAUSE)
        return max(wait if wait is not None else own, host.delay_seconds)
    return host.delay_seconds


def learn_robots(host: SourceHost, looked: CheckResult, now: dt.datetime) -> None:
    """Keep what the host's robots.txt says; where it could not be had, why (status 0)."""
    host.robots_at = now
    if looked.outcome == outcomes.ROBOTS_READ:
        host.robots_status, host.robots = looked.fetched.status or 200, visible(looked.robots)
        host.delay_seconds = crawl_delay(looked.robots, DELAY)
    else:
        host.robots_status, host.robots = 0, looked.outcome


def jittered(seconds: float, key: str) -> dt.timedelta:
    """A tenth less at most, decided by the key: a replay gives the same times, and sources spread out."""
    draw = int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big") / 2**32
    return dt.timedelta(seconds=seconds * (1.0 - 0.1 * draw))


def hosts_of(names: Iterable[str]) -> dict[str, SourceHost]:
    """Rows of hosts under lock, for the length of the caller's transaction."""
    rows = SourceHost.objects.select_for_update().filter(pk__in=set(names)).order_by("pk")
    return {row.pk: row for row in rows}
