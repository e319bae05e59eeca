"""What concerns a process as a whole: its memory, whether it does anything later, and that it is alone on its home.

`settle` takes what was loaded out of the collector's sight: a full collection held up fifty posts for a tenth of a
second. A bare process loads no loop, job or check: they cost three seconds of processor time. The lock of `hold`
belongs to the process, not to the file: two on one home took turns until one said `database is locked`.
"""

from __future__ import annotations

import gc
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from huiying.kernel import clock, home


def settle() -> None:
    """Call once the process has loaded what it needs. What it makes later is collected as ever."""
    gc.collect()
    gc.freeze()


_bare = [False]


def bare() -> None:
    """Before Django is set up: this process takes no part in what happens later."""
    _bare[0] = True


def is_bare() -> bool:
    return _bare[0]


try:
    import fcntl
except ImportError:  # not every system has it
    fcntl = None  # type: ignore[assignment]

#: Beside the database and named after it, so that it is no part of a copy.
FILE: Final = "huiying.sqlite3.running"


class AlreadyRunning(RuntimeError):
    """Another process holds the home; the message says which, and what to do."""


def refuse_second() -> None:
    """Raises AlreadyRunning where another process holds the home. Makes nothing."""
    path = Path(os.environ.get("HUIYING_HOME") or "var").absolute() / FILE
    if path.exists():
        with hold():
            pass


@contextmanager
def hold() -> Iterator[None]:
    """Hold the home until the end of the block. Raises AlreadyRunning where another process does."""
    path = home.home() / FILE
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, home.FILE_MODE)
    try:
        _lock(handle, path)
        yield
    finally:
        os.close(handle)  # and with it the lock; the file stays, since another may just have opened it


def _lock(handle: int, path: Path) -> None:
    if fcntl is None:
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise AlreadyRunning(_in_words(path)) from None
    except OSError:
        return  # a file system without locks: better to start than never to
    told = {"pid": os.getpid(), "host": socket.gethostname(), "since": clock.now().isoformat(timespec="seconds")}
    os.ftruncate(handle, 0)
    os.pwrite(handle, json.dumps(told).encode(), 0)


def _in_words(path: Path) -> str:
    try:
        told: dict[str, Any] = json.loads(path.read_text("utf-8"))
        who = f"主机 {told['host']} 上的进程 {told['pid']}（{told['since']} 起）"
    except (OSError, ValueError, KeyError, TypeError):
        who = "另一个进程"  # it holds the lock and has not yet written who it is
    return (
        f"数据目录 {path.parent} 正由{who}使用，内嵌数据库只容一个 huiying run 或 demo。"
        "请先停下那一个（kill 进程号，或 systemctl stop huiying），或把 HUIYING_HOME 指向别处；"
        "要在几台机器上同时运行，请改用 PostgreSQL（docs/large.md）。"
    )
