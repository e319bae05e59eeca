"""One door to the engine: JSON in, JSON out, the same in this process and in the child (`child.py`).

Requests are `{"op": …}`:
- `ping` → `{"ok": true, "rules": n, "posts": n}`
- `screen` `posts: [post]` → `screened: [Screened]`, each with `reasons_en` beside `reasons`
- `observe` `posts: [post]` → `assigned: [Assigned]`, `merges: [[from, into, similarity]]` (new ones)
- `remember` `rows: [{"post", "event", "duplicate_of"}]` → `remembered: n`
- `grade` `figures: {…}`, `channel_class` → `grade: {…}`
An answer is `{"ok": true, …}` or `{"ok": false, "error": sentence}`. A post that cannot be read is answered
in its place with `{"id", "error"}`, so that one bad post never costs a batch (INV-1).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from typing import Any, Final

from huiying.engine.grading import Figures, GradingModel, grade
from huiying.engine.post import Post, PostError, parse_post
from huiying.engine.rules import RuleSet
from huiying.engine.screening import Screener
from huiying.engine.stream import EventStream, StreamSettings

MAX_BATCH: Final = 5_000
_FIGURES: Final = {field.name: field.type for field in fields(Figures)}
_FLAGS: Final = frozenset({"casualty", "hot_list", "superior", "outage"})


class _Refused(ValueError):
    """A request that makes no sense; the message is the answer's `error`."""


class Engine:
    """Rules, grading model and event stream behind `handle`."""

    def __init__(
        self, ruleset: RuleSet, grading: GradingModel | None = None, stream: StreamSettings | None = None
    ) -> None:
        self._ruleset = ruleset
        self._model = grading or GradingModel()
        self._screener = Screener(ruleset, self._model)
        self._stream = EventStream(stream)
        self._told = 0
        self._ops: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
            "ping": self._ping,
            "screen": self._screen,
            "observe": self._observe,
            "remember": self._remember,
            "grade": self._grade,
        }

    def handle(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Answer one request. Never raises for what a request holds."""
        op = request.get("op")
        work = self._ops.get(op) if isinstance(op, str) else None
        if work is None:
            return {"ok": False, "error": f"不认识的请求 op：应为 {'、'.join(self._ops)}"}
        try:
            return {"ok": True, **work(request)}
        except (_Refused, PostError) as error:
            return {"ok": False, "error": str(error)}

    def _ping(self, request: Mapping[str, Any]) -> dict[str, Any]:
        return {"rules": len(self._ruleset.rules), "posts": len(self._stream)}

    def _screen(self, request: Mapping[str, Any]) -> dict[str, Any]:
        return {"screened": [self._each(row, self._screened) for row in _rows(request, "posts")]}

    def _screened(self, post: Post) -> dict[str, Any]:
        found = self._screener.screen(post)
        return {**found.to_dict(), "reasons_en": list(found.reasons_en)}

    def _observe(self, request: Mapping[str, Any]) -> dict[str, Any]:
        assigned = [
            self._each(row, lambda post: self._stream.observe(post).to_dict()) for row in _rows(request, "posts")
        ]
        merges = [list(merge) for merge in self._stream.merges[self._told :]]
        self._told += len(merges)
        return {"assigned": assigned, "merges": merges}

    def _remember(self, request: Mapping[str, Any]) -> dict[str, Any]:
        rows = _rows(request, "rows")
        for row in rows:
            event, copy = row.get("event"), row.get("duplicate_of")
            if isinstance(event, bool) or not isinstance(event, int) or event < 1:
                raise _Refused("rows[].event：应为事件编号（不小于 1 的整数）")
            if copy is not None and not isinstance(copy, str):
                raise _Refused("rows[].duplicate_of：应为 native_id 或 null")
            if not isinstance(row.get("post"), Mapping):
                raise _Refused("rows[].post：应为一条 post 对象")
            self._stream.remember(parse_post(row["post"]), event, copy)
        # Merges which the replay made again are in the log already.
        self._told = len(self._stream.merges)
        return {"remembered": len(rows)}

    def _grade(self, request: Mapping[str, Any]) -> dict[str, Any]:
        figures = request.get("figures")
        if not isinstance(figures, Mapping):
            raise _Refused("figures：应为对象")
        channel = request.get("channel_class")
        result = grade(_figures(figures), self._model, channel_class=channel if isinstance(channel, str) else "")
        return {"grade": _plain(asdict(result))}

    def _each(self, row: Mapping[str, Any], work: Callable[[Post], dict[str, Any]]) -> dict[str, Any]:
        try:
            return work(parse_post(row))
        except PostError as error:
            given = row.get("native_id", row.get("id"))
            return {"id": given if isinstance(given, str) else None, "error": str(error)}


def _rows(request: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    rows = request.get(name)
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise _Refused(f"{name}：应为对象的列表")
    if len(rows) > MAX_BATCH:
        raise _Refused(f"{name}：一批不超过 {MAX_BATCH} 条，请分批")
    return rows


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
