"""What the loop does for the hub, where this bureau is one of a hub's: its card, and the batches that it feeds."""

from __future__ import annotations

import datetime as dt
import logging
import os
import time
from functools import lru_cache
from pathlib import Path
from typing import Final

from huiying.hub import broker, cards, feeding, signs
from huiying.hub.hubfile import Bureau, Hub, load
from huiying.hub.models import Batch
from huiying.kernel import clock
from huiying.work.auditor import Finding, auditor
from huiying.work.schedule import every, poller

HUB: Final = "HUIYING_HUB"
LATE: Final = dt.timedelta(minutes=5)
_LOOK_EVERY: Final = 1.0  # seconds between two looks whether the card changed
_REST: Final = 1.0  # seconds after the broker failed

_log = logging.getLogger(__name__)


def hub() -> Hub | None:
    """The hub that this process is part of."""
    path = os.environ.get(HUB, "")
    return _loaded(path, Path(path).stat().st_mtime_ns) if path and Path(path).is_file() else None


@lru_cache(maxsize=4)
def _loaded(path: str, _stamp: int) -> Hub:
    return load(path)


def own(found: Hub) -> Bureau | None:
    """Which of its bureaus this is."""
    return found.bureau(os.environ.get(broker.BUREAU, "").removeprefix(f"{found.name}."))


class _Desk:
    """What the loop's process remembers: its connection, the card that was told last, until when the broker rests."""

    def __init__(self) -> None:
        self.sender: feeding.Sender | None = None
        self.told = ""
        self.look_at = 0.0
        self.rests_until = 0.0

    def send(self, found: Hub, name: str, arguments: dict[str, object], body: bytes) -> None:
        if self.sender is None:
            self.sender = feeding.Sender(found.broker)
        try:
            self.sender(name, arguments, body)
        except broker.errors() as error:
            _log.warning("the broker is away, what is to be sent waits: %s", error)
            self.rests_until = time.monotonic() + _REST
            raise

    def is_resting(self) -> bool:
        return time.monotonic() < self.rests_until


_desk = _Desk()


def _has_something_to_send(_now: dt.datetime) -> bool:
    return hub() is not None and not _desk.is_resting() and feeding.waits()


@poller("hub.feed", due=_has_something_to_send, transactional=False)
def feed(_now: dt.datetime, _limit: int) -> int:
    """Send batches that wait to the screeners."""
    found = hub()
    assert found is not None
    name = broker.intake_queue(found.name)
    try:
        return feeding.send_waiting(lambda body: _desk.send(found, name, broker.kept(), body))
    except broker.errors():
        return 0


def _may_have_changed(_now: dt.datetime) -> bool:
    if hub() is None or _desk.is_resting() or time.monotonic() < _desk.look_at:
        return False
    _desk.look_at = time.monotonic() + _LOOK_EVERY
    return cards.mark() != _desk.told


@poller("hub.card", due=_may_have_changed, transactional=False)
def tell(_now: dt.datetime, _limit: int) -> int:
    """Say what the screeners have to know of this bureau, once after each change and after each start of a loop."""
    found = hub()
    assert found is not None
    bureau = own(found)
    if bureau is None:
        return 0
    mark = cards.mark()
    body = broker.sealed(cards.card(), broker.key(found.key))
    try:
        _desk.send(found, broker.rules_queue(found.name, bureau.code), broker.last_word(), body)
    except broker.errors():
        return 0
    _desk.told = mark
    return 1


@every("hub.forget", 3600)
def forget() -> int:
    return feeding.forget_sent() + signs.forget_the_dead()


@auditor("hub")
def the_hub_flows() -> list[Finding]:
    """Batches that could not be sent, and those that wait for one before them which does not come."""
    before = clock.now() - LATE
    waiting = Batch.objects.filter(sent_at__isnull=True, at__lt=before)
    found = []
    if (unsent := waiting.filter(way=Batch.SENT)).exists():
        found.append(
            Finding(
                "hub.unsent",
                "error",
                f"有 {unsent.count()} 批信息 5 分钟内没有送到消息服务（RabbitMQ），它们仍在本库等待；请检查该服务",
                f"{unsent.count()} batches wait for the message broker; they are kept here. Check the broker.",
            )
        )
    if (first := waiting.filter(way=Batch.CAME).order_by("number").first()) is not None:
        found.append(
            Finding(
                "hub.gap",
                "error",
                f"第 {first.number} 批信息已到，它之前的一批 5 分钟内没有到；请在馈送单位运行 huiying hub resend",
                f"Batch {first.number} came and one before it did not; run `huiying hub resend` at the feeding bureau.",
            )
        )
    return found
