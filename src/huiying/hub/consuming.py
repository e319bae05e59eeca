"""The processes that take from the broker: a screener, and a bureau's stream. Both outlive the broker.

A screener asks all bureaus' rules in one pass and sends each its part. Any number may run: a part bears the batch's
number, be it empty, and a batch is let go only when every part was confirmed. In a stream one batch is one transaction:
what comes twice is behind the number reached, what comes early waits in a row, so no order of messages, no crash and no
second consumer changes what the tables hold.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from django.db import transaction

from huiying.engine.union import Union, Watcher
from huiying.hub import broker, cards, feeding, signs
from huiying.hub.hubfile import Bureau, Hub
from huiying.hub.models import Batch
from huiying.judging import pipeline, reading
from huiying.kernel import clock
from huiying.ledger.actions import Actor
from huiying.listening.actions import receive
from huiying.work.models import Counter
from huiying.work.rows import locked

UNKNOWN: Final = Watcher(None)

_log = logging.getLogger(__name__)

Send = Callable[[str, bytes], None]


class Screening:
    """The union of the bureaus' cards, and what becomes of a batch. Knows no broker: `send` has a queue and a body."""

    def __init__(self, hub: Hub, secret: bytes) -> None:
        self._hub = hub
        self._secret = secret
        self._union = Union({one.code: UNKNOWN for one in hub.bureaus})

    def hear(self, code: str, body: bytes | memoryview) -> None:
        """A bureau's new card takes the place of its old one. One that cannot be read changes nothing."""
        try:
            made = cards.watcher(broker.opened(body, self._secret))
        except (broker.Unreadable, ValueError, KeyError, TypeError):
            _log.exception("the card of %s cannot be read; its last one stays", code)
            return
        self._union = Union({**self._union.watchers, code: made})

    def is_known(self, code: str) -> bool:
        return self._union.watchers[code].screener is not None

    def parts(self, batch: broker.Batch) -> Mapping[str, list[dict[str, Any]]]:
        """Each bureau's rows of the batch, in its order. What concerns nobody is kept by the bureau `rest`."""
        found: dict[str, list[dict[str, Any]]] = {one.code: [] for one in self._hub.bureaus}
        for row, post in zip(batch.rows, batch.posts(), strict=True):
            concerned = self._union.concerned(post)
            if not concerned:
                concerned = [self._hub.rest]
            for code in concerned:
                found[code].append(row)
        return found

    def work(self, body: bytes | memoryview, send: Send) -> None:
        """Screen one batch and send every bureau its part. Raises what `send` raises."""
        batch = broker.open_(body, self._secret)
        parts = self.parts(batch)
        for bureau in self._hub.bureaus:
            if batch.number >= bureau.begins:
                part = broker.seal(batch.part(parts[bureau.code]), self._secret)
                send(broker.posts_queue(self._hub.name, bureau.code), part)


TAKEN: Final = "hub:taken"


class Stream:
    """Takes one bureau's messages. `begins` is the first batch that the bureau takes part in."""

    def __init__(self, secret: bytes, begins: int = 1) -> None:
        self._secret = secret
        self._begins = begins

    def take(self, body: bytes | memoryview) -> int:
        """What came: now, if it is its turn, and then what waited for it; later, if not; never, if it was taken before.

        Returns how many batches were taken. After it returns the message may be forgotten.
        """
        batch = broker.open_(body, self._secret)
        taken = self._one(batch, body)
        while taken and self._waiting():
            taken += 1
        return taken

    def _one(self, batch: broker.Batch, body: bytes | memoryview) -> int:
        with transaction.atomic():
            place = self._place()
            if batch.number <= place.value:
                return 0
            if batch.number > place.value + 1:
                Batch.objects.get_or_create(
                    way=Batch.CAME, number=batch.number, defaults={"body": bytes(body), "at": clock.now()}
                )
                return 0
            self._work(batch, place)
            return 1

    def _waiting(self) -> bool:
        with transaction.atomic():
            place = self._place()
            Batch.objects.filter(way=Batch.CAME, number__lte=place.value).delete()
            row = Batch.objects.filter(way=Batch.CAME, number=place.value + 1).first()
            if row is None:
                return False
            self._work(broker.open_(row.body, self._secret), place)
            row.delete()
            return True

    def _place(self) -> Counter:
        """How far the bureau has come, locked: two consumers that both believe to be the active one go one by one."""
        return locked(Counter, TAKEN, value=self._begins - 1)

    def _work(self, batch: broker.Batch, place: Counter) -> None:
        posts = batch.posts()
        if posts:
            receive(posts, how=batch.how, actor=Actor.SYSTEM, batch=f"hub-{batch.number}", judging=reading.AtOnce())
            while pipeline.judge_pending().screened:
                pass
        place.value = batch.number
        place.save(update_fields=["value"])


