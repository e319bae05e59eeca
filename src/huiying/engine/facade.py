"""One door to the engine: JSON in, JSON out, the same in this process and in the child (`child.py`).

Requests are `{"op": …}`:
- `ping` → `{"ok": true, "rules": n, "posts": n}`
- `warm` → `{}`: model and kernels are loaded now, and not under the first post
- `screen` `posts: [post]` → `screened: [Screened]`, each with `reasons_en` beside `reasons`, `ruleset` (which rules
  judged it), `hits: [{"rule", "version", "terms": [[clause, start, end]]}]` and the foremost rule's `confirm_with`
- `look` `posts`, `now` → `looked`: as `screened`, of the post as it may be stored, with `in_danger`, and with
  `masked: [title, text, extra]` where that is not what was given
- `rules` `data`, `name`, `wait` → `rules: n` (null without `wait`): new rules, while the old ones go on judging
- `observe` `posts: [post]` → `assigned: [Assigned]`, `merges: [[from, into, similarity]]` (new ones)
- `remember` `rows: [{"post", "event", "duplicate_of"}]` → `remembered: n`
- `adjust` `weights: {fact: number}` → `adjusted: n`: a bureau's own weights of the screening, in place of earlier ones
- `pin` `kind: together|apart|split`, `left`, `right` (events), `posts: [post]` of a split → `{}`: a person's word
- `save` `path`, `place: {…}` → `saved: true`; `restore` `path` → `place: {…}` as it was saved, or null where the
  snapshot is missing, damaged or of another version (then the log is to be replayed)
- `forget` → `{}`: the stream is empty again
- `grade` `figures: {…}`, `channel_class` → `grade: {…}`
In one process a post may be handed over as a `Post` instead of an object, which saves writing and reading it.
An answer is `{"ok": true, …}` or `{"ok": false, "error": sentence}`. A post that cannot be read is answered
in its place with `{"id", "error"}`, so that one bad post never costs a batch (INV-1).
A snapshot is one file, whole or not at all: its first line holds the format, the version of code and parameters and a
digest of what follows; a file that does not match in every one of these is as good as none.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from huiying.engine.clusters import Judgement
from huiying.engine.grading import Figures, GradingModel, grade
from huiying.engine.post import Post, PostError, parse_post
from huiying.engine.rules import ExpressionError, RuleError, RuleSet, rules_from
from huiying.engine.screen_model import compile_sums
from huiying.engine.screening import Screener, in_danger
from huiying.engine.storable import storable
from huiying.engine.stream import EventStream, StreamSettings

_FORMAT: Final = "huiying.stream/1"
_LARGE: Final = 1 << 16
_ROWS: Final = "~rows"
_SHAPE: Final = "~shape"


def write_snapshot(path: Path, stream: EventStream, place: dict[str, Any]) -> None:
    """Write the state, and with it `place`: where in the log it stands. Atomic; readable by the owner only."""
    body = io.BytesIO()
    arrays: dict[str, Any] = {"place": np.frombuffer(json.dumps(place).encode(), np.uint8), **_packed(stream.dump())}
    np.savez(body, **arrays)
    content = body.getbuffer()
    head = f"{_FORMAT} {stream.version} {hashlib.blake2b(content, digest_size=16).hexdigest()}\n"
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(head.encode())
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def read_snapshot(path: Path, stream: EventStream) -> dict[str, Any] | None:
    """Load the state into `stream` and return its place; None, with the stream empty, where there is no good file."""
    stream.clear()
    try:
        with path.open("rb") as file:
            head, content = file.readline(200).decode("ascii", "replace").split(), file.read()
    except OSError:
        return None
    if head != [_FORMAT, stream.version, hashlib.blake2b(content, digest_size=16).hexdigest()]:
        return None
    with np.load(io.BytesIO(content), allow_pickle=False) as held:
        arrays = {name: held[name] for name in held.files}
    place: dict[str, Any] = json.loads(arrays.pop("place").tobytes())
    stream.load(_unpacked(arrays))
    return place


def _packed(arrays: dict[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
    """Large tables are mostly empty: of those only the rows with anything in them."""
    packed: dict[str, npt.NDArray[Any]] = {}
    for name, array in arrays.items():
        if array.ndim != 2 or array.size < _LARGE:
            packed[name] = array
            continue
        rows = np.flatnonzero(array.any(axis=1))
        packed[name] = array[rows]
        packed[name + _ROWS] = rows
        packed[name + _SHAPE] = np.array(array.shape)
    return packed


def _unpacked(packed: dict[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
    arrays: dict[str, npt.NDArray[Any]] = {}
    for name, array in packed.items():
        if name.endswith((_ROWS, _SHAPE)):
            continue
        if name + _ROWS not in packed:
            arrays[name] = array
            continue
        whole = np.zeros(tuple(packed[name + _SHAPE].tolist()), array.dtype)
        whole[packed[name + _ROWS]] = array
        arrays[name] = whole
    return arrays


_LABEL: Final = 64


class Rules:
    """A screener and the label of its rules. Readers take `current` once and keep it for a batch: what they hold is
    never changed under them, and no batch waits while new rules are compiled.
    """

    def __init__(self, ruleset: RuleSet, model: GradingModel) -> None:
        self._model = model
        self._lock = threading.Lock()
        self._asked = 0
        self._adjustment: dict[str, float] = {}
        self.current = self._made(ruleset)
        self.ruleset = ruleset

    def swap(self, data: Mapping[str, Any], name: str, *, wait: bool) -> RuleSet | None:
        """Compile and put in place; without `wait` in a thread of its own, and None is returned.

        Raises `RuleError` or `ExpressionError` for data that cannot be used where it waits. Of two swaps the one that
        was asked for later stays.
        """
        with self._lock:
            self._asked += 1
            turn = self._asked
        if wait:
            return self._put(rules_from(data, name=name), turn)
        thread = threading.Thread(target=lambda: self._put(rules_from(data, name=name), turn), daemon=True)
        thread.start()
        return None

    def adjust(self, weights: Mapping[str, float]) -> None:
        """A bureau's own weights of the screening, for the rules of now and for those that follow (C5.16)."""
        with self._lock:
            self._adjustment = dict(weights)
            screener, label = self.current
            self.current = screener.adjusted(self._adjustment), label

    def _put(self, ruleset: RuleSet, turn: int) -> RuleSet:
        made = self._made(ruleset)
        with self._lock:
            if turn == self._asked:
                screener, label = made
                self.current, self.ruleset = (screener.adjusted(self._adjustment), label), ruleset
        return ruleset

    def _made(self, ruleset: RuleSet) -> tuple[Screener, str]:
        label = f"{Path(ruleset.name).name}@{ruleset.version}"[:_LABEL]
        return Screener(ruleset, self._model), label


