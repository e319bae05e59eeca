"""RabbitMQ: where it is, what its queues are called and how they are made. Nothing is true because it lies there."""

from __future__ import annotations

import os
from typing import Any, Final
from urllib.parse import urlsplit

URL: Final = "HUIYING_BROKER_URL"
BUREAU: Final = "HUIYING_BUREAU"
#: A silent broker is given up after this many seconds; heartbeats find a machine that is gone in twice the time.
CONNECT_SECONDS: Final = 3
ANSWER_SECONDS: Final = 10
HEARTBEAT_SECONDS: Final = 4
#: Messages that are redelivered again and again are kept: to give one up would lose what it carries (INV-1).
_KEPT: Final = {"x-queue-type": "quorum", "x-delivery-limit": -1}
_RULES_BYTES: Final = 64_000_000


class NoBroker(RuntimeError):
    """Large mode was asked for without saying where its services are."""


def url() -> str:
    """The broker's address. Raises NoBroker."""
    found = os.environ.get(URL, "").strip()
    if not found:
        raise NoBroker(f"没有设置环境变量 {URL}（例如 amqp://user:password@host:5672//）。单机请用 huiying run。")
    return found


def bureau() -> str:
    """Under which name this bureau's queues stand: HUIYING_BUREAU, else the name of its database."""
    named = os.environ.get(BUREAU, "").strip()
    return named or urlsplit(os.environ.get("HUIYING_DATABASE_URL", "")).path.strip("/") or "huiying"


def work_queue() -> str:
    return f"huiying.{bureau()}.work"


def intake_queue(hub: str) -> str:
    return f"huiying.{hub}.intake"


def posts_queue(hub: str, code: str) -> str:
    return f"huiying.{hub}.{code}.posts"


def rules_queue(hub: str, code: str) -> str:
    return f"huiying.{hub}.{code}.rules"


def kept() -> dict[str, Any]:
    """Arguments of a queue that survives machines."""
    return dict(_KEPT)


def in_order() -> dict[str, Any]:
    """Arguments of a queue of which one consumer takes at a time, while others stand by."""
    return {**_KEPT, "x-single-active-consumer": True}


def last_word() -> dict[str, Any]:
    """Arguments of a log of which every reader begins with what was said last."""
    return {
        "x-queue-type": "stream",
        "x-max-length-bytes": _RULES_BYTES,
        "x-stream-max-segment-size-bytes": _RULES_BYTES // 4,
    }


def queue(name: str, arguments: dict[str, Any]) -> Any:
    """A queue on the default exchange."""
    from kombu import Queue

    return Queue(name, routing_key=name, durable=True, queue_arguments=arguments)


def connection(address: str | None = None, *, heartbeat: int = HEARTBEAT_SECONDS) -> Any:
    """A new connection that confirms what is published. It connects when it is first used.

    Whoever takes calls `heartbeat_check` while it waits. Whoever only sends now and then has nobody to do so and does
    without: what is sent is confirmed anyway.
    """
    from kombu import Connection

    return Connection(
        address or url(),
        connect_timeout=CONNECT_SECONDS,
        heartbeat=heartbeat,
        transport_options={"confirm_publish": True, "max_retries": 0},
    )


def errors() -> tuple[type[BaseException], ...]:
    """What a connection raises when the broker is away, or went away."""
    from amqp.exceptions import AMQPError
    from kombu.exceptions import OperationalError

    return (OSError, AMQPError, OperationalError)
