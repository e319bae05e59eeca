"""Sources of the suite's own, and a collector whose web lives in memory."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import httpx

from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.actions import Actor
from huiying.listening import politeness
from huiying.listening.actions.sources import Added, SourceData, add_source
from huiying.listening.collecting import Collector, Inline
from huiying.listening.fetching import host_of
from huiying.listening.models import Source, SourcePage
from local_web import Memory, pages

ROLES = {"owner_role": "duty_officer", "backup_role": "shift_leader"}


def told(url: str = "http://93.184.216.34/feed", **more: Any) -> SourceData:
    return SourceData(
        **({"name": "本地新闻", "channel_class": "门户网站", "adapter": "feed", "url": url} | ROLES | more)
    )


def feed(url: str = "http://news.example/feed", **more: Any) -> Source:
    """A source as `add_source` leaves it, without asking a name server for its address."""
    fields: dict[str, Any] = {
        "name": "本地新闻", "channel_class": "门户网站", "platform": "本地新闻网", "adapter": "feed", "url": url,
        "kind": "news", "owner_role": "duty_officer", "backup_role": "shift_leader", "added_by": "测试",
        "added_at": clock.now(), "next_action_at": clock.now(), "host": politeness.host_row(host_of(url), clock.now()),
    }  # fmt: skip
    return Source.objects.create(**(fields | more))


def added(source: SourceData) -> Added:
    return add_source(source, Actor.SYSTEM)


class World:
    """A web in memory with a collector in front of it; time moves by `run`."""

    def __init__(self, frozen: FrozenClock, found: dict[str, Any] | Callable[[httpx.Request], httpx.Response]) -> None:
        self.frozen = frozen
        self.memory = Memory(found if callable(found) else pages(found))
        self.collector = Collector(Inline(self.memory.fetcher()))

    @property
    def asked(self) -> list[str]:
        return self.memory.asked

    def run(self, length: dt.timedelta, step: dt.timedelta = dt.timedelta(seconds=5)) -> None:
        """Tick until `length` has passed, moving to the next moment at which anything is due."""
        until = self.frozen() + length
        while True:
            while self.collector.tick():
                pass
            moment = self._next()
            if moment is None or moment > until:
                break
            self.frozen.set(max(moment, self.frozen() + step))
        self.frozen.set(max(until, self.frozen()))

    def _next(self) -> dt.datetime | None:
        moments = ("next_action_at", "host__free_at")
        rows = [
            *Source.objects.filter(next_action_at__isnull=False, state=Source.ACTIVE).values_list(*moments),
            *SourcePage.objects.filter(next_action_at__isnull=False).values_list(*moments),
        ]
        return min((max(row) for row in rows), default=None)


def minutes(n: float) -> dt.timedelta:
    return dt.timedelta(minutes=n)