#: Two, because the second is looked up among the first. They go nowhere.
POSTS: Final = tuple(Post(native_id=name, text=f"没有人说过的话，第{name}遍") for name in "12")


def warm_stream() -> None:
    stream = EventStream(StreamSettings(window=1 << 10, live=1 << 8))
    for post in POSTS:
        stream.observe(post)


MAX_BATCH: Final = 5_000
MAX_EVENT: Final = 200_000_000
_FIGURES: Final = {field.name: field.type for field in fields(Figures)}
_FLAGS: Final = frozenset({"casualty", "hot_list", "superior", "outage"})


class _Refused(ValueError):
    """A request that makes no sense; the message is the answer's `error`."""


#: Request → method. Names, not bound methods: an engine that refers to itself would keep its arrays until some later
#: collection, and there is one after each rollback.
_OPS: Final = {
    "ping": "_ping",
    "warm": "_warm",
    "screen": "_screen",
    "look": "_look",
    "rules": "_new_rules",
    "observe": "_observe",
    "remember": "_remember",
    "pin": "_pin",
    "save": "_save",
    "restore": "_restore",
    "forget": "_forget",
    "grade": "_grade",
    "adjust": "_adjust",
}


class Engine:
    """Rules, grading model and event stream behind `handle`."""

    def __init__(
        self, ruleset: RuleSet, grading: GradingModel | None = None, stream: StreamSettings | None = None
    ) -> None:
        self._model = grading or GradingModel()
        self._rules = Rules(ruleset, self._model)
        # What comes here was found to concern the bureau: even the shortest of it speaks of a matter of its own.
        spoken = Judgement(reply=0.0)
        self._stream = EventStream(stream or StreamSettings(judgement=spoken, own_names=ruleset.own_names))
        self._told = 0
        compile_sums()  # the stream has numba loaded

    def handle(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Answer one request. Never raises for what a request holds."""
        op = request.get("op")
        name = _OPS.get(op) if isinstance(op, str) else None
        if name is None:
            return {"ok": False, "error": f"不认识的请求 op：应为 {'、'.join(_OPS)}"}
        work: Callable[[Mapping[str, Any]], dict[str, Any]] = getattr(self, name)
        try:
            return {"ok": True, **work(request)}
        except (_Refused, PostError, RuleError, ExpressionError) as error:
            return {"ok": False, "error": str(error)}

    def _ping(self, request: Mapping[str, Any]) -> dict[str, Any]:
        return {"rules": len(self._rules.ruleset.rules), "posts": len(self._stream)}

    def _warm(self, request: Mapping[str, Any]) -> dict[str, Any]:
        for post in POSTS:
            self._rules.current[0].screen(post)
        warm_stream()
        return {}

    def _screen(self, request: Mapping[str, Any]) -> dict[str, Any]:
        screener, label = self._rules.current
        rows = _rows(request, "posts")
        return {"screened": [self._each(row, lambda post: _screened(screener, label, post)) for row in rows]}

    def _look(self, request: Mapping[str, Any]) -> dict[str, Any]:
        screener, label = self._rules.current
        now = datetime.fromisoformat(str(request.get("now")))

        def looked(post: Post) -> dict[str, Any]:
            kept = storable(post, now)
            is_changed = (kept.title, kept.text, kept.extra) != (post.title, post.text, post.extra)
            return {
                **_screened(screener, label, kept),
                "in_danger": in_danger(post, lambda: screener),
                "masked": [kept.title, kept.text, kept.extra] if is_changed else None,
            }

        return {"looked": [self._each(row, looked) for row in _rows(request, "posts")]}

    def _new_rules(self, request: Mapping[str, Any]) -> dict[str, Any]:
        data = request.get("data")
        if not isinstance(data, Mapping):
            raise _Refused("data：应为规则文件的内容（对象）")
        made = self._rules.swap(data, str(request.get("name", "")), wait=request.get("wait") is not False)
        return {"rules": None if made is None else len(made.rules)}

    def _adjust(self, request: Mapping[str, Any]) -> dict[str, Any]:
        weights = request.get("weights")
        if not isinstance(weights, Mapping) or not all(_is_number(value) for value in weights.values()):
            raise _Refused("weights：应为名称到数的对象")
        self._rules.adjust({str(name): float(value) for name, value in weights.items()})
        return {"adjusted": len(weights)}

    def _observe(self, request: Mapping[str, Any]) -> dict[str, Any]:
        assigned = [
            self._each(row, lambda post: self._stream.observe(post).to_dict()) for row in _rows(request, "posts")
        ]
        merges = [list(merge) for merge in self._stream.merges[self._told :]]
        self._told += len(merges)
        return {"assigned": assigned, "merges": merges}

    def _remember(self, request: Mapping[str, Any]) -> dict[str, Any]:
        rows = _rows(request, "rows")
        if any(isinstance(row, Post) for row in rows):
            raise _Refused("rows：应为对象的列表")
        for row in rows:
            event, copy = row.get("event"), row.get("duplicate_of")
            if isinstance(event, bool) or not isinstance(event, int) or not 0 < event < MAX_EVENT:
                raise _Refused("rows[].event：应为事件编号（不小于 1 的整数）")
            if copy is not None and not isinstance(copy, str):
                raise _Refused("rows[].duplicate_of：应为 native_id 或 null")
            if not isinstance(row.get("post"), Mapping):
                raise _Refused("rows[].post：应为一条 post 对象")
            self._stream.remember(parse_post(row["post"]), event, copy)
        # Merges which the replay made again are in the log already.
        self._told = len(self._stream.merges)
        return {"remembered": len(rows)}

    def _pin(self, request: Mapping[str, Any]) -> dict[str, Any]:
        kind, left, right = request.get("kind"), _event(request, "left"), _event(request, "right")
        if kind == "together":
            self._stream.together(left, right)
        elif kind == "apart":
            self._stream.apart(left, right)
        elif kind == "split":
            self._stream.split(left, right, [parse_post(row) for row in _rows(request, "posts")])
        else:
            raise _Refused("kind：应为 together、apart、split 之一")
        # What a person merged stands in the log already.
        self._told = len(self._stream.merges)
        return {}

    def _save(self, request: Mapping[str, Any]) -> dict[str, Any]:
        place = request.get("place")
        write_snapshot(Path(_path(request)), self._stream, place if isinstance(place, dict) else {})
        return {"saved": True}

    def _restore(self, request: Mapping[str, Any]) -> dict[str, Any]:
        found = read_snapshot(Path(_path(request)), self._stream)
        self._told = len(self._stream.merges)
        return {"place": found}

    def _forget(self, request: Mapping[str, Any]) -> dict[str, Any]:
        self._stream.clear()
        self._told = 0
        return {}

    def _grade(self, request: Mapping[str, Any]) -> dict[str, Any]:
        figures = request.get("figures")
        if not isinstance(figures, Mapping):
            raise _Refused("figures：应为对象")
        channel = request.get("channel_class")
        result = grade(_figures(figures), self._model, channel_class=channel if isinstance(channel, str) else "")
        return {"grade": _plain(asdict(result))}

    def _each(self, row: Post | Mapping[str, Any], work: Callable[[Post], dict[str, Any]]) -> dict[str, Any]:
        try:
            return work(row if isinstance(row, Post) else parse_post(row))
        except PostError as error:
            given = row.native_id if isinstance(row, Post) else row.get("native_id", row.get("id"))
            return {"id": given if isinstance(given, str) else None, "error": str(error)}


def _screened(screener: Screener, label: str, post: Post) -> dict[str, Any]:
    found = screener.screen(post)
    hits = [hit.to_dict() for hit in found.hits]
    confirm_with = list(found.hits[0].rule.confirm_with) if found.hits else []
    more = {"reasons_en": list(found.reasons_en), "ruleset": label, "hits": hits, "confirm_with": confirm_with}
    return {**found.to_dict(), **more}


def _rows(request: Mapping[str, Any], name: str) -> list[Any]:
    rows = request.get(name)
    if not isinstance(rows, list) or not all(isinstance(row, Post | Mapping) for row in rows):
        raise _Refused(f"{name}：应为对象的列表")
    if len(rows) > MAX_BATCH:
        raise _Refused(f"{name}：一批不超过 {MAX_BATCH} 条，请分批")
    return rows


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _event(request: Mapping[str, Any], name: str) -> int:
    event = request.get(name)
    if isinstance(event, bool) or not isinstance(event, int) or not 0 < event < MAX_EVENT:
        raise _Refused(f"{name}：应为事件编号（不小于 1 的整数）")
    return event


def _path(request: Mapping[str, Any]) -> str:
    path = request.get("path")
    if not isinstance(path, str) or not path:
        raise _Refused("path：应为文件路径")
    return path


def _figures(given: Mapping[str, Any]) -> Figures:
    values: dict[str, Any] = {}
    for name, value in given.items():
        if name not in _FIGURES:
            raise _Refused(f"figures.{name}：应为 {'、'.join(_FIGURES)} 之一")
        if value is None:
            continue
        number = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1e15
        if not (isinstance(value, bool) if name in _FLAGS else number):
            raise _Refused(f"figures.{name}：应为{'true 或 false' if name in _FLAGS else '不小于 0 的数'}")
        values[name] = value
    return Figures(**values)


def _plain(value: Any) -> Any:
    """Tuples as lists, so that the answer is the same in process and through the pipe."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple | list) else value
