"""Turns a tree into the dataclasses of ``schema`` by their types, and collects every problem on the way.

A value that cannot be read is reported and replaced by a harmless one, so that one pass finds all problems;
the loader throws the result away when there is any.
"""

from __future__ import annotations

import difflib
import re
import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from datetime import date
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from huiying.regulation.calendar import Duration
from huiying.regulation.errors import Problem
from huiying.regulation.schema_words import FROM_KEY, FROM_PATH, Between, Keys, Pattern, Ref
from huiying.regulation.source import Node

# Nobody reads more, and a file of nonsense must not keep the program busy looking for near words.
MAX_PROBLEMS = 200

_KINDS = {
    "level": ("级别", "level"),
    "role": ("岗位", "role"),
    "department": ("部门", "department"),
    "act": ("动作", "act"),
    "channel_class": ("渠道类", "channel class"),
    "concern": ("关切类型", "concern type"),
    "responsibility": ("职责", "responsibility"),
    "category": ("业务范畴", "line of business"),
    "nature": ("问题性质", "nature of the issue"),
    "duty": ("岗位职能", "duty"),
    "form": ("回应形式", "form of response"),
    "stage": ("发布阶段", "stage of release"),
    "check": ("审查项目", "check"),
    "emergency_level": ("突发事件级别", "emergency level"),
    "urgent_number": ("紧急电话", "urgent number"),
}
# What is said when a key that the regulation cannot do without is left out (DOMAIN §2.3).
_MISSING = {
    "unit": (
        "时限没有写单位",
        "the clock has no unit",
        "写 unit: natural_hours（或 working_days、working_hours）",
    ),
    "by_class": ("渠道类没有责任部门", "channel classes have no owner", "写 by_class: {渠道类: 部门}"),
    "prohibited": (
        "缺少禁止事项，九条都不能关",
        "the prohibitions are missing; none can be switched off",
        "把九条禁止事项写全",
    ),
}
_COMPLETE = {
    "respond_within": ("级别“{}”没有时限", 'level "{}" has no clock', "写 {}: {{within: 时长}}"),
    "by_class": ("渠道类“{}”没有责任部门", 'channel class "{}" has no owner', "写 {}: 部门"),
}


@dataclass
class Catalogue:
    """For each kind of thing, the words the file may use for it and the code each stands for."""

    kinds: dict[str, dict[str, str]]

    def names(self, kind: str) -> list[str]:
        """Codes in file order, each once."""
        return list(dict.fromkeys(self.kinds[kind].values()))


