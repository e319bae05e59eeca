"""The process-wide engine: rules and event stream, always where the log of EventPost rows is.

The rows are the truth and the engine is a cache of them. Before it observes, it replays rows that another process
wrote; after anything that may not have been committed it is thrown away and rebuilt from the log.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from django.db import transaction
from django.db.models import Q, QuerySet

from huiying.engine import post as engine_post
from huiying.engine.client import EngineProcess
from huiying.engine.facade import Engine
from huiying.judging.models import EventPost
from huiying.listening.models import Post
from huiying.listening.queries import as_engine_post
from huiying.listening.watching import grading_model, rules_source, ruleset
from huiying.people.queries import regulation_now
from huiying.regulation import Regulation

REMEMBERED = dt.timedelta(days=14)
_BATCH = 1000

Handle = Callable[[Mapping[str, Any]], dict[str, Any]]


class EngineFailed(RuntimeError):
    """The engine refused a request; the message is its own sentence. The batch is rolled back and tried again."""


class _Door(Protocol):
    def handle(self, request: Mapping[str, Any]) -> dict[str, Any]: ...


class Judge:
    """One engine, in this process or in a child. Used only under the judging lock, hence by one thread at a time."""

    def __init__(self, *, in_process: bool = True) -> None:
        self._in_process = in_process
        self._door: _Door | None = None
        self._rules = ""
        self._last = 0  # the last EventPost whose place the stream knows
        self._generation = 0
        self._uncommitted = False

    def screen(self, posts: Sequence[engine_post.Post]) -> list[dict[str, Any]]:
        """What the rules say of each post, in order."""
        return self._rows({"op": "screen", "posts": [post.to_dict() for post in posts]}, "screened")

    def observe(self, posts: Sequence[engine_post.Post]) -> tuple[list[dict[str, Any]], list[tuple[int, int]]]:
        """Assign the next posts; also the merges of events (from, into) that this brought about.

        The stream is ahead of the log until the caller's transaction commits. Call `catch_up` first.
        """
        self._generation += 1
        generation, self._uncommitted = self._generation, True
        transaction.on_commit(lambda: self._confirm(generation))
        answer = self._ask({"op": "observe", "posts": [post.to_dict() for post in posts]})
        return _checked(answer["assigned"]), [(source, into) for source, into, _similarity in answer["merges"]]

    def knows(self, last: int) -> None:
        """Tell which EventPost row the stream has reached."""
        self._last = max(self._last, last)

    def catch_up(self) -> None:
        """Bring the stream to the log's end. Rebuilds it after a rollback and under new rules."""
        rules = regulation_now().sha256
        if self._uncommitted or rules != self._rules:
            self.reset()
        if self._door is None:
            self._rules = rules
            self._start()
        else:
            self._replay(self._door.handle, EventPost.objects.filter(pk__gt=self._last))

    def reset(self) -> None:
        """Forget everything; the next `catch_up` rebuilds from the log."""
        door, self._door, self._last, self._uncommitted = self._door, None, 0, False
        if isinstance(door, EngineProcess):
            door.close()

    def _start(self) -> None:
        regulation = regulation_now()
        if self._in_process:
            door = Engine(ruleset(regulation), grading_model(regulation))
            self._replay(door.handle, _log())
            self._door = door
            return
        # A child that died is started again by its next request, and then hears the log again before it.
        self._door = EngineProcess(
            rules_source(regulation), grading=_plain_model(regulation), on_start=lambda ask: self._replay(ask, _log())
        )
        self._ask({"op": "ping"})

    def _replay(self, handle: Handle, rows: QuerySet[EventPost]) -> None:
        page = list(rows.select_related("post").order_by("id")[:_BATCH])
        while page:
            answer = handle({"op": "remember", "rows": [_remembered(row) for row in page]})
            if not answer.get("ok"):
                raise EngineFailed(str(answer.get("error")))
            self._last = page[-1].pk
            page = list(rows.filter(pk__gt=self._last).select_related("post").order_by("id")[:_BATCH])

    def _confirm(self, generation: int) -> None:
        """Another batch may have begun between our commit and this call: then the word is that batch's to say."""
        if generation == self._generation:
            self._uncommitted = False

    def _rows(self, request: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
        return _checked(self._ask(request)[name])

    def _ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        if self._door is None:
            self.catch_up()
        assert self._door is not None
        answer = self._door.handle(request)
        if not answer.get("ok"):
            raise EngineFailed(str(answer.get("error")))
        return answer


_judge = Judge()


def engine() -> Judge:
    """The engine of this process."""
    return _judge


def use_process() -> Judge:
    """From now on the engine lives in a child process (`huiying run`): a busy engine never holds up a page."""
    global _judge
    _judge.reset()
    _judge = Judge(in_process=False)
    return _judge


def use_in_process() -> Judge:
    """From now on the engine lives in this process: command line, tests. Ends a child that was in use."""
    global _judge
    _judge.reset()
    _judge = Judge()
    return _judge


def key_of(post: Post) -> str:
    """How the engine calls a stored post: native ids repeat across platforms and versions, row ids do not."""
    return str(post.pk)


def for_stream(posts: Sequence[Post]) -> list[engine_post.Post]:
    """Stored posts as the stream reads them; parents that came in are named by their row, others as 来源:编号."""
    parents = {(post.platform, name) for post in posts for name in (post.parent_id, post.root_id) if name}
    known: dict[tuple[str, str], str] = {}
    for row in Post.objects.filter(native_id__in={name for _platform, name in parents}).order_by("-id"):
        known[(row.platform, row.native_id)] = key_of(row)  # the first version wins
    return [_as_stream_post(post, known) for post in posts]


def _as_stream_post(post: Post, known: Mapping[tuple[str, str], str]) -> engine_post.Post:
    def named(native_id: str) -> str | None:
        return known.get((post.platform, native_id), f":{native_id}") if native_id else None

    row = as_engine_post(post).to_dict()
    row.update(native_id=key_of(post), parent_id=named(post.parent_id), root_id=named(post.root_id))
    return engine_post.parse_post(row)


def _log() -> QuerySet[EventPost]:
    """The last fortnight of the log, and always the newest event's first post: it carries the highest number."""
    newest = EventPost.objects.order_by("-id").first()
    highest = EventPost.objects.order_by("-stream_no", "id").first()
    if newest is None or highest is None:
        return EventPost.objects.none()
    return EventPost.objects.filter(Q(stood_at__gte=newest.stood_at - REMEMBERED) | Q(pk=highest.pk))


def _remembered(row: EventPost) -> dict[str, Any]:
    post = as_engine_post(row.post).to_dict()
    post["native_id"] = key_of(row.post)
    return {
        "post": post,
        "event": row.stream_no,
        "duplicate_of": str(row.duplicate_of_id) if row.duplicate_of_id else None,
    }


def _plain_model(regulation: Regulation) -> dict[str, Any]:
    model = grading_model(regulation)
    return {
        "weights": dict(model.weights),
        "thresholds": dict(model.thresholds),
        "floors": dict(model.floors),
    }


def _checked(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Stored posts were read once at the door, so none of them can be unreadable now."""
    for row in rows:
        if "error" in row:
            raise EngineFailed(f"post {row.get('id')}: {row['error']}")
    return rows
