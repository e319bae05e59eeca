"""Talking to the engine's child process: one request at a time, in time, a new child after a death."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any, Final

from huiying.engine.lines import parse_object

#: So long a child may compute on one request, and so long it may stand still: seconds of its own processor time, not of
#: the clock, because on a busy machine its start alone may take minutes of that.
REQUEST_SECONDS: Final = 60.0
_STANDS_STILL: Final = 0.02  # who gets less of the processor in a whole stretch does nothing
_END: Final = b""
_GONE: Final = "引擎进程已退出；下次请求会重新启动"

_log = logging.getLogger(__name__)


class EngineDied(RuntimeError):
    """The child ended or fell silent under this request. The next request starts a new one."""


class EngineProcess:
    """`Engine.handle` in a process of its own.

    `on_start` is called with a `handle` after each start of a child, the first included: there the caller
    replays its log with `remember`, since a new child knows nothing. Use as a context manager, or `close()`.
    """

    def __init__(
        self,
        rules: str = "anshan",
        *,
        grading: Mapping[str, Any] | None = None,
        on_start: Callable[[Callable[[Mapping[str, Any]], dict[str, Any]]], None] | None = None,
        seconds: float = REQUEST_SECONDS,
    ) -> None:
        self._command = [sys.executable, "-m", "huiying.engine.child", "--rules", rules]
        self._command += ["--grading", json.dumps(dict(grading or {}), ensure_ascii=False)]
        self._on_start = on_start
        self._seconds = seconds
        self._lock = threading.RLock()
        self._child: subprocess.Popen[bytes] | None = None
        self._answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._number = 0
        self._oldest = 1  # the first request that this child was asked
        self._told = True  # whether this child has heard what `on_start` tells
        self.starts = 0

    def __enter__(self) -> EngineProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """The child's process id, None while there is none."""
        return self._child.pid if self._child is not None and self._child.poll() is None else None

    def handle(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """As `Engine.handle`. Raises `EngineDied` where the child ends or does not answer in time."""
        with self._lock:
            self._be_there()
            return self._ask(request)

    def begin(self, request: Mapping[str, Any]) -> int:
        """Hand a request over and go on; returns its number, for `ended`. Raises `EngineDied`."""
        with self._lock:
            self._be_there()
            return self._send(request)

    def ended(self, number: int) -> dict[str, Any]:
        """The answer to a request that was begun, asked for in their order. Raises as `handle`."""
        with self._lock:
            return self._answered(number)

    def boot(self) -> None:
        """Start the child and wait until it could take a post, without `on_start`: that comes before the first request.
        A start takes seconds, on a busy machine minutes, and whoever holds a lock should not wait for it.
        """
        with self._lock:
            if self.pid is None:
                self._start()
                self._ask({"op": "warm"})

    def close(self) -> None:
        """End the child and wait for it."""
        with self._lock:
            child, self._child = self._child, None
            if child is None:
                return
            # Closing the pipe is the order to end; a child busy with a request is not waited for.
            if child.stdin is not None:
                with contextlib.suppress(OSError):
                    child.stdin.close()
            try:
                child.wait(timeout=2)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def _start(self) -> None:
        self.close()
        # A group of its own: Ctrl-C in the terminal is for us, and the child ends with its input.
        self._child = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, process_group=0)
        self._answers = queue.SimpleQueue()
        assert self._child.stdout is not None
        reader = threading.Thread(target=_read, args=(self._child.stdout, self._answers), daemon=True)
        reader.start()
        self.starts += 1
        self._told = False
        self._oldest = self._number + 1

    def _be_there(self) -> None:
        if self.pid is None:
            self._start()
        if not self._told:
            self._told = True
            if self._on_start is not None:
                self._on_start(self._ask)

    def _ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        return self._answered(self._send(request))

    def _send(self, request: Mapping[str, Any]) -> int:
        child = self._child
        assert child is not None
        assert child.stdin is not None
        self._number += 1
        line = json.dumps({**request, "n": self._number}, ensure_ascii=False, allow_nan=False).encode() + b"\n"
        try:
            child.stdin.write(line)
            child.stdin.flush()
        except OSError:
            self.close()
            raise EngineDied(_GONE) from None
        return self._number

    def _answered(self, number: int) -> dict[str, Any]:
        child = self._child
        if child is None or number < self._oldest:
            raise EngineDied(_GONE)
        try:
            answer = self._answer_of(child)
        except queue.Empty:
            child.kill()
            self.close()
            raise EngineDied(f"引擎进程 {self._seconds:g} 秒没有应答，已结束；下次请求会重新启动") from None
        reply = parse_object(answer.decode()) if answer != _END else {}
        if reply.pop("n", None) != number:  # nothing more comes
            self.close()
            raise EngineDied(_GONE)
        return reply

    def _answer_of(self, child: subprocess.Popen[bytes]) -> bytes:
        """Raises queue.Empty where the child computed too long, or stood still for a stretch."""
        first = last = spent(child.pid)
        while True:
            try:
                return self._answers.get(timeout=self._seconds)
            except queue.Empty:
                before, last = last, spent(child.pid)
                if last - first >= self._seconds or last - before < _STANDS_STILL:
                    raise
                _log.warning("引擎进程 %g 秒还没有应答：机器忙，它还在算，继续等", self._seconds)


def spent(pid: int) -> float:
    """Seconds of processor time of a process; 0 where the system does not tell, and then only the clock counts."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return 0.0


def _read(stream: IO[bytes], answers: queue.SimpleQueue[bytes]) -> None:
    """Pass on lines until the end; an empty one says that there will be no more."""
    with stream:
        while line := stream.readline():
            answers.put(line)
    answers.put(_END)
