"""Anchors: the heads of the chains, written outside the database, each line chained to the one before (S10, INV-8).

Whoever owns the machine can rewrite a chain, its head and the anchors beside it; not what an inspector has. So the
heads of one moment leave the house: mailed, put down elsewhere, printed in the daily log. Their root is short enough
for paper and tells whether a file is the one that was printed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from huiying.kernel import canonical, home

GENESIS = "0" * 64


@dataclass(frozen=True)
class Anchor:
    """One line: when, the heads that had moved (`chain` → `(seq, hash)`), the line before, and its own
    hash.
    """

    at: str
    heads: dict[str, tuple[int, str]]
    prev: str
    line_hash: str


class AnchorsBroken(Exception):
    """A line of the anchor file does not follow from the line before; carries the line number (from 1, 0: the file)."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(f"锚定文件第 {line} 行：{why}" if line else why)
        self.line = line


@dataclass(frozen=True)
class FileState:
    """What the ledger says of the file: its number of lines, and the hash of the last."""

    lines: int
    sha256: str


WHAT_TO_DO = (
    "请从最近一份好的备份取回 anchors/anchors.jsonl（备份之后的行也要接上）；取不回的，"
    "运行 huiying ledger anchor --lost 理由，把丢失记入台账后从头锚定"
)


def path() -> Path:
    """`HUIYING_HOME/anchors/anchors.jsonl`."""
    return home.anchors() / "anchors.jsonl"


def read() -> Iterator[Anchor]:
    """Anchors of the file, oldest first. Raises AnchorsBroken."""
    return parse(_whole_lines())


def raw_lines() -> list[str]:
    """The lines as they stand, for an export."""
    return list(_whole_lines())


def hashes() -> tuple[str, ...]:
    """The hash of each whole line; read anew only when the file is another."""
    try:
        stat = path().stat()
    except FileNotFoundError:
        return ()
    if not path().is_file():
        return ()
    stamp = (str(path()), stat.st_ino, stat.st_mtime_ns, stat.st_size)
    if stamp not in _hashes:
        _hashes.clear()
        _hashes[stamp] = tuple(canonical.sha256(line) for line in _whole_lines())
    return _hashes[stamp]


_hashes: dict[tuple[str, int, int, int], tuple[str, ...]] = {}


def differs_from(told: FileState | None, found: Sequence[str] | None = None) -> str:
    """What is wrong with the file by what the ledger says of it, as a sentence; "" when nothing is.

    More lines than told are no fault: a line is on the disk before the ledger says so. The lines are chained, so the
    last one that was told stands for all before it.
    """
    if told is None:
        return ""
    lines = hashes() if found is None else found
    if len(lines) < told.lines:
        is_short = f"被截短：台账记到第 {told.lines} 行，文件只有 {len(lines)} 行"
        return f"锚定文件 anchors/anchors.jsonl {is_short if lines else '不见了'}。{WHAT_TO_DO}"
    if lines[told.lines - 1] != told.sha256:
        return f"锚定文件 anchors/anchors.jsonl 第 {told.lines} 行与台账登记的不同，被改写过。{WHAT_TO_DO}"
    return ""


def set_aside(at: datetime) -> None:
    """Keep what is left of a damaged file beside the new one."""
    if path().exists() or path().is_symlink():
        path().rename(path().with_name(f"anchors-{at:%Y%m%dT%H%M%S}.lost"))


def parse(lines: Iterable[str]) -> Iterator[Anchor]:
    """Anchors of lines that may come from the file or from an export. Raises AnchorsBroken."""
    prev = GENESIS
    for number, line in enumerate(lines, start=1):
        try:
            data = json.loads(line)
            heads = {chain: (int(seq), str(digest)) for chain, (seq, digest) in data["heads"].items()}
            anchor = Anchor(data["at"], heads, data["prev"], canonical.sha256(line))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise AnchorsBroken(number, "不是一条锚定记录") from None
        if anchor.prev != prev:
            raise AnchorsBroken(number, "与上一行不相连，文件被改动过")
        prev = anchor.line_hash
        yield anchor


def append(heads: dict[str, tuple[int, str]], at: datetime) -> Anchor | None:
    """Append the heads that differ from those anchored so far, and wait for the disk. None when none
    differ.
    """
    known: dict[str, tuple[int, str]] = {}
    prev = GENESIS
    for anchor in read():
        known.update(anchor.heads)
        prev = anchor.line_hash
    moved = {chain: head for chain, head in heads.items() if known.get(chain) != head}
    if not moved:
        return None
    if path().exists() and not path().is_file():
        raise AnchorsBroken(0, f"anchors/anchors.jsonl 不是普通文件。{WHAT_TO_DO}")
    line = canonical.dumps({"at": at, "heads": moved, "prev": prev})
    _write(line)
    return Anchor(canonical.timestamp(at), moved, prev, canonical.sha256(line))


def _whole_lines() -> Iterator[str]:
    """Lines that end; power lost in the middle of an append leaves a last line without an end, which never
    counted.
    """
    if not path().is_file():  # a folder or a pipe in its place has no lines
        return
    with path().open(encoding="utf-8", newline="\n") as file:
        for line in file:
            if line.endswith("\n"):
                yield line.removesuffix("\n")


def _write(line: str) -> None:
    handle = os.open(path(), os.O_RDWR | os.O_CREAT, home.FILE_MODE)
    with os.fdopen(handle, "r+b") as file:
        file.seek(_end_of_last_whole_line(path()))
        file.truncate()
        file.write(line.encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _end_of_last_whole_line(file: Path) -> int:
    return file.read_bytes().rfind(b"\n") + 1


SCHEMA = "huiying.anchor/1"


class NotAnAnchor(Exception):
    """The file is no anchor, or its heads are not those that its root stands for."""


@dataclass(frozen=True)
class Outside:
    """`heads` chain → (seq, hash) of the last entry before `at`."""

    at: datetime
    heads: dict[str, tuple[int, str]]

    @property
    def root(self) -> str:
        """SHA-256 of the canonical JSON of `heads`."""
        return canonical.sha256_of({chain: list(head) for chain, head in self.heads.items()})

    def text(self) -> str:
        return canonical.dumps({"schema": SCHEMA, "at": self.at, "heads": self.heads, "root": self.root}) + "\n"


def parse_outside(text: str) -> Outside:
    """Raises NotAnAnchor."""
    try:
        data = json.loads(text)
        heads = {str(chain): (int(seq), str(digest)) for chain, (seq, digest) in data["heads"].items()}
        anchor, schema, root = Outside(datetime.fromisoformat(data["at"]), heads), data["schema"], data["root"]
    except (ValueError, OverflowError, KeyError, TypeError, AttributeError, RecursionError):
        raise NotAnAnchor("不是锚定文件") from None
    if schema != SCHEMA:
        raise NotAnAnchor(f"不是 {SCHEMA} 的锚定文件")
    if root != anchor.root:
        raise NotAnAnchor("锚定文件自身被改动：链头与总校验值不符")
    return anchor
