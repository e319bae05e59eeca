"""On what each value rests: the regulation's text, an interpretation, a superior norm, or the product's
default (C13.1).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from huiying.regulation.calendar import Duration
from huiying.regulation.reader import Reader
from huiying.regulation.source import Node

KINDS = ("text", "interpretation", "superior", "default")
_NORM = re.compile(r"〔[0-9]{4}〕[0-9]+号")
_GAP = re.compile(r"G[0-9]{1,2}")


@dataclass(frozen=True)
class Basis:
    """``kind`` is one of the four; ``words`` the rest of the line, such as the article; ``text`` the line
    as written.
    """

    kind: str
    words: str = ""
    text: str = "default"

    @property
    def gap(self) -> str:
        """The number of the question (G1–G16) that the office has to answer, or nothing."""
        found = _GAP.search(self.words) if self.kind == "interpretation" else None
        return found[0] if found else ""

    @classmethod
    def parse(cls, text: str) -> Basis:
        """Read a basis line; ValueError when it names none of the four kinds.

        A line may say several things, ``bodies = text （五）; time = interpretation``; then the weakest
        counts, so that nothing unsigned hides behind the regulation's words. A superior norm may be named
        by its number alone.
        """
        kinds = []
        for part in re.split(r"[;；]", text):
            word, _, _ = part.rpartition("=")[2].strip().partition(" ")
            kinds.append(re.split(r"[（(：:]", word)[0])
        known = [kind for kind in kinds if kind in KINDS]
        if not known and _NORM.search(text):
            known = ["superior"]
        if not known:
            raise ValueError(text)
        kind = "interpretation" if "interpretation" in known else known[0]
        return cls(kind, text.removeprefix(kind).strip(), text)


DEFAULT = Basis("default")


@dataclass(frozen=True)
class Place:
    """A value of the file with its basis; ``words`` says the value, and is empty for a block."""

    basis: Basis
    words: str


def bases(root: Node, reader: Reader) -> dict[str, Place]:
    """Key path → place, for every block and value; problems go to the reader."""
    return dict(_places(root, DEFAULT, reader))


def _places(node: Node, basis: Basis, reader: Reader) -> Iterator[tuple[str, Place]]:
    own, parts = _own(node, basis, reader)
    yield node.path, Place(own, _words(node))
    for key, child in node.entries.items():
        if key != "basis":
            yield from _places(child, parts.get(key, own), reader)
    for child in node.children:
        yield from _places(child, own, reader)


def _own(node: Node, inherited: Basis, reader: Reader) -> tuple[Basis, dict[str, Basis]]:
    written = node.get("basis")
    if written is None:
        return inherited, {}
    if written.kind != "map":
        return _parse(written, reader), {}
    parts = {key: _parse(child, reader) for key, child in written.entries.items()}
    for key in written.entries:
        if key != "*" and key not in node.entries:
            reader.problem(
                written,
                f"basis 里的“{key}”在这一块里没有",
                '改成这一块里的键，其余用 "*"',
                f'"{key}" in basis is no key of this block.',
                key=key,
                line=written.key_lines[key],
            )
    return parts.get("*", inherited), parts


def _parse(node: Node, reader: Reader) -> Basis:
    try:
        return Basis.parse(node.value if isinstance(node.value, str) else "")
    except ValueError:
        reader.problem(
            node,
            f"依据写的是“{node.value}”，应当以 {'、'.join(KINDS)} 之一开头",
            '如 "text （八）" 或 interpretation',
            f"A basis must begin with one of {', '.join(KINDS)}.",
        )
        return DEFAULT


def _words(node: Node) -> str:
    if node.kind == "list" and all(child.kind == "scalar" for child in node.children):
        return "、".join(_word(child) for child in node.children)
    return _word(node) if node.kind == "scalar" else ""


def _word(node: Node) -> str:
    if isinstance(node.value, bool):
        return "是" if node.value else "否"
    if isinstance(node.value, str):
        try:
            return Duration.parse(node.value).zh()
        except ValueError:
            return node.value
    return f"{node.value}"


def leaf_paths(root: Node) -> list[str]:
    """The values an inspector could question: scalars and lists of words, in file order. A translation is
    none.
    """
    return [path for path in _leaves(root) if not path.endswith((".en", "_en"))]


def _leaves(node: Node) -> Iterator[str]:
    if node.kind == "scalar" or (node.kind == "list" and all(c.kind == "scalar" for c in node.children)):
        yield node.path
        return
    for key, child in node.entries.items():
        if key != "basis":
            yield from _leaves(child)
    for child in node.children:
        yield from _leaves(child)
