"""Reading ahead: what comes next is made in a thread of its own while the kernels, which leave the interpreter free,
work on what came before. The order is the same and so is every answer.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from itertools import islice
from queue import Full, Queue
from typing import Final, TypeVar

Item = TypeVar("Item")
CHUNK: Final = 32
CHUNKS: Final = 8  # so many wait at most: a post may be a megabyte
_LOOK: Final = 0.1  # seconds after which the reader looks whether anybody still wants more


def ahead(items: Iterable[Item]) -> Iterator[Item]:
    """The same items in the same order. What the reading raises is raised here, after what was read before it."""
    made: Queue[list[Item] | BaseException | None] = Queue(CHUNKS)
    unwanted = threading.Event()
    reader = threading.Thread(target=_read, args=(iter(items), made, unwanted), name="ahead", daemon=True)
    reader.start()
    try:
        while (chunk := made.get()) is not None:
            if isinstance(chunk, BaseException):
                raise chunk
            yield from chunk
    finally:
        unwanted.set()
        reader.join()


def _read(items: Iterator[Item], made: Queue[list[Item] | BaseException | None], unwanted: threading.Event) -> None:
    chunk: list[Item] = []
    try:
        while True:
            chunk = []
            for item in islice(items, CHUNK):
                chunk.append(item)
            if not chunk:
                break
            if not _give(chunk, made, unwanted):
                return
        _give(None, made, unwanted)
    except BaseException as error:
        if _give(chunk, made, unwanted):
            _give(error, made, unwanted)


def _give(
    what: list[Item] | BaseException | None, made: Queue[list[Item] | BaseException | None], unwanted: threading.Event
) -> bool:
    """False where nobody wants more."""
    while not unwanted.is_set():
        try:
            made.put(what, timeout=_LOOK)
        except Full:
            continue
        return True
    return False
