"""RabbitMQ: where it is, its queues, and what lies there: batches of posts, sealed with the hub's key (§6.2, INV-10).

Nothing is true because it lies there. A batch carries its number; a bureau's part of a batch the same number, be it
empty, so that each bureau can tell what is missing from what is not for it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from huiying.engine.post import Post, PostError, parse_post
from huiying.kernel import home

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


_MAGIC: Final = b"HYH1"
_NONCE: Final = 12
_KEY_BYTES: Final = 32
CONTENT_TYPE: Final = "application/x-huiying"


class Unreadable(ValueError):
    """A message that this hub did not write, or that was changed."""


@dataclass(frozen=True)
class Batch:
    """Posts in the order in which they came, as rows of huiying.post/1 with their `voice`, and how they came."""

    number: int
    how: str
    rows: tuple[dict[str, Any], ...]

    def posts(self) -> list[Post]:
        """The posts. They were read once before they were sent, so one that cannot be read now is a fault."""
        try:
            return [parse_post(row) for row in self.rows]
        except PostError as error:
            raise Unreadable(str(error)) from error

    def part(self, rows: Sequence[dict[str, Any]]) -> Batch:
        return Batch(self.number, self.how, tuple(rows))


def row_of(post: Post) -> dict[str, Any]:
    """A post as it travels. `voice` goes with it, sealed like all of it, and ends where the bureau's door ends it."""
    return {**post.to_dict(), "voice": post.voice} if post.voice else post.to_dict()


def key(path: Path) -> bytes:
    """The hub's key, made on first use: 32 bytes, readable by its owner alone. Copy it to every machine of the hub."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        home.create_private(path, os.urandom(_KEY_BYTES).hex().encode() + b"\n")
    return _read(str(path), path.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _read(path: str, _stamp: int) -> bytes:
    try:
        found = bytes.fromhex(Path(path).read_text("ascii").strip())
    except ValueError:
        found = b""
    if len(found) != _KEY_BYTES:
        raise Unreadable(f"密钥文件 {path} 已损坏：应为 {_KEY_BYTES * 2} 位十六进制字符")
    return found


def seal(batch: Batch, secret: bytes) -> bytes:
    return sealed({"n": batch.number, "how": batch.how, "posts": list(batch.rows)}, secret)


def open_(body: bytes | memoryview, secret: bytes) -> Batch:
    """Raises Unreadable."""
    told = opened(body, secret)
    try:
        return Batch(int(told["n"]), str(told["how"]), tuple(told["posts"]))
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable(f"不是一批信息：{error}") from error


def sealed(value: dict[str, Any], secret: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    plain = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return _MAGIC + nonce + AESGCM(secret).encrypt(nonce, plain, _MAGIC)


def opened(body: bytes | memoryview, secret: bytes) -> dict[str, Any]:
    """Raises Unreadable."""
    token = bytes(body)
    if not token.startswith(_MAGIC):
        raise Unreadable("不是本枢纽写的消息")
    start = len(_MAGIC) + _NONCE
    try:
        plain = AESGCM(secret).decrypt(token[len(_MAGIC) : start], token[start:], _MAGIC)
    except (InvalidTag, ValueError):
        raise Unreadable("打不开这条消息：密钥不同，或内容被改动") from None
    told = json.loads(plain.decode("utf-8", "surrogatepass"))
    if not isinstance(told, dict):
        raise Unreadable("消息的内容不是对象")
    return told
