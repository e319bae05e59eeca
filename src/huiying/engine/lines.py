"""Reading a file of JSON objects which somebody else made: nothing in it may stop the rest (C5.16).

One line at a time, with a limit on each; what cannot be taken is named with its line and reason. `ahead` reads a large
file in a process of its own: a thread would hold the interpreter, and each kernel that comes back would wait for it.
"""

from __future__ import annotations

import codecs
import json
import math
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NoReturn, TypeVar

if TYPE_CHECKING:
    from multiprocessing.connection import Connection


MAX_LINE_BYTES: Final = 8_000_000
MAX_ARRAY_BYTES: Final = 64_000_000
MAX_DEPTH: Final = 32
_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was not taken; `as_row` is the shape which `ingest --json` prints."""

    file: str
    line: int
    reason: str

    def as_row(self) -> dict[str, Any]:
        """`{"file", "line", "reason"}`."""
        return {"file": self.file, "line": self.line, "reason": self.reason}


Row = tuple[int, dict[str, Any]] | Rejected


class FileUnreadable(OSError):
    """The file as a whole cannot be read; the message says which, why and what to do."""


class _Bad(ValueError):
    """Why one line cannot be taken. `end` is where the value ends that was read whole and still cannot be taken."""

    end: int = 0


def read_objects(path: str | Path) -> Iterator[Row]:
    """Yield `(line number, object)` or `Rejected` for each non-empty line, or each item of a JSON array.

    Strict UTF-8 (a BOM is fine); a file most of whose Chinese lines are not UTF-8 is read as GB18030 if all
    of it decodes so. Raises `FileUnreadable`.
    """
    name = str(path)
    try:
        handle = Path(path).open("rb")  # noqa: SIM115 - closed below; only opening is guarded here
    except OSError as error:
        raise FileUnreadable(f"读不了文件 {name}：{error.strerror}。请检查路径和权限。") from error
    with handle:
        head = handle.read(4096)
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            yield Rejected(name, 1, "文件是 UTF-16 编码：请另存为 UTF-8 后再导入")
            return
        encoding = encoding_of(handle)
        if head.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"["):
            items = _array(name, handle, encoding)
            if items is not None:
                yield from items
                return
        handle.seek(0)
        yield from _lines(name, handle, encoding)


def parse_object(text: str) -> dict[str, Any]:
    """One JSON object from `text`. Raises ValueError with a Chinese sentence."""
    try:
        value = _DECODER.decode(text)
    except _Bad:
        raise
    except RecursionError:
        raise _Bad(f"嵌套超过 {MAX_DEPTH} 层") from None
    except json.JSONDecodeError as error:
        raise _Bad(f"不是完整的 JSON（第 {error.colno} 个字符附近）") from None
    except ValueError:
        raise _Bad("数字过长") from None
    return _checked(value)


def object_at(text: str, position: int) -> tuple[dict[str, Any], int]:
    """The JSON object that begins at `position`, and where it ends.

    Raises ValueError; one with an `end` is about a whole value that is no object or nests too deep.
    """
    end = 0
    try:
        value, end = _DECODER.raw_decode(text, position)
        return _checked(value), end
    except _Bad as bad:
        bad.end = end or _PLAIN.raw_decode(text, position)[1]
        raise
    except RecursionError:
        raise _Bad(f"嵌套超过 {MAX_DEPTH} 层") from None


def _checked(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _Bad("应为一个 JSON 对象 {…}")
    layer: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        layer = [
            child
            for node in layer
            for child in (node.values() if isinstance(node, dict) else node)
            if isinstance(child, dict | list)
        ]
        if not layer:
            return value
    raise _Bad(f"嵌套超过 {MAX_DEPTH} 层")


def _lines(name: str, handle: BinaryIO, encoding: str) -> Iterator[Row]:
    number = 0
    while raw := handle.readline(MAX_LINE_BYTES + 1):
        number += 1
        if len(raw) > MAX_LINE_BYTES and not raw.endswith(b"\n"):
            _skip_line(handle)
            yield Rejected(name, number, "一行超过 8 MB：请拆成多条")
            continue
        if number == 1:
            raw = raw.removeprefix(codecs.BOM_UTF8)
        if not raw.strip():
            continue
        try:
            yield number, parse_object(raw.decode(encoding))
        except UnicodeDecodeError:
            yield Rejected(name, number, "不是有效的 UTF-8 或 GB18030 文字")
        except _Bad as reason:
            yield Rejected(name, number, str(reason))


def _skip_line(handle: BinaryIO) -> None:
    while (chunk := handle.readline(_CHUNK)) and not chunk.endswith(b"\n"):
        pass


def encoding_of(handle: BinaryIO) -> str:
    """UTF-8, unless most lines with Chinese are not UTF-8 and the whole file is GB18030.

    One broken line in a UTF-8 file must not turn all the others into nonsense, so the lines vote.
    """
    handle.seek(0)
    good = bad = 0
    gb18030: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("gb18030")()
    while chunk := handle.readline(_CHUNK):
        if gb18030 is not None:
            try:
                gb18030.decode(chunk)
            except UnicodeDecodeError:
                gb18030 = None
        if not chunk.isascii():
            try:
                chunk.decode()
                good += 1
            except UnicodeDecodeError:
                bad += 1
    return "gb18030" if gb18030 is not None and bad > good else "utf-8"


def _array(name: str, handle: BinaryIO, encoding: str) -> list[Row] | None:
    """The items of a file that is one JSON array; None where it is lines after all."""
    handle.seek(0)
    raw = handle.read(MAX_ARRAY_BYTES + 1)
    if len(raw) > MAX_ARRAY_BYTES:
        return [Rejected(name, 1, "JSON 数组文件超过 64 MB：请改成每行一条的 JSON 行文件")]
    text = raw.removeprefix(codecs.BOM_UTF8).decode(encoding, "replace")
    position = text.index("[") + 1
    rows: list[Row] = []
    line, counted = 1, 0
    while True:
        position = _past_space(text, position)
        line, counted = line + text.count("\n", counted, position), position
        if text.startswith("]", position):
            return rows if not text[position + 1 :].strip() else None
        try:
            value, position = _DECODER.raw_decode(text, position)
        except (ValueError, RecursionError):
            # Nothing taken yet and more than one line: most likely lines, the first of which is broken.
            return [*rows, Rejected(name, line, "数组从这里起不是完整的 JSON")] if rows else None
        try:
            rows.append((line, _checked(value)))
        except _Bad as reason:
            rows.append(Rejected(name, line, str(reason)))
        position = _past_space(text, position)
        if text.startswith(",", position):
            position += 1


def _past_space(text: str, position: int) -> int:
    while position < len(text) and text[position] in " \t\r\n":
        position += 1
    return position


def _no_constant(name: str) -> NoReturn:
    raise _Bad(f"{name} 不是 JSON 里的数")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise _Bad("数字过大")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise _Bad(f"字段 {twice[:40]} 出现了两次")
    return found


_PLAIN: Final = json.JSONDecoder()  # only to find where a value ends
_DECODER: Final = json.JSONDecoder(parse_constant=_no_constant, parse_float=_finite, object_pairs_hook=_unique)


Item = TypeVar("Item")
Refusal = dict[str, Any]
#: `read(path, rejected, …)` yields items and appends to `rejected` what it could not read.
Read = Callable[..., Iterator[Item]]

CHUNK: Final = 64  # a post may be a megabyte
#: Bytes below which starting a process costs more than it saves.
WORTH: Final = 4_000_000


def ahead(read: Read[Item], path: Path, rejected: list[Refusal], *told: Any, worth: int = WORTH) -> Iterator[Item]:
    """What `read(path, rejected, *told)` yields, in its order; `rejected` is filled as if it had been read here.

    `read` and `told` are pickled: a function of a module, plain values. What it raises is raised here, after what was
    read before it. Raises `FileUnreadable` when its process was ended by somebody else.
    """
    if (os.cpu_count() or 1) < 2 or not path.is_file() or path.stat().st_size < worth:
        yield from read(path, rejected, *told)
        return
    import multiprocessing  # most files are read here, and most readers of files never start a process

    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    reader = context.Process(target=_read, args=(there, read, path, told), name="ahead", daemon=True)
    reader.start()
    there.close()
    try:
        yield from _received(here, path, rejected)
    finally:
        here.close()  # whoever still reads finds nobody to tell, and ends
        reader.join()


def _received(here: Connection, path: Path, rejected: list[Refusal]) -> Iterator[Any]:
    while True:
        try:
            items, refused, error, is_last = here.recv()
        except EOFError:
            raise FileUnreadable(f"读取 {path} 的进程中途被结束了，没有结果。可能是内存不够；请重新运行。") from None
        rejected.extend(refused)
        yield from items
        if error is not None:
            raise error
        if is_last:
            return


def _read(there: Connection, read: Read[Any], path: Path, told: tuple[Any, ...]) -> None:
    with suppress(BrokenPipeError, KeyboardInterrupt):  # nobody listens any more
        for part in _parts(read, path, told):
            there.send(part)


def _parts(read: Read[Any], path: Path, told: tuple[Any, ...]) -> Iterator[tuple[list[Any], list[Refusal], Any, bool]]:
    """What was read since the part before, what could not be, the error that ended it, and whether it is the last."""
    items: list[Any] = []
    rejected: list[Refusal] = []
    error: Exception | None = None
    try:
        for item in read(path, rejected, *told):
            items.append(item)
            if len(items) == CHUNK:
                yield items, rejected, None, False
                items.clear()
                rejected.clear()
    except Exception as problem:
        error = problem
    yield items, rejected, error, True
