"""What the loop does with pictures: one reading at a time in a thread of its own, so that no clock waits for it."""

from __future__ import annotations

import datetime as dt
import queue
import threading
from collections.abc import Sequence
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from huiying.listening import attachments
from huiying.listening.models import PictureReading
from huiying.listening.ocr import door, problems, readings
from huiying.work import leases, loop
from huiying.work.schedule import every, poller

#: A reading during which the process died so often is not begun again.
TRIES: Final = 3

_Done = tuple[int, list[door.Draft]]


class Bench:
    """One reading under way. A daemon thread: the exit does not wait for a picture, the row is read again."""

    def __init__(self) -> None:
        self.thread: threading.Thread | None = None
        self._done: queue.SimpleQueue[_Done] = queue.SimpleQueue()

    @property
    def is_free(self) -> bool:
        return self.thread is None

    @property
    def has_answer(self) -> bool:
        return not self._done.empty()

    def begin(self, pk: int, stored: Sequence[str]) -> None:
        self.thread = threading.Thread(target=self._read, args=(pk, list(stored)), name="ocr", daemon=True)
        self.thread.start()

    def _read(self, pk: int, stored: list[str]) -> None:
        self._done.put((pk, [_draft(name) for name in stored]))

    def answer(self) -> _Done | None:
        if self._done.empty():
            return None
        self.thread = None
        return self._done.get()


def _draft(stored: str) -> door.Draft:
    try:
        return door.read(attachments.opened(stored))
    except Exception:  # a file that somebody removed, a key that is gone: said at the picture, the others are read
        return door.Draft(problem=problems.BROKE)


bench = Bench()


def to_do() -> QuerySet[PictureReading]:
    return PictureReading.objects.filter(state=PictureReading.WAITING).order_by("id")


@poller("readings", due=lambda _now: bench.has_answer or (bench.is_free and to_do().exists()), transactional=False)
def go_on(_now: dt.datetime, _limit: int) -> int:
    """Write down what was read, begin the next."""
    acted = 0
    if (done := bench.answer()) is not None:
        with transaction.atomic():
            leases.require(loop.current())
            readings.settle(*done)
        acted += 1
    row = to_do().first() if bench.is_free else None
    if row is not None:
        _begin(row)
        acted += 1
    return acted


def _begin(row: PictureReading) -> None:
    asked = [one["stored"] for one in row.pictures if one["problem"] != problems.NOT_A_PICTURE]
    with transaction.atomic():
        leases.require(loop.current())
        if row.tries >= TRIES:
            readings.settle(row.pk, [door.Draft(problem=problems.BROKE)] * len(asked))
            return
        PictureReading.objects.filter(pk=row.pk).update(tries=row.tries + 1)
    bench.begin(row.pk, asked)


@every("readings.sweep", 600, transactional=False)
def sweep() -> None:
    """Pictures and drafts that nobody went on with."""
    readings.forget_old()
