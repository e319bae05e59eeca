"""A hub's processes for tests, and a broker whose connections can be cut."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

SERVER = "postgres://postgres@127.0.0.1:5432"
BROKER = ("127.0.0.1", 5672)
PROVINCE = Path(__file__).with_name("province_bureau.py")


def require_services() -> None:
    """With CI=true what is absent is a failure, elsewhere a skip that says so."""
    absent = [name for name, port in (("PostgreSQL", 5432), ("RabbitMQ", 5672)) if not _answers(port)]
    if not absent:
        return
    why = f"{' and '.join(absent)} not on 127.0.0.1"
    if os.environ.get("CI") == "true":
        pytest.fail(f"{why}: with CI=true that is a failure")
    pytest.skip(why)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except OSError:
        return False
    return True


class Wire:
    """A TCP way to the broker that can be cut: all connections end, and none is made until it is mended."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._is_cut = False
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> int:
        """Cut; returns how many connections that ended."""
        self._is_cut = True
        pairs, self._pairs = self._pairs, []
        for pair in pairs:
            for end in pair:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
        return len(pairs)

    def mend(self) -> None:
        self._is_cut = False

    def close(self) -> None:
        self.cut()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _address = self._listener.accept()
            except OSError:
                return
            if self._is_cut:
                near.close()
                continue
            pair = (near, socket.create_connection(BROKER))
            self._pairs.append(pair)
            threading.Thread(target=self._carry, args=pair, daemon=True).start()

    @staticmethod
    def _carry(near: socket.socket, far: socket.socket) -> None:
        ends = {near: far, far: near}
        with contextlib.suppress(OSError):
            while True:
                for end in select.select([near, far], [], [])[0]:
                    data = end.recv(65_536)
                    if not data:
                        raise ConnectionError("one end has gone")
                    ends[end].sendall(data)
        for end in ends:
            end.close()


class Processes:
    """Programs that this test started: killed one by one by it, and ended with it."""

    def __init__(self, log: Path) -> None:
        self._log = log.open("ab")
        self._all: list[subprocess.Popen[bytes]] = []

    def start(self, words: list[str], environment: dict[str, str], **more: object) -> subprocess.Popen[bytes]:
        own = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        process: subprocess.Popen[bytes] = subprocess.Popen(  # type: ignore[call-overload]
            [sys.executable, *words],
            env={**own, **environment},
            stderr=self._log,
            start_new_session=True,
            **{"stdout": self._log, **more},
        )
        self._all.append(process)
        return process

    def kill(self, process: subprocess.Popen[bytes]) -> float:
        """SIGKILL to it and to all that it started; returns when."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return time.monotonic()

    def end(self) -> None:
        for process in self._all:
            if process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGTERM)
        for process in self._all:
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self.kill(process)
        self._log.close()


def until(found: Callable[[], bool], seconds: float, what: str) -> float:
    """Look until it is so; returns the moment. Bounded: real processes take their time and no more."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found():
            return time.monotonic()
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s: {what}")


@contextlib.contextmanager
def databases(names: list[str], made: Callable[[str], None]) -> Iterator[None]:
    """Databases of the test: the first is filled by `made`, the others are copies of it."""
    with psycopg.connect(f"{SERVER}/postgres", autocommit=True) as server:
        try:
            server.execute(f'CREATE DATABASE "{names[0]}" TEMPLATE template0')
            made(f"{SERVER}/{names[0]}")
            for name in names[1:]:
                server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{names[0]}"')
            yield
        finally:
            # Each waits for a checkpoint, which they share when they are asked for together.
            with ThreadPoolExecutor(len(names)) as pool:
                list(pool.map(drop, names))


def drop(name: str) -> None:
    with psycopg.connect(f"{SERVER}/postgres", autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def asked(database: str, sql: str) -> object:
    """One value of a bureau's database, as it stands."""
    with psycopg.connect(f"{SERVER}/{database}") as connection:
        row = connection.execute(sql).fetchone()
    return row[0] if row else None
