"""The hub file: a province's bureaus, each with a home, a database and a number of stream consumers of its own.

```yaml
hub: liaoning
broker: amqp://guest:guest@127.0.0.1:5672//
key: hub.key
rest: anshan
screeners: 2
bureaus:
  - code: anshan
    home: anshan
    database: postgres://huiying@127.0.0.1:5432/anshan
    port: 8001
```
Paths are read from the file's own folder. What is wrong is said with file, line and key, all of it at once.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from huiying.regulation.errors import Problem
from huiying.regulation.source import Node, Refused, parse

_CODE: Final = re.compile(r"[a-z][a-z0-9-]{0,30}")
_HUB_KEYS: Final = frozenset({"hub", "broker", "key", "rest", "screeners", "demonstration", "bureaus"})
_BUREAU_KEYS: Final = frozenset(
    {"code", "home", "database", "regulation", "port", "streams", "loops", "workers", "from"}
)
_MOST: Final = 64


class HubFileError(ValueError):
    """A hub file that cannot be used; the text is every problem, a line each."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(frozen=True)
class Bureau:
    """One bureau of the hub. `begins` is the number of the first batch of the province that it takes part in."""

    code: str
    home: Path
    database: str
    regulation: str
    port: int
    streams: int
    loops: int
    workers: int
    begins: int


@dataclass(frozen=True)
class Hub:
    """`rest` is the bureau that keeps what concerns nobody: of what was received nothing is dropped (INV-1)."""

    name: str
    path: Path
    broker: str
    key: Path
    rest: str
    screeners: int
    demonstration: str
    bureaus: tuple[Bureau, ...]

    def bureau(self, code: str) -> Bureau | None:
        return next((one for one in self.bureaus if one.code == code), None)

    def environment(self, bureau: Bureau) -> dict[str, str]:
        """What makes a process one of this bureau."""
        own = {
            "HUIYING_HOME": str(bureau.home),
            "HUIYING_DATABASE_URL": bureau.database,
            "HUIYING_BROKER_URL": self.broker,
            "HUIYING_BUREAU": f"{self.name}.{bureau.code}",
            "HUIYING_HUB": str(self.path),
            "HUIYING_REGULATION": bureau.regulation,
        }
        if self.demonstration:
            own["HUIYING_DEMO"] = "1"
        return own


def load(path: str | Path) -> Hub:
    """Read a hub file. Raises HubFileError."""
    where = Path(path).absolute()
    try:
        text = where.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise HubFileError(
            [Problem(str(path), 1, "", f"读不了这个文件（{error}）", "检查路径和权限", "The file cannot be read.")]
        ) from error
    try:
        root, problems = parse(text, str(path))
    except Refused as refused:
        raise HubFileError([refused.problem]) from None
    reader = _Reader(str(path), where.parent, list(problems))
    hub = reader.hub(root, where)
    if reader.problems or hub is None:
        raise HubFileError(reader.problems)
    return hub


