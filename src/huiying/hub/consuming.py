"""The processes that take from the broker: a screener, and a bureau's stream. Both outlive the broker."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Final

from huiying.hub import broker, feeding, messages, signs
from huiying.hub.hubfile import Bureau, Hub
from huiying.hub.screening import Screening
from huiying.hub.streaming import Stream

WAIT_SECONDS: Final = 1.0
#: How long a new screener listens for cards before it begins; whose card did not come is sent everything.
CARDS_SECONDS: Final = 5.0
_STREAM_PREFETCH: Final = 16
_SCREENER_PREFETCH: Final = 2
_CARDS_PREFETCH: Final = 100

_log = logging.getLogger(__name__)

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
        except messages.Unreadable:
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
    taker = Stream(messages.key(hub.key), bureau.begins)
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
    from huiying.engine.warming import POSTS, warm_stream
    from huiying.judging import engines

    engines.engine().screen(POSTS)
    warm_stream()


def screener(hub: Hub, stop: threading.Event) -> None:
    """Screen batches for all bureaus."""
    work = Screening(hub, messages.key(hub.key))
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
