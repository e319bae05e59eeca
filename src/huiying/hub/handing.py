"""The loop tells workers which rows are due. What could not be told waits in its row and is told later."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from huiying.hub import broker, tasks
from huiying.kernel import clock
from huiying.work import outbox

#: A row that is still due after so long is told again: the message, or who had it, is gone.
AGAIN_AFTER: Final = 20.0
#: After the broker failed, it is left alone for so long.
REST: Final = 1.0
AT_ONCE: Final = 200
#: A worker without a sign of life for so long is believed dead; its jobs are given to others.
DEAD_AFTER: Final = timedelta(seconds=6)

_log = logging.getLogger(__name__)


class HandOut:
    """Called on each tick of the loop that leads. `publish` sends one number; `elapsed` reads seconds."""

    def __init__(
        self,
        publish: Callable[[int], None],
        elapsed: Callable[[], float] = time.monotonic,
        dead_after: timedelta = DEAD_AFTER,
    ) -> None:
        self._publish = publish
        self._dead_after = dead_after
        self._elapsed = elapsed
        self._told: dict[int, tuple[datetime, float]] = {}
        self._rests_until = 0.0

    def __call__(self) -> int:
        """Tell what is due and was not told lately; returns how many."""
        outbox.free_jobs_of_the_dead(clock.now() - self._dead_after)
        now = self._elapsed()
        if now < self._rests_until:
            return 0
        due = dict(outbox.to_hand_out(AT_ONCE))
        self._told = {pk: told for pk, told in self._told.items() if pk in due}
        told = 0
        for pk, since in due.items():
            before = self._told.get(pk)
            if before is not None and before[0] == since and now - before[1] < AGAIN_AFTER:
                continue
            try:
                self._publish(pk)
            except broker.errors() as error:
                _log.warning("the broker does not take job numbers, they wait in their rows: %s", error)
                self._rests_until = self._elapsed() + REST
                break
            self._told[pk] = (since, now)
            told += 1
        return told


class Publisher:
    """Sends numbers to the bureau's queue, each confirmed, over a connection that is made anew when it broke."""

    def __init__(self, address: str) -> None:
        self._app = tasks.make(address)
        self._address = address
        self._connection: Any = None

    def __call__(self, pk: int) -> None:
        """Raises one of `broker.errors()` where the broker did not confirm."""
        try:
            if self._connection is None:
                self._connection = broker.connection(self._address, heartbeat=0)
                self._connection.ensure_connection(max_retries=1, timeout=broker.CONNECT_SECONDS)
            self._app.send_task(
                tasks.TASK,
                args=[pk],
                connection=self._connection,
                queue=broker.work_queue(),
                retry=False,
                ignore_result=True,
            )
        except broker.errors():
            self.close()
            raise

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.release()
