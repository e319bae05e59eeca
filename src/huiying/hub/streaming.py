"""A bureau's part of the province's posts, taken in their order: received and judged as in a one-process run.

One batch is one transaction: reception, judging, and the number up to which the bureau has come. What comes twice is
behind that number; what comes early waits in a row of the bureau's own database. Hence no order of messages, no crash
and no second consumer can change what the tables hold.
"""

from __future__ import annotations

import logging
from typing import Final

from django.db import transaction

from huiying.hub import messages
from huiying.hub.models import Batch
from huiying.judging import pipeline
from huiying.kernel import clock
from huiying.ledger.actions import Actor
from huiying.listening.actions import receive
from huiying.work.models import Counter
from huiying.work.rows import locked

TAKEN: Final = "hub:taken"

_log = logging.getLogger(__name__)


class Stream:
    """Takes one bureau's messages. `begins` is the first batch that the bureau takes part in."""

    def __init__(self, secret: bytes, begins: int = 1) -> None:
        self._secret = secret
        self._begins = begins

    def take(self, body: bytes | memoryview) -> int:
        """What came: now, if it is its turn, and then what waited for it; later, if not; never, if it was taken before.

        Returns how many batches were taken. After it returns the message may be forgotten.
        """
        batch = messages.open_(body, self._secret)
        taken = self._one(batch, body)
        while taken and self._waiting():
            taken += 1
        return taken

    def _one(self, batch: messages.Batch, body: bytes | memoryview) -> int:
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
            self._work(messages.open_(row.body, self._secret), place)
            row.delete()
            return True

    def _place(self) -> Counter:
        """How far the bureau has come, locked: two consumers that both believe to be the active one go one by one."""
        return locked(Counter, TAKEN, value=self._begins - 1)

    def _work(self, batch: messages.Batch, place: Counter) -> None:
        posts = batch.posts()
        if posts:
            receive(posts, how=batch.how, actor=Actor.SYSTEM, batch=f"hub-{batch.number}")
            while pipeline.judge_pending().screened:
                pass
        place.value = batch.number
        place.save(update_fields=["value"])


def taken() -> int:
    """The number of the last batch that this bureau has taken."""
    return Counter.objects.filter(pk=TAKEN).values_list("value", flat=True).first() or 0