def taken() -> int:
    """The number of the last batch that this bureau has taken."""
    return Counter.objects.filter(pk=TAKEN).values_list("value", flat=True).first() or 0


WAIT_SECONDS: Final = 1.0
#: How long a new screener listens for cards before it begins; whose card did not come is sent everything.
CARDS_SECONDS: Final = 5.0
_STREAM_PREFETCH: Final = 16
_SCREENER_PREFETCH: Final = 2
_CARDS_PREFETCH: Final = 100


Take = Callable[[Any], None]


def drain(connection: Any, seconds: float = WAIT_SECONDS) -> bool:
    """Let what came be taken; False where nothing came in time."""
    try:
        connection.drain_events(timeout=seconds)
    except TimeoutError:
        return False
    finally:
        if connection.connected:
            connection.heartbeat_check()
    return True


def go_on(stop: threading.Event, once: Callable[[], None], wait: float = WAIT_SECONDS) -> None:
    """Run `once` again and again until told: it ends by an error where the broker or the database went away.

    Raises Unreadable: a process with another key than its hub's must not go on taking messages.
    """
    from django.db import close_old_connections

    while not stop.is_set():
        try:
            once()
        except broker.Unreadable:
            raise
        except broker.errors() as error:
            _log.warning("the broker went away, trying again: %s", error)
        except Exception:
            _log.exception("a batch could not be taken and stays in its queue")
        if not stop.is_set():
            close_old_connections()
            stop.wait(wait)


def stream(hub: Hub, bureau: Bureau, stop: threading.Event) -> None:
    """Take the bureau's posts in their order, or stand by while another process does."""
    from huiying.judging import engines

    engines.use_in_process()
    taker = Stream(broker.key(hub.key), bureau.begins)
    queue = broker.queue(broker.posts_queue(hub.name, bureau.code), broker.in_order())

    def take(message: Any) -> None:
        taker.take(message.body)
        message.ack()

    def once() -> None:
        # The engine is warm before the first post comes, and whoever stands by keeps it so: taking over is quick.
        engines.engine().catch_up()
        warm()
        with (
            broker.connection(hub.broker) as connection,
            connection.Consumer([queue], on_message=take, prefetch_count=_STREAM_PREFETCH, accept=None),
        ):
            signs.beat(signs.name(signs.STREAM))
            while not stop.is_set():
                if not drain(connection):
                    engines.engine().catch_up()
                    signs.beat(signs.name(signs.STREAM))

    go_on(stop, once)


def warm() -> None:
    """Load what only the first post would load: model and compiled kernels, by posts that go nowhere."""
    from huiying.engine.facade import POSTS, warm_stream
    from huiying.judging import engines

    engines.engine().screen(POSTS)
    warm_stream()


def screener(hub: Hub, stop: threading.Event) -> None:
    """Screen batches for all bureaus."""
    work = Screening(hub, broker.key(hub.key))
    names = {broker.rules_queue(hub.name, one.code): one.code for one in hub.bureaus}

    def hear(message: Any) -> None:
        work.hear(names[message.delivery_info["routing_key"]], message.body)
        message.ack()

    def once() -> None:
        sender = feeding.Sender(hub.broker)

        def take(message: Any) -> None:
            work.work(message.body, lambda name, body: sender(name, broker.in_order(), body))
            message.ack()

        try:
            with broker.connection(hub.broker) as connection, _cards(connection, list(names), hear):
                _listen_for_cards(connection, hub, work, stop)
                intake = broker.queue(broker.intake_queue(hub.name), broker.kept())
                channel = connection.channel()
                with connection.Consumer(
                    [intake], channel=channel, on_message=take, prefetch_count=_SCREENER_PREFETCH, accept=None
                ):
                    while not stop.is_set():
                        drain(connection)
        finally:
            sender.close()

    go_on(stop, once)


def _cards(connection: Any, names: list[str], hear: Take) -> Any:
    from kombu import Queue

    queues = [
        Queue(
            name,
            routing_key=name,
            durable=True,
            queue_arguments=broker.last_word(),
            consumer_arguments={"x-stream-offset": "last"},
        )
        for name in names
    ]
    return connection.Consumer(queues, on_message=hear, prefetch_count=_CARDS_PREFETCH, accept=None)


def _listen_for_cards(connection: Any, hub: Hub, work: Screening, stop: threading.Event) -> None:
    until = time.monotonic() + CARDS_SECONDS
    while time.monotonic() < until and not stop.is_set():
        if all(work.is_known(one.code) for one in hub.bureaus):
            return
        drain(connection, 0.2)