class _Reader:
    def __init__(self, file: str, folder: Path, problems: list[Problem]) -> None:
        self.file = file
        self.folder = folder
        self.problems = problems

    def hub(self, root: Node, path: Path) -> Hub | None:
        if root.kind != "map":
            self._wrong(root, "应当是键和值", "从 deploy/hub.example.yaml 改起", "A mapping is expected.")
            return None
        self._only(root, _HUB_KEYS)
        listed = root.get("bureaus")
        if listed is None or listed.kind != "list" or not listed.children:
            self._wrong(listed or root, "bureaus 应当列出至少一个单位", "每个单位以“- code:”开头", "List the bureaus.")
            return None
        bureaus = [self._bureau(node) for node in listed.children]
        for name in ("code", "home", "database"):
            self._once(listed, name)
        rest, codes = self._text(root, "rest", pattern=_CODE), {one.code for one in bureaus}
        if rest and rest not in codes:
            node = root.get("rest") or root
            self._wrong(node, f"rest 应当是下列单位之一，而不是“{rest}”", f"改为 {'、'.join(sorted(codes))} 之一", "")
        shown = self._text(root, "demonstration", default="", pattern=_CODE)
        if shown and shown not in codes:
            self._wrong(root.get("demonstration") or root, f"没有单位“{shown}”", "写 bureaus 里的一个 code", "")
        return Hub(
            name=self._text(root, "hub", pattern=_CODE),
            path=path,
            broker=self._url(root, "broker", ("amqp", "amqps")),
            key=self.folder / (self._text(root, "key", default="hub.key") or "hub.key"),
            rest=rest,
            screeners=self._number(root, "screeners", 1, most=_MOST),
            demonstration=shown,
            bureaus=tuple(bureaus),
        )

    def _bureau(self, node: Node) -> Bureau:
        if node.kind != "map":
            self._wrong(node, "单位应当写成键和值", "以“- code:”开头", "A bureau is a mapping.")
            node = Node(node.line, node.path, kind="map")
        else:
            self._only(node, _BUREAU_KEYS)
        return Bureau(
            code=self._text(node, "code", pattern=_CODE),
            home=self.folder / (self._text(node, "home") or "."),
            database=self._url(node, "database", ("postgres", "postgresql")),
            regulation=self._text(node, "regulation", default="anshan"),
            port=self._number(node, "port", 8000, most=65_535),
            streams=self._number(node, "streams", 1, most=_MOST),
            loops=self._number(node, "loops", 1, most=_MOST),
            workers=self._number(node, "workers", 1, most=_MOST),
            begins=self._number(node, "from", 1, most=10**15),
        )

    def _once(self, listed: Node, name: str) -> None:
        seen: dict[object, int] = {}
        for node in listed.children:
            value = node.get(name) if node.kind == "map" else None
            if value is None or value.value is None:
                continue
            if value.value in seen:
                self._wrong(
                    value,
                    f"{name} 与第{seen[value.value]}行相同，每个单位应当有自己的",
                    "换一个值",
                    f"{name} must differ from that of line {seen[value.value]}.",
                )
            seen[value.value] = value.line

    def _only(self, node: Node, known: frozenset[str]) -> None:
        for key in node.entries.keys() - known:
            problem = Problem(
                self.file,
                node.key_lines[key],
                f"{node.path}.{key}".lstrip("."),
                "没有这个键",
                f"可用的键：{'、'.join(sorted(known))}",
                "Unknown key.",
            )
            self.problems.append(problem)

    def _text(self, node: Node, key: str, default: str | None = None, pattern: re.Pattern[str] | None = None) -> str:
        value = node.get(key)
        if value is None or value.value is None:
            if default is None:
                self._missing(node, key)
            return default or ""
        if value.kind != "scalar" or not isinstance(value.value, str):
            self._wrong(value, f"{key} 应当是文字", "写成一个词，必要时加引号", f"{key} is a word.")
            return ""
        if pattern is not None and not pattern.fullmatch(value.value):
            self._wrong(
                value, f"{key} 应当由小写字母、数字和 - 组成，字母开头", "例如 anshan", f"{key} is a short code."
            )
        return value.value

    def _url(self, node: Node, key: str, schemes: tuple[str, ...]) -> str:
        found = self._text(node, key)
        found = os.environ.get(found[1:], "") if found.startswith("$") else found
        if found and found.partition("://")[0] not in schemes:
            words = " 或 ".join(f"{scheme}://" for scheme in schemes)
            self._wrong(node.get(key) or node, f"{key} 应当以 {words} 开头", "写出服务的地址", f"{key} is an address.")
        elif not found and node.get(key) is not None:
            self._wrong(
                node.get(key) or node, f"{key} 指向的环境变量没有值", "设置它，或直接写地址", f"{key} is empty."
            )
        return found

    def _number(self, node: Node, key: str, default: int, *, most: int) -> int:
        value = node.get(key)
        if value is None:
            return default
        number = value.value
        if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= most:
            self._wrong(value, f"{key} 应当是 1 到 {most} 的整数", "改成整数", f"{key} is from 1 to {most}.")
            return default
        return number

    def _missing(self, node: Node, key: str) -> None:
        path = f"{node.path}.{key}".lstrip(".")
        self.problems.append(Problem(self.file, node.line, path, f"缺少 {key}", f"加上 {key}:", f"{key} is missing."))

    def _wrong(self, node: Node, message: str, fix: str, en: str) -> None:
        self.problems.append(Problem(self.file, node.line, node.path, message, fix, en))
