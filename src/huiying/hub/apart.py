"""`huiying web`, `huiying worker`, `huiying loop`: the parts of `huiying run` as processes of their own (habit 14)."""

from __future__ import annotations

import os
import signal
import socket
import threading
import warnings
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from huiying.hub import broker, tasks
from huiying.work.loop import Loop

#: Short, so that a standing-by loop leads soon after the leader died; kept up while the leader is busy.
LEASE: Final = timedelta(seconds=6)
KEEP_EVERY: Final = 2.0
#: A demonstration's clock runs fast and jumps by ten minutes; that is no reason to take a process for dead.
OF_A_DEMONSTRATION: Final = timedelta(hours=1)
THREADS: Final = min(8, 2 * (os.cpu_count() or 1) + 1)
IDLE_SECONDS: Final = 0.2


def loop() -> int:
    """Lead if nobody else does, else stand by, until SIGTERM."""
    from django.conf import settings

    from huiying.judging import engines

    address = broker.url()
    stop = until_told()
    engines.use_process()
    publisher = tasks.Publisher(address)
    hand_out = tasks.HandOut(publisher, dead_after=OF_A_DEMONSTRATION if settings.DEMO else tasks.DEAD_AFTER)
    ttl = OF_A_DEMONSTRATION if settings.DEMO else LEASE
    one = Loop(f"{socket.gethostname()}:{os.getpid()}", ttl=ttl, hand_out=hand_out)
    keeper = threading.Thread(target=keep, args=(one.keep, stop), name="keeper", daemon=True)
    keeper.start()
    try:
        one.run(stop, idle_seconds=IDLE_SECONDS)
    finally:
        stop.set()
        engines.use_in_process()
        publisher.close()
    return 0


def keep(prolong: Callable[[], bool], stop: threading.Event, every: float = KEEP_EVERY) -> None:
    """Beside the tick, on a database connection of this thread's own."""
    from django.db import DatabaseError, connection

    while not stop.wait(every):
        try:
            prolong()
        except DatabaseError:
            connection.close()
    connection.close()


def worker(processes: int) -> int:
    """Celery's worker until SIGTERM, after which the jobs in hand are finished."""
    from celery.platforms import SecurityWarning

    from huiying.hub import tasks

    # Celery warns whoever is root, for the sake of pickled messages; ours are JSON and nothing else is accepted.
    warnings.simplefilter("ignore", SecurityWarning)
    app = tasks.make(broker.url())
    app.worker_main(
        [
            "--quiet",
            "worker",
            "--pool=prefork",
            f"--concurrency={processes}",
            "--loglevel=WARNING",
            "--without-gossip",
            "--without-mingle",
            f"--hostname={broker.bureau()}-{os.getpid()}@%h",
        ]
    )
    return 0


def web(host: str, port: int, processes: int) -> int:
    """granian with the same WSGI application as `huiying run`."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    Server(
        "huiying.hub.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=processes,
        blocking_threads=THREADS,
        respawn_failed_workers=True,
        log_level=LogLevels.warning,
    ).serve()
    return 0


def until_told() -> threading.Event:
    """Set at SIGTERM and SIGINT."""
    stop = threading.Event()

    def told(_signal: int, _frame: Any) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, told)
    signal.signal(signal.SIGINT, told)
    return stop
