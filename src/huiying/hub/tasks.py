"""The Celery application: a task carries the number of a row and nothing else; the row is the truth (habit 11).

A task may come twice, late, or for a job that somebody else did: then there is nothing to do.
"""

from __future__ import annotations

import logging
import threading
from typing import Any, Final

from celery import Celery, signals

from huiying.hub import broker, signs
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
