"""Reads a regulation file, or says everything that is wrong with it: file, line, key, what was expected,
what to write.

A block that a file may leave to the product (departments, states, names …) is then taken from the built-in
``anshan`` file with the basis ``default``; a block of the regulation proper must be in the file itself.
"""

from __future__ import annotations

from dataclasses import fields, replace
from functools import cache
from importlib import resources
from pathlib import Path

from huiying.regulation import basis, source
from huiying.regulation.builtin import CHECKS, DUTIES, STAGES
from huiying.regulation.errors import Problem, RegulationError
from huiying.regulation.reader import Catalogue, Reader
from huiying.regulation.regulation import Regulation
from huiying.regulation.rules import Rules
from huiying.regulation.schema import Content, InternalClock
from huiying.regulation.source import Node

BUILT_IN = ("anshan", "sixian")
BORROWED = (
    "departments",
    "responsibilities",
    "routing",
    "emergency_levels",
    "life_safety",
    "acts",
    "states",
    "watch",
    "urgent_numbers",
    "english",
)


def load(name_or_path: str | Path) -> Regulation:
    """A built-in regulation by name (``anshan``, ``sixian``) or one from a file; RegulationError if it is
    refused.
    """
    file = str(name_or_path)
    if name_or_path in BUILT_IN:
        return loads(_built_in_text(file), f"{file}.yaml")
    return loads(_text_of(Path(name_or_path)), file)


def loads(text: str, source: str) -> Regulation:
    """A regulation from text; ``source`` is the file's name in problems. RegulationError if it is refused."""
    made, problems = _read(text, source)
    if made is None or problems:
        raise RegulationError(problems)
    return made


def check(path: str | Path) -> list[Problem]:
    """Everything wrong with a file, in file order; empty when it is valid."""
    try:
        load(path)
    except RegulationError as error:
        return list(error.problems)
    return []


def built_in_file(name: str) -> str:
    """The text of a file of the package, such as the watch rules beside a built-in regulation."""
    return resources.files(__package__).joinpath("files", name).read_text(encoding="utf-8")


@cache
def _built_in_text(name: str) -> str:
    return built_in_file(f"{name}.yaml")


@cache
def _reference() -> Node:
    return source.parse(_built_in_text("anshan"), "anshan.yaml")[0]


def _text_of(path: Path) -> str:
    file = str(path)
    try:
        with path.open("rb") as handle:
            raw = handle.read(source.MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        names = "、".join(BUILT_IN)
        raise RegulationError([Problem(
            file, 1, "", f"打不开这个文件（{why}）", f"检查路径，或用内置的制度：{names}",
            f"Cannot open this file ({why}). Check the path, or use a built-in one: {', '.join(BUILT_IN)}.",
        )]) from error  # fmt: skip
    if len(raw) > source.MAX_BYTES:
        raise RegulationError([source.too_large(file)])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise RegulationError([Problem(
            file, line, "", "这里不是 UTF-8 编码，可能存成了 GBK", "用编辑器另存为 UTF-8",
            "Not UTF-8, perhaps saved as GBK; save the file as UTF-8.",
        )]) from error  # fmt: skip


def _read(text: str, file: str) -> tuple[Regulation | None, list[Problem]]:
    try:
        root, problems = source.parse(text, file)
    except source.Refused as refused:
        return None, [refused.problem]
    borrowed = _borrow(root)
    _unfold(root)
    reader = Reader(file, _catalogue(root), borrowed, problems)
    content: Content = reader.record(root, Content)
    places = basis.bases(root, reader)
    if not problems:
        Rules(content, root, reader).check()
    if problems:
        return None, problems
    blocks = {item.name: getattr(content, item.name) for item in fields(Content)}
    leaves = tuple(path for path in basis.leaf_paths(root) if path.partition(".")[0] not in borrowed)
    for path in [path for path in places if path.partition(".")[0] in borrowed]:
        places[path] = basis.Place(basis.DEFAULT, places[path].words)
    return Regulation(text=text, source=file, places=places, leaves=leaves, **blocks), []


def _borrow(root: Node) -> frozenset[str]:
    """Take the blocks the file leaves to the product from the built-in one; their names."""
    absent = [key for key in BORROWED if root.kind == "map" and key not in root.entries and root.entries]
    if not root.entries.keys() & {"meta", "levels", "clocks"}:
        return frozenset()
    for key in absent:
        if (block := _reference().get(key)) is not None:
            root.entries[key] = block
            root.key_lines[key] = 1
    return frozenset(absent)


def _unfold(root: Node) -> None:
    """Write out the short forms of an internal clock: ``triage: PT30M``, and level: limit without
    ``by_level``.
    """
    internal = _at(root, "clocks", "internal")
    known = {item.name for item in fields(InternalClock)} | {"basis"}
    unfolded: dict[str, Node] = {}
    for key, node in internal.entries.items() if internal else ():
        if key == "basis" or (node.kind != "scalar" and (node.kind == "list" or node.entries.keys() & known)):
            continue
        name = "within" if node.kind == "scalar" else "by_level"
        limits = replace(node, path=f"{node.path}.{name}")
        unfolded[key] = Node(node.line, node.path, "map", entries={name: limits}, key_lines={name: node.line})
    if internal:
        internal.entries |= unfolded


def _catalogue(root: Node) -> Catalogue:
    categories = _codes(root, "routing", "categories")
    return Catalogue(
        {
            "level": _level_words(root),
            "role": _codes(root, "roles"),
            "department": _codes(root, "departments"),
            "act": _codes(root, "acts"),
            "channel_class": _words(root, "monitor", "channel_classes") | _words(root, "monitor", "extra_classes"),
            "category": categories,
            "nature": _codes(root, "routing", "natures"),
            "concern": _words(root, "monitor", "concern_types") | _words(root, "monitor", "other_kinds"),
            "responsibility": _codes(root, "responsibilities") | categories,
            "duty": {duty: duty for duty in DUTIES},
            "stage": {stage: stage for stage in STAGES},
            "check": {check: check for check in CHECKS},
            "form": _words(root, "response", "forms") | _words(root, "response", "forms_other"),
            "emergency_level": _codes(root, "emergency_levels"),
            "urgent_number": _codes(root, "urgent_numbers"),
        }
    )


def _at(root: Node, *keys: str) -> Node | None:
    node: Node | None = root
    for key in keys:
        node = node.get(key) if node is not None else None
    return node


def _codes(root: Node, *keys: str) -> dict[str, str]:
    """Names and codes of a block → codes; a name wins over nothing, a code over a name."""
    block = _at(root, *keys)
    entries = {key: node for key, node in block.entries.items() if key != "basis"} if block else {}
    names = {str(name.value): key for key, node in entries.items() if (name := node.get("name")) is not None}
    return {name: code for name, code in names.items() if name not in entries} | {key: key for key in entries}


def _words(root: Node, *keys: str) -> dict[str, str]:
    block = _at(root, *keys)
    return {str(child.value): str(child.value) for child in block.children if child.kind == "scalar"} if block else {}


def _level_words(root: Node) -> dict[str, str]:
    block = root.get("levels")
    found: dict[str, str] = {}
    for child in block.children if block else ():
        code, name = child.get("code"), child.get("name")
        if code is not None and name is not None:
            # The name last: it is the word problems are told with.
            found |= {str(code.value): str(code.value), str(name.value): str(code.value)}
    return found
