"""A screener: takes batches of the province's posts, asks all bureaus' rules in one pass, sends each bureau its part.

Any number may run. Which of them a batch goes to, and when, does not matter: a bureau's part bears the batch's number,
and every bureau gets one of each number, be it empty. A batch is let go only when every part was confirmed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, Final

from huiying.engine.union import Union, Watcher
from huiying.hub import broker, cards, messages
from huiying.hub.hubfile import Hub

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
            made = cards.watcher(messages.opened(body, self._secret))
        except (messages.Unreadable, ValueError, KeyError, TypeError):
            _log.exception("the card of %s cannot be read; its last one stays", code)
            return
        self._union = Union({**self._union.watchers, code: made})

    def is_known(self, code: str) -> bool:
        return self._union.watchers[code].screener is not None

    def parts(self, batch: messages.Batch) -> Mapping[str, list[dict[str, Any]]]:
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
        batch = messages.open_(body, self._secret)
        parts = self.parts(batch)
        for bureau in self._hub.bureaus:
            if batch.number >= bureau.begins:
                part = messages.seal(batch.part(parts[bureau.code]), self._secret)
                send(broker.posts_queue(self._hub.name, bureau.code), part)
