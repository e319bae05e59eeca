"""`huiying run` and `demo` as processes of a test, on loopback."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

KEPT = ("HUIYING_", "PORT", "DJANGO_")
PATIENCE = 60.0


@dataclass
class Server:
    """A running `huiying`; `said` is what it printed so far."""

    process: subprocess.Popen[str]
    address: str
    errors: Path  # its error output so far
    said: list[str] = field(default_factory=list)

    def link(self) -> str | None:
        found = re.search(r"http://\S+/desk/set-up/\S+", "".join(self.said))
        return found[0] if found else None

    def engines(self) -> list[int]:
        """Process ids of its engine children."""
        return [pid for pid in children(self.process.pid) if b"huiying.engine.child" in command_of(pid)]


def command_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def children(parent: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(words[1]) == parent:
                found.append(int(entry.name))
    return found


def wait_for(what: Callable[[], object], seconds: float = PATIENCE) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "waited in vain"
        threading.Event().wait(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(command: str, home: Path, **more: str) -> Iterator[Server]:
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(KEPT)}
    errors = home.parent / f"{command}.err"
    process = subprocess.Popen(
        [sys.executable, "-m", "huiying", command],
        env={**kept, "HUIYING_HOME": str(home), "PORT": str(port), **more},
        stdout=subprocess.PIPE,
        stderr=errors.open("w"),
        text=True,
        process_group=0,
    )
    server = Server(process, f"http://127.0.0.1:{port}", errors)
    assert process.stdout is not None
    reader = threading.Thread(target=lambda: server.said.extend(iter(process.stdout.readline, "")), daemon=True)
    reader.start()
    try:
        wait_for(lambda: process.poll() is not None or "回应已启动" in "".join(server.said))
        assert process.poll() is None, errors.read_text()
        yield server
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def press_ctrl_c(server: Server) -> str:
    """SIGINT to its whole process group, as from a terminal: what it wrote to its error output."""
    started = children(server.process.pid)
    os.killpg(server.process.pid, signal.SIGINT)
    assert server.process.wait(timeout=10) == 0
    wait_for(lambda: not any(b"huiying" in command_of(pid) for pid in started), 5)
    return server.errors.read_text()


def end(server: Server) -> None:
    """SIGTERM: it ends within ten seconds, status 0, and its engine with it."""
    engines = server.engines()
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(timeout=10) == 0
    wait_for(lambda: not any(b"huiying.engine.child" in command_of(pid) for pid in engines), 5)
