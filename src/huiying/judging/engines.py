"""The process-wide engine: rules and event stream, always where the log of EventPost rows is.

The rows are the truth and the engine is a cache of them. Before it observes, it replays rows that another process
wrote; after anything that may not have been committed it is thrown away and rebuilt from the log.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from django.db import transaction

from huiying.engine import post as engine_post
from huiying.engine.client import EngineProcess
from huiying.engine.facade import Engine
from huiying.judging import batch, learning
from huiying.judging.models import EventPost, Pin
from huiying.kernel import home
from huiying.listening.models import Post
from huiying.listening.queries import as_engine_post, by_native_ids
from huiying.listening.watching import grading_model, rules_data, rules_mark, rules_source, ruleset

# How many rows of the log a new engine hears: as many as it would remember. Then its state is the log's, to the byte.
REMEMBERED = 1_000_000
# After so many rows the state is written down, so that a start hears only what came after.
SAVE_EVERY = 20_000
_BATCH = 1000
_SNAPSHOT = "stream.snapshot"
_COMPARED = 100

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
        self._watch = ""  # which of the bureau's own rules this engine has heard
        self._last = 0  # the last EventPost whose place the stream knows
        self._pin = 0  # the last Pin that it heard
        self._saved = 0  # the last EventPost in the snapshot
        self._generation = 0
        self._uncommitted = False
        self._adjustment = 0  # the ScreenAdjustment that the door screens by; 0 is none
        self._booting = threading.Lock()
        self._booted: tuple[str, EngineProcess] | None = None  # a child that is there and has heard nothing yet

    @property
    def rules(self) -> tuple[str, str, int]:
        """By which regulation, changes of its rules and weights this engine screens, as of the last `catch_up`."""
        return self._rules, self._watch, self._adjustment

    def screen(self, posts: Sequence[engine_post.Post]) -> list[dict[str, Any]]:
        """What the rules say of each post, in order."""
        return self._rows({"op": "screen", "posts": self._handed(posts)}, "screened")

    def observe(self, posts: Sequence[engine_post.Post]) -> tuple[list[dict[str, Any]], list[tuple[int, int]]]:
        """Assign the next posts; also the merges of events (from, into) that this brought about.

        The stream is ahead of the log until the caller's transaction commits. Call `catch_up` first.
        """
        self._generation += 1
        generation, self._uncommitted = self._generation, True
        transaction.on_commit(lambda: self._confirm(generation))
        answer = self._ask({"op": "observe", "posts": self._handed(posts)})
        return _checked(answer["assigned"]), [(source, into) for source, into, _similarity in answer["merges"]]

    def _handed(self, posts: Sequence[engine_post.Post]) -> list[Any]:
        """Posts as they are to an engine in this process, written out for the pipe to a child."""
        return list(posts) if self._in_process else [post.to_dict() for post in posts]

    def knows(self, last: int) -> None:
        """Tell which EventPost row the stream has reached."""
        self._last = max(self._last, last)

    def catch_up(self) -> None:
        """Bring the stream to the log's end. Rebuilds it after a rollback and under new rules."""
        rules = batch.regulation().sha256
        if self._uncommitted or rules != self._rules:
            self.reset()
        if self._door is None:
            self._rules = rules
            self._start()
        else:
            self._hear_rules()
            self._replay(self._door.handle)
            if learning.current_adjustment() != self._adjustment:
                self._adjust(self._door.handle)
        if self._last - self._saved >= SAVE_EVERY:
            self._save()

    def boot(self) -> None:
        """Have a child ready before a transaction begins that will need one: while it starts nobody else could write.
        Needs no judging lock; does nothing where there is an engine already.
        """
        if self._in_process or self._door is not None:
            return
        with self._booting:
            if self._door is None and self._booted is None:
                kind, child = self._child()
                child.boot()
                self._booted = kind, child

    def _child(self) -> tuple[str, EngineProcess]:
        """A child that is not yet started, and what it is made of."""
        source, model = made_of()
        kind = json.dumps([source, model], sort_keys=True)
        return kind, EngineProcess(source, grading=model, on_start=self._restore)

    def _fresh_child(self) -> EngineProcess:
        """The one that was booted, unless it is of another regulation."""
        with self._booting:
            kind, child = self._child()
            booted, self._booted = self._booted, None
        if booted is not None and booted[0] == kind:
            return booted[1]
        if booted is not None:
            booted[1].close()
        return child

    def reset(self) -> None:
        """Forget everything; the next `catch_up` rebuilds from the snapshot and the log after it."""
        door, self._door, self._uncommitted = self._door, None, False
        self._last, self._pin, self._saved = 0, 0, 0
        if isinstance(door, EngineProcess):
            door.close()

    def close(self) -> None:
        """As `reset`, and a child that waits ends too."""
        self.reset()
        with self._booting:
            booted, self._booted = self._booted, None
        if booted is not None:
            booted[1].close()

    def _hear_rules(self) -> None:
        """Rules that two persons agreed on take the old ones' place; the stream goes on (C5.11)."""
        if self._watch != (mark := rules_mark()):
            self._ask(new_rules(wait=self._in_process))
            self._watch = mark

    def _start(self) -> None:
        regulation = batch.regulation()
        self._watch = rules_mark()
        if self._in_process:
            door = Engine(ruleset(regulation), grading_model(regulation))
            self._wake(door.handle)
            self._adjust(door.handle)
            self._door = door
            return
        # A child that died is started again by its next request, and then hears the log again before it.
        self._door = self._fresh_child()
        self._ask({"op": "ping"})

    def _restore(self, handle: Handle) -> None:
        """A new child knows the file alone: it hears the bureau's rules, then the log, then the bureau's weights."""
        if self._watch:
            _good(handle(new_rules(wait=True)))
        self._wake(handle)
        self._adjust(handle)

    def _adjust(self, handle: Handle) -> None:
        """Let the door screen by the bureau's own weights in force (C5.16)."""
        self._adjustment = learning.current_adjustment()
        _good(handle({"op": "adjust", "weights": learning.weights()}))

    def _wake(self, handle: Handle) -> None:
        """Bring a new engine to the log's end: from the snapshot where that is of this very log, else from the log."""
        self._last, self._pin, self._saved = 0, 0, 0
        path = str(_snapshot())
        place = _good(handle({"op": "restore", "path": path}))["place"]
        if place is not None and _is_of_this_log(place):
            self._last, self._pin, self._saved = place["last"], place["pin"], place["last"]
        elif place is not None:
            # Of another log: the engine has to forget it again before it hears this one.
            _good(handle({"op": "forget"}))
        self._replay(handle)

    def _replay(self, handle: Handle) -> None:
        """Posts and persons' words in the order in which they came."""
        pins, rows = Pin.objects.filter(pk__gt=self._pin), EventPost.objects.filter(pk__gt=self._last)
        # Before most batches nothing is new, and to ask for whole rows costs more than to ask whether there are any.
        has_pins = pins.exists()
        if not has_pins and not rows.exists():
            return
        first = 0 if self._last else _first_remembered()
        if has_pins:
            for pin in pins.select_related("left", "right").order_by("id"):
                self._remember(handle, first, pin.after)
                _good(handle(_pinned(pin)))
                self._pin = pin.pk
        self._remember(handle, first, None)

    def _remember(self, handle: Handle, first: int, until: int | None) -> None:
        rows = EventPost.objects.filter(pk__gte=first)
        if until is not None:
            rows = rows.filter(pk__lte=until)
        while page := list(rows.filter(pk__gt=self._last).select_related("post").order_by("id")[:_BATCH]):
            _good(handle({"op": "remember", "rows": [_remembered(row) for row in page]}))
            self._last = page[-1].pk

    def _save(self) -> None:
        """Write the state down. Called where all that the engine knows is committed."""
        place = {"last": self._last, "pin": self._pin, **_log_until(self._last)}
        self._ask({"op": "save", "path": str(_snapshot()), "place": place})
        self._saved = self._last

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
        return _good(self._door.handle(request))


