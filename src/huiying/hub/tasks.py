"""The Celery application, and the loop's hand-out to it: a task carries the number of a row, the row is the truth.

A task may come twice, late, or for a job that somebody else did: then there is nothing to do (habit 11). What could not
be told to workers waits in its row and is told later.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from celery import Celery, signals

from huiying.hub import broker, signs, tasks
from huiying.kernel import clock
from huiying.work import outbox

TASK: Final = "huiying.job"
BEAT_SECONDS: Final = 2.0


def make(address: str) -> Celery:
    """One durable quorum queue of the bureau; nothing is taken from it before the last job is done."""
    made = Celery("huiying", broker=address, set_as_current=True)
    made.conf.update(
        task_queues=[broker.queue(broker.work_queue(), broker.kept())],
        task_default_queue=broker.work_queue(),
        task_default_queue_type="quorum",
        task_default_exchange="",
        task_default_routing_key=broker.work_queue(),
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=1,
        worker_detect_quorum_queues=True,
        worker_enable_remote_control=False,
        worker_hijack_root_logger=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_connection_timeout=broker.CONNECT_SECONDS,
        broker_heartbeat=broker.HEARTBEAT_SECONDS,
        broker_transport_options={"confirm_publish": True},
    )
    # Celery offers delays at the broker, which our exchange has not; ours stand in rows.
    logging.getLogger("kombu.transport.native_delayed_delivery").setLevel(logging.ERROR)
    made.task(name=TASK, ignore_result=True)(job)
    return made


def job(pk: int) -> bool:
    """Do the job of this number, if it is due and nobody has it."""
    return outbox.run_one(pk, holder())


def holder() -> str:
    """How this very process signs: a dead one is known by its silence."""
    return signs.name(outbox.WORKER)


def beat() -> None:
    """A sign of life of this process."""
    signs.beat(holder())


@signals.worker_process_init.connect  # type: ignore[untyped-decorator]
def _begin(**_: Any) -> None:
    """Each process of the pool gives signs of life of its own: it is what holds jobs."""
    from django.db import connections

    connections.close_all()
    beat()
    threading.Thread(target=_keep_beating, name="beat", daemon=True).start()


def _keep_beating() -> None:
    from django.db import DatabaseError, connection

    rest = threading.Event()
    while not rest.wait(BEAT_SECONDS):
        try:
            beat()
        except DatabaseError:
            connection.close()  # away for a moment: the next beat opens a new one


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
