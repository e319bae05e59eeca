"""2 000 sources for ten hours in front of a web that is hostile in every fourth place (issue 6, "Must hold").

No source starves, no host is asked faster than its pace, and whatever fails is named. Time is injected, the web lives
in memory.
"""

from __future__ import annotations

import datetime as dt
import gzip
import os
from collections import defaultdict
from itertools import pairwise

import httpx
import pytest

from cast import Cast
from huiying.kernel.clock import FrozenClock
from huiying.listening import outcomes, politeness, rhythm
from huiying.listening.collecting import Collector, Inline
from huiying.listening.fetching import Limits
from huiying.listening.models import Post, Source, SourceHost
from local_web import Memory, rss

#: The whole of it, two thousand sources for ten hours, takes minutes: `HUIYING_SOURCES=2000 HUIYING_HOURS=10`.
SOURCES, BIG_HOSTS = int(os.environ.get("HUIYING_SOURCES", "600")), 4
HOURS, STEP = int(os.environ.get("HUIYING_HOURS", "6")), dt.timedelta(seconds=30)
SHORTEST, LONGEST = 60, 180  # minutes between two looks
LIMITS = Limits(packed=200_000, unpacked=400_000)
BOMB = gzip.compress(b"A" * 5_000_000)

#: The last digit of a host's number says how it behaves; the others are honest.
HOSTILE = {
    0: {outcomes.THROTTLED},
    1: {outcomes.TIMEOUT},
    2: {outcomes.MALFORMED},
    3: {outcomes.BOMB},
    4: {outcomes.FORBIDDEN, outcomes.UNAVAILABLE},
}
KINDS = 20


def host_name(n: int) -> str:
    """A hundred sources on each of four big hosts, four on each of the others."""
    return f"big{n % BIG_HOSTS}.example" if n < 100 * BIG_HOSTS else f"h{(n - 100 * BIG_HOSTS) // 4}.example"


def behaviour(host: str) -> int:
    return 9 if host.startswith("big") else int(host[1:].partition(".")[0]) % KINDS


def answer(request: httpx.Request) -> httpx.Response:
    host, kind = request.url.host, behaviour(request.url.host)
    if request.url.path == "/robots.txt":
        if host.startswith("big"):
            return httpx.Response(200, content=b"User-agent: *\nCrawl-delay: 45")
        return httpx.Response(404 if kind % 2 else 200)
    if kind == 0:
        return httpx.Response(429, headers={"Retry-After": "5400"})
    if kind == 1:
        raise httpx.ReadTimeout("nothing came", request=request)
    if kind == 2:
        return httpx.Response(200, content=b"<rss><channel><item><title>")
    if kind == 3:
        return httpx.Response(200, content=BOMB, headers={"Content-Encoding": "gzip"})
    if kind == 4:
        return httpx.Response(403 if request.url.path.endswith("1") else 503)
    titles = [f"{host}{request.url.path}的公告"] if has_news(int(request.url.path[2:])) else []
    return httpx.Response(200, content=rss(*titles, site=f"http://{host}").encode())


def has_news(n: int) -> bool:
    """One source in four has something to say; the others are read and found empty."""
    return n % 4 == 0


def build(now: dt.datetime) -> None:
    names = sorted({host_name(n) for n in range(SOURCES)})
    SourceHost.objects.bulk_create([SourceHost(pk=name, free_at=now, delay_seconds=2.0) for name in names])
    Source.objects.bulk_create(
        Source(
            name=f"来源{n}", channel_class="论坛", platform=host_name(n), adapter="feed", host_id=host_name(n),
            url=f"http://{host_name(n)}/f{n}", owner_role="duty_officer", backup_role="shift_leader", added_by="测试",
            added_at=now, next_action_at=now, min_minutes=SHORTEST, max_minutes=LONGEST, interval_seconds=3600,
        )
        for n in range(SOURCES)
    )  # fmt: skip


@pytest.fixture
def asked(cast: Cast, frozen: FrozenClock) -> dict[str, list[dt.datetime]]:
    """Ten hours of it; when each host was asked."""
    times: dict[str, list[dt.datetime]] = defaultdict(list)

    def noted(request: httpx.Request) -> httpx.Response:
        times[request.url.host].append(frozen())
        return answer(request)

    build(frozen())
    collector = Collector(Inline(Memory(noted).fetcher(LIMITS)))
    until = frozen() + dt.timedelta(hours=HOURS)
    while frozen() < until:
        while politeness.anything_due(frozen()) and collector.tick():
            collector.tick()  # answers of this moment are taken in before time moves on
        frozen.advance(STEP)
    return times


def test_ten_hours_of_two_thousand_sources(asked: dict[str, list[dt.datetime]], frozen: FrozenClock) -> None:
    """C5.12, C5.16: nobody starves, no host is hurried, everything that failed says why."""
    hurried = [
        (host, later - earlier)
        for host, times in asked.items()
        for earlier, later in pairwise(times)
        if later - earlier < dt.timedelta(seconds=45 if host.startswith("big") and earlier > times[0] else 2)
    ]
    assert hurried == []
    starved, misnamed = [], []
    slack = dt.timedelta(minutes=LONGEST + 90)  # a hundred sources take 75 minutes to go round on one host
    for source in Source.objects.all():
        expected = HOSTILE.get(behaviour(str(source.host_id)))
        if expected is None:
            looks = list(source.checks.order_by("id").values_list("at", flat=True))
            gaps = [later - earlier for earlier, later in pairwise([*looks, frozen()])]
            if len(looks) < HOURS * 60 // LONGEST or max(gaps) > slack or source.failures:
                starved.append((source.name, len(looks), max(gaps, default=None), source.last_outcome))
        elif source.last_outcome not in expected or source.last_success_at is not None:
            misnamed.append((source.name, source.last_outcome))
        elif not 1 <= source.checks_made <= 12:
            starved.append((source.name, source.checks_made, None, source.last_outcome))
    assert starved == []
    assert misnamed == []
    honest = [n for n in range(SOURCES) if behaviour(host_name(n)) not in HOSTILE and has_news(n)]
    assert Post.objects.count() == len(honest), "each honest source was heard, once"
    states = {rhythm.state_of(source, frozen()).code for source in Source.objects.filter(last_success_at=None)}
    assert states == {rhythm.FAILED}
    throttled = [host for host in asked if behaviour(host) == 0 and not host.startswith("big")]
    for host in throttled:
        times = list(asked[host])[1:]
        assert all(later - earlier >= dt.timedelta(minutes=90) for earlier, later in pairwise(times)), host
