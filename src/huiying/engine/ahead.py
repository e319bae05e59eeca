"""Reading ahead: a large file of posts is read by a process of its own while this one works on what came before.

A thread would not do: it holds the interpreter while it reads, and each kernel that comes back has to wait for it (the
whole then took longer than without). The order is the same and so is every answer.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final, TypeVar

from huiying.engine.lines import FileUnreadable

Item = TypeVar("Item")
Row = dict[str, Any]
#: `read(path, rejected, …)` yields items and appends to `rejected` what it could not read.
Read = Callable[..., Iterator[Item]]

CHUNK: Final = 64  # a post may be a megabyte
#: Bytes below which starting a process costs more than it saves.
WORTH: Final = 4_000_000


def ahead(read: Read[Item], path: Path, rejected: list[Row], *told: Any, worth: int = WORTH) -> Iterator[Item]:
    """What `read(path, rejected, *told)` yields, in its order; `rejected` is filled as if it had been read here.

    `read` and `told` are pickled: a function of a module, plain values. What it raises is raised here, after what was
    read before it. Raises `FileUnreadable` when its process was ended by somebody else.
    """
    if (os.cpu_count() or 1) < 2 or not path.is_file() or path.stat().st_size < worth:
        yield from read(path, rejected, *told)
        return
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    reader = context.Process(target=_read, args=(there, read, path, told), name="ahead", daemon=True)
    reader.start()
    there.close()
    try:
        yield from _received(here, path, rejected)
    finally:
        here.close()  # whoever still reads finds nobody to tell, and ends
        reader.join()


def _received(here: Connection, path: Path, rejected: list[Row]) -> Iterator[Any]:
    while True:
        try:
            items, refused, error, is_last = here.recv()
        except EOFError:
            raise FileUnreadable(f"读取 {path} 的进程中途被结束了，没有结果。可能是内存不够；请重新运行。") from None
        rejected.extend(refused)
        yield from items
        if error is not None:
            raise error
        if is_last:
            return


def _read(there: Connection, read: Read[Any], path: Path, told: tuple[Any, ...]) -> None:
    with suppress(BrokenPipeError, KeyboardInterrupt):  # nobody listens any more
        for part in _parts(read, path, told):
            there.send(part)


def _parts(read: Read[Any], path: Path, told: tuple[Any, ...]) -> Iterator[tuple[list[Any], list[Row], Any, bool]]:
    """What was read since the part before, what could not be, the error that ended it, and whether it is the last."""
    items: list[Any] = []
    rejected: list[Row] = []
    error: Exception | None = None
    try:
        for item in read(path, rejected, *told):
            items.append(item)
            if len(items) == CHUNK:
                yield items, rejected, None, False
                items.clear()
                rejected.clear()
    except Exception as problem:
        error = problem
    yield items, rejected, error, True
