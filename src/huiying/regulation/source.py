"""A regulation file as a tree in which every value knows its line and its key path.

Built from PyYAML's safe event stream, so that no Python object is ever constructed. Aliases and tags are
refused (a few lines of aliases can unfold into gigabytes), and so are duplicate keys, of which YAML would
silently keep the last.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NoReturn

import yaml

from huiying.regulation.errors import Problem

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 24

Scalar = str | int | float | bool | None

_INTEGER = re.compile(r"[-+]?[0-9]{1,15}")
_DECIMAL = re.compile(r"[-+]?[0-9]{1,15}\.[0-9]{1,15}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt \t].*)?")
_WORDS: dict[str, Scalar] = {"": None, "~": None, "null": None, "true": True, "false": False}


@dataclass
class Node:
    """A value of the file: a scalar, a list or a mapping.

    ``date_like`` marks an unquoted date, which YAML readers turn into a date object and people into a guess.
    """

    line: int
    path: str = ""
    kind: str = "scalar"
    value: Scalar = None
    date_like: bool = False
    entries: dict[str, Node] = field(default_factory=dict)
    key_lines: dict[str, int] = field(default_factory=dict)
    children: list[Node] = field(default_factory=list)

    def get(self, key: str) -> Node | None:
        """The value under a key, or None."""
        return self.entries.get(key)

    def walk(self) -> Iterator[Node]:
        """This node and everything under it, depth first, in file order."""
        yield self
        for child in (*self.entries.values(), *self.children):
            yield from child.walk()


class Refused(Exception):
    """The text is not a tree this program reads at all; carries the one problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def parse(text: str, file: str) -> tuple[Node, list[Problem]]:
    """The tree of ``text`` and the problems of form that did not stop the reading.

    Raises Refused when there is no tree to go on with.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise Refused(too_large(file))
    builder = _Builder(file)
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            builder.take(event)
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise Refused(_not_yaml(error, file)) from error
    root = builder.root
    if root is None or (root.kind == "scalar" and root.value is None):
        raise Refused(
            Problem(
                file,
                1,
                "",
                "文件是空的，应当是一份制度",
                "从内置的 anshan 制度改起",
                "The file is empty; write a regulation.",
            )
        )
    _name_paths(root, "")
    return root, builder.duplicates()


def too_large(file: str) -> Problem:
    """The problem of a file over the limit."""
    return Problem(
        file,
        1,
        "",
        "文件超过 1 MiB，制度文件应当只有几十 KB",
        "删去与制度无关的内容",
        "The file is over 1 MiB; a regulation takes some tens of KB.",
    )


def _not_yaml(error: Exception, file: str) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line = mark.line + 1 if mark is not None else 1
    words = getattr(error, "problem", None) or type(error).__name__
    return Problem(
        file,
        line,
        "",
        f"这里读不下去（{words}），应当是合乎 YAML 写法的文本",
        "检查这一行和上一行的缩进、冒号、引号和括号",
        f"Cannot be read as YAML: {words}. Check indentation, colons, quotes and brackets here.",
    )


class _Builder:
    """Folds parse events into nodes with a stack of its own: no recursion on input."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.root: Node | None = None
        self.documents = 0
        self._twice: list[tuple[Node, str, int]] = []
        self._stack: list[Node] = []
        self._keys: list[tuple[str, int] | None] = []

    def duplicates(self) -> list[Problem]:
        """Keys written twice; asked once the paths are known."""
        return [self._duplicate(*found) for found in self._twice]

    def _duplicate(self, parent: Node, name: str, line: int) -> Problem:
        first = parent.key_lines[name]
        return Problem(
            self.file,
            line,
            f"{parent.path}.{name}".lstrip("."),
            f"“{name}”写了两次，第一次在第{first}行，应当只有一次",
            "删去其中一处",
            f'"{name}" is written twice (first on line {first}); delete one.',
        )

    def take(self, event: yaml.Event) -> None:
        mark = event.start_mark
        line = mark.line + 1 if mark is not None else 1
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self._refuse(
                    line,
                    "文件里有两份文档，应当只有一份",
                    "删去单独成行的 ---",
                    "Two documents in one file; remove the line ---.",
                )
        elif isinstance(event, yaml.AliasEvent):
            self._refuse_anchor(line)
        elif isinstance(event, yaml.ScalarEvent | yaml.SequenceStartEvent | yaml.MappingStartEvent):
            self._open(event, line)
        elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            self._stack.pop()
            self._keys.pop()

    def _open(self, event: yaml.NodeEvent, line: int) -> None:
        if event.anchor is not None:
            self._refuse_anchor(line)
        if getattr(event, "tag", None) not in (None, "!"):
            self._refuse(
                line,
                "这里用了 YAML 标签（!…），制度文件不用标签",
                "删去叹号和它后面的标签",
                "YAML tags are not used here; remove it.",
            )
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event, line)
            return
        node = Node(line, kind="map" if isinstance(event, yaml.MappingStartEvent) else "list")
        self._attach(node)
        self._stack.append(node)
        self._keys.append(None)
        if len(self._stack) > MAX_DEPTH:
            self._refuse(
                line,
                f"嵌套超过 {MAX_DEPTH} 层",
                "检查这一行的括号",
                f"Nested deeper than {MAX_DEPTH}; check the brackets.",
            )

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> None:
        if self._stack and self._stack[-1].kind == "map" and self._keys[-1] is None:
            self._keys[-1] = (str(event.value), line)
            return
        plain = event.style is None
        node = Node(line, value=_plain(event.value) if plain else event.value)
        node.date_like = plain and _DATE.fullmatch(event.value) is not None
        self._attach(node)

    def _attach(self, node: Node) -> None:
        if not self._stack:
            self.root = node
            return
        parent = self._stack[-1]
        if parent.kind == "list":
            parent.children.append(node)
            return
        key = self._keys[-1]
        if key is None:
            self._refuse(
                node.line,
                "键名应当是一个词，这里是一组值",
                "检查这一行的括号和冒号",
                "A key must be a word; check brackets and colons.",
            )
        name, line = key
        self._keys[-1] = None
        if name in parent.entries:
            self._twice.append((parent, name, line))
            return
        parent.entries[name] = node
        parent.key_lines[name] = line

    def _refuse_anchor(self, line: int) -> None:
        self._refuse(
            line,
            "这里用了 YAML 锚点或别名（& 或 *），制度文件不用",
            "把值原样写出来；以 * 或 & 开头的文字加引号",
            "Anchors and aliases are refused; write the value out, and quote text that begins with * or &.",
        )

    def _refuse(self, line: int, message: str, fix: str, en: str) -> NoReturn:
        raise Refused(Problem(self.file, line, "", message, fix, en))


def _plain(text: str) -> Scalar:
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text


def _name_paths(node: Node, path: str) -> None:
    """Give each node its path; a list item that has a code or an id is named by it, so that a signature
    survives reordering.
    """
    node.path = path
    for key, child in node.entries.items():
        _name_paths(child, f"{path}.{key}" if path else key)
    for index, child in enumerate(node.children):
        label = next((str(child.entries[k].value) for k in ("code", "id") if k in child.entries), str(index))
        _name_paths(child, f"{path}[{label}]")