@dataclass
class Reader:
    """Reads one file. ``borrowed``: top-level blocks taken from the built-in file because this one left
    them out.
    """

    file: str
    catalogue: Catalogue
    borrowed: frozenset[str] = frozenset()
    problems: list[Problem] = field(default_factory=list)

    def problem(self, node: Node, message: str, fix: str, en: str, *, key: str = "", line: int = 0) -> None:
        """Record a problem at a node, or at a key of it."""
        if len(self.problems) >= MAX_PROBLEMS:
            return
        path = f"{node.path}.{key}".strip(".") if key else node.path
        line = line or node.line
        block = re.split(r"[.\[]", path, maxsplit=1)[0]
        if block in self.borrowed:
            line, fix = 1, f"这一块本文件没有写，沿用了内置的；请在本文件里写出 {block}"
            en += f" This file leaves {block} out and the built-in one is used; write it in this file."
        self.problems.append(Problem(self.file, line, path, message, fix, en))

    def read(self, node: Node, hint: Any, *, may_be_empty: bool = False) -> Any:
        """The value of ``node`` as the type ``hint`` says."""
        origin = get_origin(hint)
        if origin is Annotated:
            return self._marked(node, hint)
        if origin in (Union, types.UnionType):
            return self._union(node, get_args(hint))
        if origin is Literal:
            return self._choice(node, get_args(hint))
        if origin is tuple:
            return self._list(node, get_args(hint)[0], may_be_empty)
        if origin is not None and issubclass(origin, Mapping):
            return {key: value for key, _, value in self._entries(node, get_args(hint)[1])}
        if is_dataclass(hint) and hint is not Duration:
            return self.record(node, hint)
        return self._scalar(node, hint)

    def _near(self, word: str, known: list[str]) -> list[str]:
        return difflib.get_close_matches(word, known, 1) if len(self.problems) < MAX_PROBLEMS else []

    # -- scalars

    def _scalar(self, node: Node, hint: Any) -> Any:
        read: Callable[[Node], Any] = {
            str: self._text, int: self._integer, float: self._number, bool: self._truth,
            date: self._date, Duration: self._duration,
        }[hint]  # fmt: skip
        return read(node)

    def _wrong(self, node: Node, zh: str, en: str, fix: str) -> None:
        self.problem(node, f"写的是{_shown(node)}，应当是{zh}", fix, f"Found {_shown(node, en=True)}, expected {en}.")

    def _text(self, node: Node) -> str:
        if node.date_like:
            self._wrong(node, "加引号的文字", "a quoted text", f'写成 "{node.value}"')
        elif isinstance(node.value, str) and node.kind == "scalar" and node.value.strip():
            return node.value
        else:
            self._wrong(node, "一段文字", "a text", "写文字；纯数字加引号")
        return ""

    def _integer(self, node: Node) -> int:
        if isinstance(node.value, int) and not isinstance(node.value, bool):
            return node.value
        self._wrong(node, "整数", "a whole number", "只写数字，不加引号和单位")
        return 1

    def _number(self, node: Node) -> float:
        if isinstance(node.value, int | float) and not isinstance(node.value, bool):
            return float(node.value)
        self._wrong(node, "数", "a number", "只写数字，不加引号和单位")
        return 0.5

    def _truth(self, node: Node) -> bool:
        if isinstance(node.value, bool):
            return node.value
        self._wrong(node, "true 或 false", "true or false", "写 true 或 false，不加引号")
        return False

    def _date(self, node: Node) -> date:
        fix = '写成带引号的日期，如 "2016-09-08"'
        if node.date_like:
            self._wrong(node, "加引号的日期", "a quoted date", f'写成 "{node.value}"')
            return date.max
        try:
            if isinstance(node.value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", node.value):
                return date.fromisoformat(node.value)
        except ValueError:
            self._wrong(node, "日历上有的日期", "a date that exists", fix)
            return date.max
        self._wrong(node, "日期", "a date", fix)
        return date.max

    def _duration(self, node: Node) -> Duration:
        try:
            return Duration.parse(node.value if isinstance(node.value, str) else "")
        except ValueError:
            self._wrong(
                node,
                "时长（PT48H、P10D，工作日 P3WD，工作小时 PT4WH）",
                "a duration (PT48H, P10D, working days P3WD, working hours PT4WH)",
                "例如 48 小时写 PT48H，3 个工作日写 P3WD",
            )
            return Duration("PT1H", seconds=3600)

    def _choice(self, node: Node, options: tuple[Any, ...]) -> Any:
        for option in options:
            if node.kind == "scalar" and node.value == option and type(node.value) is type(option):
                return option
        words = [_word(option) for option in options]
        near = self._near(str(node.value), words)
        fix = f"是不是“{near[0]}”？" if near else f"写 {words[0]}"
        self._wrong(
            node,
            "、".join(words) if len(words) == 1 else f"其中之一：{'、'.join(words)}",
            " or ".join(words),
            fix,
        )
        return options[0]

    # -- marked values

    def _marked(self, node: Node, hint: Any) -> Any:
        inner, *markers = get_args(hint)
        for marker in markers:
            if isinstance(marker, Ref):
                return self.refer(node, self._text(node), marker.kind)
            if isinstance(marker, Keys):
                return self._keyed(node, inner, marker)
        value = self.read(node, inner)
        for marker in markers:
            self._bounds(node, value, marker)
        return value

    def _bounds(self, node: Node, value: Any, marker: Any) -> None:
        if isinstance(marker, Between) and not marker.low <= value <= marker.high:
            low = "大于 0" if 0 < marker.low < 1e-6 else f"{marker.low:g}"
            self._wrong(
                node,
                f"{low} 到 {marker.high:g} 之间的数",
                f"a number from {low} to {marker.high:g}",
                f"改成 {low} 到 {marker.high:g} 之间",
            )
        if isinstance(marker, Pattern) and value and not re.fullmatch(marker.regex, value):
            self._wrong(node, marker.zh, marker.en, f"照这个样子写：{marker.zh}")

    def refer(self, node: Node, word: str, kind: str, *, line: int = 0, key: str = "") -> str:
        """The code a word stands for; a word that stands for nothing is reported with those that do."""
        known = self.catalogue.kinds[kind]
        if word in known or not word:
            return known.get(word, word)
        zh, en = _KINDS[kind]
        near = self._near(word, list(known))
        fix = f"是不是“{near[0]}”？" if near else f"用已有的{zh}，或先在文件里加上它"
        listed = "、".join(list(known)[:24])
        self.problem(
            node,
            f"没有叫“{word}”的{zh}，应当是其中之一：{listed}",
            fix,
            f'There is no {en} "{word}"; known: {listed}.',
            line=line,
            key=key,
        )
        return word

    # -- groups

    def _union(self, node: Node, options: tuple[Any, ...]) -> Any:
        if type(None) in options and node.kind == "scalar" and node.value is None:
            return None
        rest = [option for option in options if option is not type(None)]
        for option in rest:
            if get_origin(option) is Literal and node.value in get_args(option):
                return node.value
        return self.read(node, rest[-1])

    def _list(self, node: Node, hint: Any, may_be_empty: bool) -> tuple[Any, ...]:
        # One role alone stands for a group of one: review steps read as people write them.
        if (
            node.kind == "scalar"
            and node.value is not None
            and node.path.endswith("]")
            and get_origin(hint) is Annotated
        ):
            return (self.read(node, hint),)
        if node.kind != "list":
            self._wrong(node, "一个列表", "a list", "写成 [甲, 乙]，或每行一个“- ”")
            return ()
        if not node.children and not may_be_empty:
            self.problem(
                node,
                "列表是空的，应当至少有一项",
                "写上至少一项",
                "The list is empty; write at least one item.",
            )
        values = tuple(self.read(child, hint) for child in node.children)
        self._no_repeats(node, values)
        return values

    def _no_repeats(self, node: Node, values: Iterable[Any]) -> None:
        seen: set[str] = set()
        for child, value in zip(node.children, values, strict=True):
            if isinstance(value, str) and value in seen:
                self.problem(
                    child,
                    f"“{value}”在列表里重复了，应当只有一次",
                    "删去重复的一项",
                    f'"{value}" is listed twice; delete one.',
                )
            if isinstance(value, str) and value:
                seen.add(value)

    def _entries(self, node: Node, hint: Any) -> list[tuple[str, Node, Any]]:
        if not self._is_map(node):
            return []
        return [(k, child, self._entry(k, child, hint)) for k, child in node.entries.items() if k != "basis"]

    def _entry(self, key: str, child: Node, hint: Any) -> Any:
        return self.record(child, hint, key) if is_dataclass(hint) and hint is not Duration else self.read(child, hint)

    def _is_map(self, node: Node) -> bool:
        if node.kind == "map":
            if not node.entries:
                self.problem(node, "这一块是空的，应当至少有一项", "写上内容", "The block is empty; write its content.")
            return True
        self._wrong(node, "一组“键: 值”", "a block of key: value", "在下一行缩进写“键: 值”")
        return False

    def _keyed(self, node: Node, inner: Any, marker: Keys) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, child, value in self._entries(node, get_args(inner)[1]):
            code = self.refer(node, key, marker.kind, line=node.key_lines[key], key=key)
            if code in found:
                self.problem(
                    child,
                    f"“{key}”已经用另一个名字写过",
                    "删去其中一处",
                    f'"{key}" is already written by another name.',
                )
            found[code] = value
        if marker.complete and node.kind == "map":
            self._absent(node, marker.kind, found)
        return found

    def _absent(self, node: Node, kind: str, found: Mapping[str, Any]) -> None:
        last = node.path.rsplit(".", 1)[-1]
        zh, en, fix = _COMPLETE.get(
            last, (f"缺少{_KINDS[kind][0]}“{{}}”", f'{_KINDS[kind][1]} "{{}}" is missing', "写 {}: 值")
        )
        spoken = {code: word for word, code in self.catalogue.kinds[kind].items()}
        for code in self.catalogue.names(kind):
            if code not in found:
                word = spoken[code]
                self.problem(
                    node,
                    f"{zh.format(word)}，应当每个都有",
                    fix.format(word),
                    f"{en.format(word)}; each must have one.",
                )

    # -- blocks

    def record(self, node: Node, cls: Any, key: str = "") -> Any:
        """A block as the dataclass ``cls``; unknown and missing keys are reported."""
        values: dict[str, Any] = {}
        shape = _shape(cls)
        known = [name for name, (marker, _, _) in shape.items() if marker is None]
        if self._is_map(node):
            self._unknown(node, [*known, "basis"])
        for name, (marker, hint, default) in shape.items():
            child = node.get(name)
            if marker is not None:
                values[name] = key if marker == FROM_KEY else node.path
            elif child is not None:
                values[name] = self.read(child, hint, may_be_empty=default is not MISSING)
            elif default is MISSING:
                if node.kind == "map":
                    self._lacking(node, name)
                values[name] = None
        return cls(**values)

    def _unknown(self, node: Node, known: list[str]) -> None:
        for key in node.entries:
            if key in known:
                continue
            near = self._near(key, known)
            fix = f"是不是“{near[0]}”？" if near else "删去它，或改成应有的键"
            self.problem(
                node,
                f"不认识的键“{key}”，这里应当是：{'、'.join(known)}",
                fix,
                f'Unknown key "{key}"; expected one of {", ".join(known)}.'
                + (f' Did you mean "{near[0]}"?' if near else ""),
                key=key,
                line=node.key_lines[key],
            )

    def _lacking(self, node: Node, name: str) -> None:
        zh, en, fix = _MISSING.get(name, (f"缺少“{name}”", f'"{name}" is missing', f"在这一块里写上 {name}"))
        self.problem(node, f"{zh}，这个键必须有", fix, f"{en[0].upper()}{en[1:]}; the key is required.", key=name)


@cache
def _shape(cls: Any) -> dict[str, tuple[str | None, Any, Any]]:
    """Field name → (how it is filled if not from a key, its type, its default)."""
    hints = get_type_hints(cls, include_extras=True)
    return {f.name: (_filled(hints[f.name]), hints[f.name], _default(f)) for f in fields(cls)}


def _filled(hint: Any) -> str | None:
    markers = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
    return next((str(m) for m in markers if m in (FROM_KEY, FROM_PATH)), None)


def _default(item: Field[Any]) -> Any:
    return item.default if item.default is not MISSING else item.default_factory


def _word(option: Any) -> str:
    return str(option).lower() if isinstance(option, bool) else str(option)


def _shown(node: Node, *, en: bool = False) -> str:
    if node.kind != "scalar":
        names = ("a list", "a block") if en else ("一个列表", "一组键值")
        return names[node.kind == "map"]
    if node.value is None:
        return "nothing" if en else "空白"
    text = _word(node.value)
    text = text if len(text) <= 40 else f"{text[:40]}…"
    return f'"{text}"' if en else f"“{text}”"
