"""Threads by who asks: signed-in staff, whoever stands at the desk's door, and the public each have their own.

One queue for all let two hundred readers of the public site stand before a duty officer who wanted to sign in. Each
lane is a pool of waitress with a queue in which origins take turns, so that one address that asks a hundred times at
once waits behind the others and not before them.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from typing import Any, Final

from waitress.task import ThreadedTaskDispatcher

from huiying.desk.lock import SIGNED_IN

#: Threads of each lane. Few for the public: what is shown to it lies ready, and its threads share the processor.
LANES: Final = {"staff": 4, "door": 2, "public": 2}
#: What only staff and programs ask for. A session that is known stands in the staff's lane wherever it goes.
_AT_THE_DOOR: Final = ("/desk/", "/api/", "/healthz", "/metrics")
_FORGOTTEN_AFTER: Final = 12 * 3600.0
_MOST_REMEMBERED: Final = 2000


def is_public(path: str) -> bool:
    return not path.startswith(_AT_THE_DOOR)


class KnownSessions:
    """Keys of sessions that somebody was signed in with a while ago, as the views of this process said.

    It decides only in which queue a request waits; whether it opens anything the views judge each time.
    """

    def __init__(self, cookie: str, now: Callable[[], float] = time.monotonic) -> None:
        self._cookie = cookie
        self._now = now
        self._lock = threading.Lock()
        self._seen: OrderedDict[str, float] = OrderedDict()

    def has(self, cookies: str) -> bool:
        with self._lock:
            at = self._seen.get(self._key(cookies) or "")
        return at is not None and self._now() - at < _FORGOTTEN_AFTER

    def watching(self, application: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
        """`application`, with a look at what its views said of each request."""

        def watched(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            environ.pop(SIGNED_IN, None)
            answer = application(environ, start_response)
            if environ.get(SIGNED_IN) and (key := self._key(environ.get("HTTP_COOKIE", ""))):
                self._remember(key)
            return answer

        return watched

    def _key(self, cookies: str) -> str | None:
        for part in cookies.split(";"):
            name, _, value = part.strip().partition("=")
            if name == self._cookie:
                return value or None
        return None

    def _remember(self, key: str) -> None:
        with self._lock:
            self._seen[key] = self._now()
            self._seen.move_to_end(key)
            while len(self._seen) > _MOST_REMEMBERED:
                self._seen.popitem(last=False)


class Turns:
    """The queue of a pool: origins take turns, what one of them asks stays in order. Used under the pool's lock."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, deque[Any]] = OrderedDict()
        self._count = 0

    def append(self, task: Any) -> None:
        self._waiting.setdefault(task.origin(), deque()).append(task)
        self._count += 1

    def popleft(self) -> Any:
        origin, tasks = self._waiting.popitem(last=False)
        task = tasks.popleft()
        if tasks:
            self._waiting[origin] = tasks
        self._count -= 1
        return task

    def __len__(self) -> int:
        return self._count


class Lanes:
    """Stands where waitress expects one pool: hands each task to the pool of its lane."""

    def __init__(self, known: KnownSessions, threads: dict[str, int] | None = None) -> None:
        self._known = known
        self._pools = {}
        for name, count in (threads or LANES).items():
            pool = ThreadedTaskDispatcher()
            pool.queue = Turns()
            pool.set_thread_count(count)
            self._pools[name] = pool

    def add_task(self, channel: Any) -> None:
        self._pools[self._lane(channel.requests[0])].add_task(channel)

    def shutdown(self, cancel_pending: bool = True, timeout: int = 5) -> bool:
        for pool in self._pools.values():
            pool.set_thread_count(0)  # told at once, so that they end side by side
        ended = [pool.shutdown(cancel_pending, timeout) for pool in self._pools.values()]
        return all(ended)

    def _lane(self, request: Any) -> str:
        if self._known.has(request.headers.get("COOKIE", "")):
            return "staff"
        # A request that could not be read has no path: its answer costs nothing and stands with the public's.
        return "public" if is_public(getattr(request, "path", "")) else "door"
