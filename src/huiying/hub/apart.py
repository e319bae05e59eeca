"""`huiying web`, `huiying worker`, `huiying loop`: the parts of `huiying run` as processes of their own (habit 14)."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from huiying.hub import broker, handing
from huiying.work.loop import Loop

#: Short, so that a standing-by loop leads soon after the leader died; kept up while the leader is busy.
LEASE: Final = timedelta(seconds=6)
KEEP_EVERY: Final = 2.0
THREADS: Final = 8


def loop() -> int:
    """Lead if nobody else does, else stand by, until SIGTERM."""
    from huiying.judging import engines

    address = broker.url()
    stop = until_told()
    engines.use_process()
    publisher = handing.Publisher(address)
    one = Loop(f"{socket.gethostname()}:{os.getpid()}", ttl=LEASE, hand_out=handing.HandOut(publisher))
    keeper = threading.Thread(target=keep, args=(one.keep, stop), name="keeper", daemon=True)
    keeper.start()
    try:
        one.run(stop)
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
    from huiying.hub import tasks

    app = tasks.make(broker.url())
    app.worker_main(
        [
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