_judge = Judge()


def engine() -> Judge:
    """The engine of this process."""
    return _judge


def use_process() -> Judge:
    """From now on the engine lives in a child process (`huiying run`): a busy engine never holds up a page."""
    global _judge
    _judge.close()
    _judge = Judge(in_process=False)
    return _judge


def use_in_process() -> Judge:
    """From now on the engine lives in this process: command line, tests. Ends a child that was in use."""
    global _judge
    _judge.close()
    _judge = Judge()
    return _judge


def key_of(post: Post) -> str:
    """How the engine calls a stored post: native ids repeat across platforms and versions, row ids do not."""
    return str(post.pk)


def for_stream(posts: Sequence[Post]) -> list[engine_post.Post]:
    """Stored posts as the stream reads them; parents that came in are named by their row, others as 来源:编号."""
    parents = {(post.platform, name) for post in posts for name in (post.parent_id, post.root_id) if name}
    known: dict[tuple[str, str], str] = {}
    rows = by_native_ids(parents).only("platform", "native_id", "kind") if parents else ()
    # The first version wins, and of one number a post before a comment: their numbers may be the same.
    for row in sorted(rows, key=lambda row: (row.kind != "comment", -row.pk)):
        known[(row.platform, row.native_id)] = key_of(row)
    return [_as_stream_post(post, known) for post in posts]


