"""The way into the hub: posts become numbered batches in one transaction, and are sent in order (INV-1).

The number and the batch stand in one row, so there is no number without a batch: whoever waits for it gets it. The
feeder is the bureau that the hub file calls `rest`, whose database holds the row.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any, Final

from django.db import transaction

from huiying.engine.post import Post
from huiying.hub import broker
from huiying.hub.hubfile import Hub
from huiying.hub.models import Batch
from huiying.kernel import clock
from huiying.work import leases, loop
from huiying.work.models import Counter
from huiying.work.rows import next_number

SERIES: Final = "hub:fed"
POSTS: Final = 50
AT_ONCE: Final = 100
KEPT: Final = dt.timedelta(days=3)

Send = Callable[[bytes], None]


def feed(posts: Iterable[Post], hub: Hub, *, how: str) -> int:
    """Write posts down to be sent, 50 a batch; returns how many batches. Each batch is one transaction."""
    secret = broker.key(hub.key)
    rows = (broker.row_of(post) for post in posts)
    made = 0
    while chunk := tuple(islice(rows, POSTS)):
        with transaction.atomic():
            number = next_number(SERIES)
            body = broker.seal(broker.Batch(number, how, chunk), secret)
            Batch.objects.create(way=Batch.SENT, number=number, body=body, at=clock.now())
        made += 1
    return made


def waits() -> bool:
    return Batch.objects.filter(way=Batch.SENT, sent_at__isnull=True).exists()


def fed() -> int:
    """The number of the last batch."""
    return Counter.objects.filter(pk=SERIES).values_list("value", flat=True).first() or 0


def send_waiting(send: Send) -> int:
    """Send what waits, oldest first, and mark what the broker confirmed. A crash between the two sends it twice."""
    sent = 0
    for batch in Batch.objects.filter(way=Batch.SENT, sent_at__isnull=True).order_by("number")[:AT_ONCE]:
        send(bytes(batch.body))
        with transaction.atomic():
            leases.require(loop.current())
            Batch.objects.filter(pk=batch.pk).update(sent_at=clock.now())
        sent += 1
    return sent


def send_again(first: int) -> int:
    """Let batches from number `first` on go once more, as far as they are kept; returns how many."""
    return Batch.objects.filter(way=Batch.SENT, number__gte=first, sent_at__isnull=False).update(sent_at=None)


def forget_sent() -> int:
    """Bodies of batches that were sent days ago: the posts are in the bureaus now."""
    return Batch.objects.filter(way=Batch.SENT, sent_at__lt=clock.now() - KEPT).delete()[0]


class Sender:
    """Confirmed messages to one queue, over a connection made anew when it broke."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._connection: Any = None
        self._producer: Any = None

    def __call__(self, name: str, arguments: dict[str, Any], body: bytes) -> None:
        """Raises one of `broker.errors()` where the broker did not confirm."""
        try:
            if self._connection is None:
                self._connection = broker.connection(self._address, heartbeat=0)
                self._connection.ensure_connection(max_retries=1, timeout=broker.CONNECT_SECONDS)
                self._producer = self._connection.Producer()
                self._declared: set[str] = set()
            if name not in self._declared:
                broker.queue(name, arguments)(self._producer.channel).declare()
                self._declared.add(name)
            self._producer.publish(
                body,
                exchange="",
                routing_key=name,
                content_type=broker.CONTENT_TYPE,
                content_encoding="binary",
                delivery_mode=2,
                retry=False,
                timeout=broker.ANSWER_SECONDS,
            )
        except broker.errors():
            self.close()
            raise

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.release()
