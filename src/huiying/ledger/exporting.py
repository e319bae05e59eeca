"""The ledger as a file: JSON lines, verifiable on any machine without a database (INV-8, INV-12).

Every line has a `type`. First `ledger` (`schema` = huiying.ledger/1, `exported_at`), then `anchor` (`line`
as it stands in the anchor file), `head`, `entry` (the columns; `actor` and `payload` as text, because their
exact bytes are hashed), `erasure`, `head_after`, and last `end` with the number of entries. A file without
`end` is not whole.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from huiying.kernel import canonical, clock, home
from huiying.ledger import hashing, kept, verifying
from huiying.ledger.models import Erasure

SCHEMA = "huiying.ledger/1"


class ExportError(Exception):
    """The file is not a whole export of a ledger; the message names file and line."""


@dataclass(frozen=True)
class ExportedEntry:
    """An entry read back from a file; the same columns as `ledger_entry` but the id."""

    chain: str
    seq: int
    at: datetime
    kind: str
    actor: str
    payload: str | None
    salt: str | None
    digest: str
    prev_hash: str
    hash: str

    @property
    def data(self) -> dict[str, Any] | None:
        """The payload as a dict; None once erased."""
        return None if self.payload is None else kept.facts(self.payload)


class Writer(AbstractContextManager["Writer"]):
    """Writes an export beside its final name and moves it there when complete; a failure leaves no half
    file.
    """

    def __init__(self, file: Path) -> None:
        self._final = file
        self._draft = file.with_name(f".{file.name}.part")
        self._entries = 0
        self._erased: set[verifying.Place] = set()

    def __enter__(self) -> Writer:
        self._draft.unlink(missing_ok=True)
        self._draft.touch(mode=home.FILE_MODE)
        self._out: IO[str] = self._draft.open("w", encoding="utf-8", newline="\n")
        self._write({"type": "ledger", "schema": SCHEMA, "exported_at": clock.now()})
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._out.close()
        if kind is None:
            self._draft.replace(self._final)
        else:
            self._draft.unlink()

    def anchor(self, line: str) -> None:
        self._write({"type": "anchor", "line": line})

    def head(self, when: str, chain: str, seq: int, digest: str) -> None:
        """`when` is `head` (before the entries) or `head_after`."""
        self._write({"type": when, "chain": chain, "seq": seq, "hash": digest})

    def entry(self, entry: hashing.Entry) -> None:
        self._entries += 1
        if entry.payload is None:
            self._erased.add((entry.chain, entry.seq))
        columns = {name: getattr(entry, name) for name in ExportedEntry.__dataclass_fields__}
        self._write({"type": "entry", **columns})

    def erasure(self, erasure: Erasure) -> None:
        """An erasure decided while the export ran concerns an entry written whole; it is left out."""
        if (erasure.chain, erasure.seq) not in self._erased:
            return
        self._write(
            {
                "type": "erasure",
                "decision": erasure.decision,
                "chain": erasure.chain,
                "seq": erasure.seq,
                "reason": erasure.reason,
                "decided_by": erasure.decided_by,
                "second_person": erasure.second_person,
                "at": erasure.at,
            }
        )

    def finish(self) -> int:
        self._write({"type": "end", "entries": self._entries})
        return self._entries

    def _write(self, line: dict[str, Any]) -> None:
        self._out.write(canonical.dumps(line) + "\n")


def read_entries(file: Path) -> Iterator[ExportedEntry]:
    """The entries of an export, ordered by chain and seq. Raises ExportError."""
    for number, line in _lines(file):
        if line["type"] == "entry":
            yield _entry(file, number, line)


def verify(file: Path, taken: Callable[[ExportedEntry], object] | None = None) -> verifying.Report:
    """Recompute an exported ledger. Raises ExportError when the file is not a whole export.

    `taken` is given each entry on its way, so that whoever needs them too does not read the file again; what it was
    given counts for nothing where the report says that something is bad.
    """
    heads: dict[str, dict[str, tuple[int, str]]] = {"head": {}, "head_after": {}}
    erasures: dict[verifying.Place, str] = {}
    anchor_lines: list[str] = []
    counted, promised = 0, -1
    for number, line in _lines(file, entries=False):
        try:
            match line["type"]:
                case "head" | "head_after" as when:
                    heads[when][line["chain"]] = (line["seq"], line["hash"])
                case "erasure":
                    erasures[line["chain"], line["seq"]] = line["decision"]
                case "anchor":
                    anchor_lines.append(line["line"])
                case "entry":
                    counted += 1
                case "end":
                    promised = line["entries"]
        except KeyError as error:
            raise ExportError(f"{file} 第 {number} 行缺少字段 {error}") from None
    if promised < 0:
        raise ExportError(f"{file} 没有结束行，文件不完整；请重新导出")
    evidence = verifying.Evidence(heads["head"], erasures, anchor_lines)
    report = verifying.run(_passing(read_entries(file), taken), evidence, heads["head_after"], erasures)
    if counted != promised:
        report.bad.append(verifying.Bad("export", 0, f"文件中有 {counted} 条，结束行写的是 {promised} 条"))
    return report


def _passing(
    entries: Iterator[ExportedEntry], taken: Callable[[ExportedEntry], object] | None
) -> Iterator[ExportedEntry]:
    for entry in entries:
        if taken is not None:
            taken(entry)
        yield entry


# How the writer ends the line of an entry; inside a text every quotation mark is escaped, so nothing else ends so.
_ENTRY_ENDS = b'"type":"entry"}\n'


def _lines(file: Path, *, entries: bool = True) -> Iterator[tuple[int, dict[str, Any]]]:
    """The lines, each read; without `entries` an entry's own columns are left for whoever reads them anyway."""
    with file.open("rb") as source:
        for number, raw in enumerate(source, start=1):
            if not entries and number > 1 and raw.endswith(_ENTRY_ENDS):
                yield number, {"type": "entry"}
                continue
            try:
                line = json.loads(raw.decode())
                kind = line["type"]
            except (ValueError, KeyError, TypeError, RecursionError):
                raise ExportError(f"{file} 第 {number} 行不是台账导出的 JSON 行") from None
            if number == 1 and (kind, line.get("schema")) != ("ledger", SCHEMA):
                raise ExportError(f"{file} 第 1 行应为 {SCHEMA} 的文件头；这不是台账导出文件")
            yield number, line


def _entry(file: Path, number: int, line: dict[str, Any]) -> ExportedEntry:
    try:
        columns = {name: line[name] for name in ExportedEntry.__dataclass_fields__}
        return ExportedEntry(**{**columns, "at": datetime.fromisoformat(columns["at"])})
    except (KeyError, ValueError, TypeError) as error:
        raise ExportError(f"{file} 第 {number} 行的条目字段有误：{error}") from None