def _as_stream_post(post: Post, known: Mapping[tuple[str, str], str]) -> engine_post.Post:
    def named(native_id: str) -> str | None:
        found = known.get((post.platform, native_id)) if native_id else None
        elsewhere = f":{native_id}" if native_id else None
        return elsewhere if found in (None, key_of(post)) else found

    return replace(
        as_engine_post(post), native_id=key_of(post), parent_id=named(post.parent_id), root_id=named(post.root_id)
    )


def _snapshot() -> Path:
    return home.home() / _SNAPSHOT


def _log_until(last: int) -> dict[str, Any]:
    """What tells this log from another one, or from itself before it was restored: its length and its latest rows."""
    rows = EventPost.objects.filter(pk__lte=last)
    told = rows.order_by("-id").values_list("id", "stream_no", "stood_at", "post__platform", "post__native_id")
    latest = [[str(value) for value in row] for row in told[:_COMPARED]]
    return {"rows": rows.count(), "latest": hashlib.sha256(json.dumps(latest).encode()).hexdigest()}


def _is_of_this_log(place: Mapping[str, Any]) -> bool:
    last, pin = place.get("last"), place.get("pin")
    if not isinstance(last, int) or not isinstance(pin, int):
        return False
    known = not pin or Pin.objects.filter(pk=pin, after__lte=last).exists()
    return known and all(place.get(name) == value for name, value in _log_until(last).items())


def _first_remembered() -> int:
    """The row of the log from which a new engine hears it."""
    newest = EventPost.objects.order_by("-id").values_list("id", flat=True)[REMEMBERED : REMEMBERED + 1]
    return next(iter(newest), 0)


def _pinned(pin: Pin) -> dict[str, Any]:
    posts = Post.objects.filter(pk__in=pin.posts).order_by("id")
    return {
        "op": "pin",
        "kind": pin.kind,
        "left": pin.left.stream_no,
        "right": pin.right.stream_no,
        "posts": [{**as_engine_post(post).to_dict(), "native_id": key_of(post)} for post in posts],
    }


def _remembered(row: EventPost) -> dict[str, Any]:
    post = as_engine_post(row.post).to_dict()
    post["native_id"] = key_of(row.post)
    return {
        "post": post,
        "event": row.stream_no,
        "duplicate_of": str(row.duplicate_of_id) if row.duplicate_of_id else None,
    }


def made_of() -> tuple[str, dict[str, Any]]:
    """The rule file and the grading model that a child begins with."""
    regulation = batch.regulation()
    model = grading_model(regulation)
    plain = {"weights": dict(model.weights), "thresholds": dict(model.thresholds), "floors": dict(model.floors)}
    return rules_source(regulation), plain


def new_rules(*, wait: bool) -> dict[str, Any]:
    """The request that gives an engine the rules in force."""
    regulation = batch.regulation()
    return {"op": "rules", "data": rules_data(regulation), "name": rules_source(regulation), "wait": wait}


def _good(answer: dict[str, Any]) -> dict[str, Any]:
    if not answer.get("ok"):
        raise EngineFailed(str(answer.get("error")))
    return answer


def _checked(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Stored posts were read once at the door, so none of them can be unreadable now."""
    for row in rows:
        if "error" in row:
            raise EngineFailed(f"post {row.get('id')}: {row['error']}")
    return rows
