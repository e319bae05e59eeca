"""`huiying hub up` and `huiying hub web`: all processes of a hub on one machine, ended with this one.

For a demonstration and for small hubs; on several machines a service manager starts the same commands (deploy/).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from huiying.hub.hubfile import Bureau, Hub

AGAIN_AFTER: Final = 1.0
END_SECONDS: Final = 15.0
_PR_SET_PDEATHSIG: Final = 1


@dataclass
class Child:
    """A process that is to run: what it is called, its command, its environment."""

    name: str
    words: list[str]
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    started_at: float = 0.0

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "huiying", *self.words],
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            preexec_fn=_end_with_parent,
        )
        self.started_at = time.monotonic()


def children(hub: Hub) -> list[Child]:
    """Everything behind the pages: loops, workers, streams of each bureau, and the screeners of all."""
    file, found = str(hub.path), []
    for bureau in hub.bureaus:
        own = hub.environment(bureau)
        found += [Child(f"{bureau.code} loop", ["loop"], own) for _ in range(bureau.loops)]
        found.append(Child(f"{bureau.code} worker", ["worker", "--processes", str(bureau.workers)], own))
        found += [Child(f"{bureau.code} stream", ["stream", file, bureau.code], own) for _ in range(bureau.streams)]
    found += [Child("screener", ["screener", file], {}) for _ in range(hub.screeners)]
    return found


def pages(hub: Hub, host: str) -> list[Child]:
    """The pages of each bureau on its port."""
    return [
        Child(f"{one.code} web", ["web", "--host", host, "--port", str(one.port)], hub.environment(one))
        for one in hub.bureaus
    ]


def supervise(found: list[Child], stop: threading.Event) -> None:
    """Start all, start again whoever ended by itself, end all when told."""
    try:
        for child in found:
            child.start()
        while not stop.wait(0.2):
            for child in found:
                assert child.process is not None
                if child.process.poll() is not None and time.monotonic() - child.started_at >= AGAIN_AFTER:
                    child.start()
    finally:
        _end(found)


def _end(found: list[Child]) -> None:
    running = [child.process for child in found if child.process is not None and child.process.poll() is None]
    for process in running:
        process.terminate()
    until = time.monotonic() + END_SECONDS
    for process in running:
        try:
            process.wait(timeout=max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _end_with_parent() -> None:
    """Linux tells the child when its parent died, however that came about."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent alone, which then ends its children
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def prepare(hub: Hub) -> None:
    """Databases that are missing, then tables, keys, regulation, and people of the demonstration; bureau by bureau."""
    for bureau in hub.bureaus:
        make_database(bureau)
        subprocess.run(
            [sys.executable, "-m", "huiying", "hub", "prepare", str(hub.path), bureau.code],
            env={**os.environ, **hub.environment(bureau)},
            check=True,
        )


def make_database(bureau: Bureau) -> bool:
    """Create the bureau's database where it is missing; True when it was. Raises psycopg.Error."""
    import psycopg
    from psycopg import errors, sql

    parts = urlsplit(bureau.database)
    name = parts.path.strip("/")
    with contextlib.suppress(psycopg.OperationalError):
        psycopg.connect(bureau.database, connect_timeout=5).close()
        return False
    with psycopg.connect(parts._replace(path="/postgres").geturl(), autocommit=True, connect_timeout=5) as server:
        try:
            server.execute(
                sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(sql.Identifier(name))
            )
        except (errors.DuplicateDatabase, errors.UniqueViolation):
            return False  # the other terminal was quicker
    return True
