"""Posts that come by the thousand: a second process looks at the next ones while this one stores and judges."""

from __future__ import annotations

import datetime as dt
import logging
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final, TypeVar

from huiying.engine import post as engine_post
from huiying.engine.client import EngineDied, EngineProcess
from huiying.engine.storable import fitted
from huiying.judging import engines, learning, pipeline
from huiying.kernel import clock
from huiying.listening.ingest_masking import Look
from huiying.listening.models import Post

#: How many chunks are looked at ahead of the one that is being stored: enough that neither process waits.
AHEAD: Final = 1
#: From so many bytes on a second process reads: to start it takes as long as some two thousand posts do.
LARGE: Final = 4_000_000
Looks = list[Look] | None
Chunk = TypeVar("Chunk")
_log = logging.getLogger(__name__)


class AtOnce:
    """Judges rows as they are stored (`listening.actions.receiving.Judging`), all of it in this process."""

    def judged(self, rows: Sequence[Post]) -> AbstractContextManager[None]:
        return pipeline.judged(rows)

    def ahead(
        self, chunks: Iterable[Chunk], posts_of: Callable[[Chunk], Sequence[engine_post.Post]]
    ) -> Iterator[tuple[Chunk, Looks]]:
        for chunk in chunks:
            yield chunk, None


def of_size(size: int) -> AbstractContextManager[AtOnce]:
    """For files of so many bytes: with a second process where there is a core for it and enough to read."""
    return Reader() if size >= LARGE and (os.cpu_count() or 1) > 1 else nullcontext(AtOnce())


class Reader(AtOnce):
    """As `AtOnce`, with a child that masks and screens the posts of the next chunks. Use as a context manager.

    A look is taken by the rules that were in force when it was asked for; `pipeline.judged` takes none of others. A
    child that dies costs its looks: then they are taken here, and the next chunk starts another child.
    """

    def __init__(self) -> None:
        self._made()

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self.child.close()

    def _made(self) -> None:
        source, model = engines.made_of()
        self.child, self._rules = EngineProcess(source, grading=model, on_start=_tell), engines.engine().rules

    def ahead(
        self, chunks: Iterable[Chunk], posts_of: Callable[[Chunk], Sequence[engine_post.Post]]
    ) -> Iterator[tuple[Chunk, Looks]]:
        """Each chunk with the looks at its posts, or with None where they are still to be taken."""
        waiting: deque[tuple[Chunk, Callable[[], Looks]]] = deque()
        for chunk in chunks:
            waiting.append((chunk, self._begun(posts_of(chunk))))
            if len(waiting) > AHEAD:
                first, looks = waiting.popleft()
                yield first, looks()
        for chunk, looks in waiting:
            yield chunk, looks()

    def _begun(self, posts: Sequence[engine_post.Post]) -> Callable[[], Looks]:
        now, rules = clock.now(), engines.engine().rules
        if not rules[0] or not posts:  # nothing was judged yet: by which rules is not known before the first
            return lambda: None
        request = {"op": "look", "posts": [post.to_dict() for post in posts], "now": now.isoformat()}
        try:
            if rules != self._rules:
                self.child.close()
                self._made()
            child = self.child
            number = child.begin(request)
        except EngineDied:
            _log.warning("the reading process ended, this one reads for now", exc_info=True)
            return lambda: None

        def looks() -> Looks:
            try:
                found = child.ended(number)["looked"]
            except EngineDied:
                _log.warning("the reading process ended, this one reads for now", exc_info=True)
                return None
            return [_look(post, one, now, rules) for post, one in zip(posts, found, strict=True)]

        return looks


def _tell(handle: engines.Handle) -> None:
    """The bureau's own rules and weights; a child begins with the file's."""
    handle(engines.new_rules(wait=True))
    handle({"op": "adjust", "weights": learning.weights()})


def _look(post: engine_post.Post, found: dict[str, Any], now: dt.datetime, rules: tuple[str, str, int]) -> Look:
    in_danger, masked = found.pop("in_danger"), found.pop("masked")
    title, text, extra = masked or (post.title, post.text, post.extra)
    return Look(fitted(post, title, text, extra, now), in_danger, found, rules)
