"""Rows of a file of any container, one at a time, in constant memory: `(number, fields)` or `Rejected` (C5.16).

The number is the line in a text, the row in a sheet, the `rowid` in a database.
"""

from __future__ import annotations

import csv
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TextIO

from huiying.engine.lines import MAX_LINE_BYTES, Rejected, object_at, parse_object
from huiying.listening.importing.look import (
    ARRAY,
    CSV_FIELD,
    OBJECT,
    SHEET,
    File,
    Look,
    Unreadable,
    database,
    is_broken,
    text_of,
)

Fields = dict[str, Any]
Row = tuple[int, Fields] | Rejected
_BLOCK: Final = 1 << 20
_SPACE: Final = " \t\r\n"
NOT_TEXT: Final = "有字节不是有效的 UTF-8 或 GB18030 文字"


@dataclass(frozen=True)
class Options:
    """What the person corrected in the preview: which column is what (`{"标题列": "title"}`)."""

    mapping: Mapping[str, str] | None = None


def objects(look: Look) -> Iterator[Row]:
    """Each JSON object of a file of lines, of one array, or of one object."""
    if look.shape == OBJECT:
        yield 1, look.objects[0]
        return
    with text_of(look) as handle:
        yield from (_array if look.shape == ARRAY else _lines)(look.file.name, handle)


def _lines(name: str, handle: TextIO) -> Iterator[Row]:
    number = 0
    while line := handle.readline(MAX_LINE_BYTES + 1):
        number += 1
        if len(line) > MAX_LINE_BYTES // 4 and _is_too_long(line):
            while line and not line.endswith("\n"):
                line = handle.readline(_BLOCK)
            yield Rejected(name, number, "一行超过 8 MB：请拆成多条")
            continue
        if not line.strip():
            continue
        if is_broken(line):
            yield Rejected(name, number, NOT_TEXT)
            continue
        try:
            yield number, parse_object(line)
        except ValueError as reason:
            yield Rejected(name, number, str(reason))


def _is_too_long(line: str) -> bool:
    return len(line.encode("utf-8", "surrogateescape")) > MAX_LINE_BYTES


def _array(name: str, handle: TextIO) -> Iterator[Row]:
    """The items of one array of any size; at most one item and a block are held at a time."""
    buffer = _Buffer(handle)
    buffer.skip(_SPACE)
    buffer.move(buffer.at + 1)
    while buffer.skip(_SPACE + ","):
        if buffer.text[buffer.at] == "]":
            return
        try:
            value, end = object_at(buffer.text, buffer.at)
        except ValueError as reason:
            if end := getattr(reason, "end", 0):  # a whole value, only not one that can be taken
                yield Rejected(name, buffer.line, str(reason))
                buffer.move(end)
            elif buffer.held > MAX_LINE_BYTES or not buffer.more():
                yield Rejected(name, buffer.line, "数组从这里起不是完整的 JSON：后面的都没有读")
                return
            continue
        yield Rejected(name, buffer.line, NOT_TEXT) if is_broken(buffer.text[buffer.at : end]) else (buffer.line, value)
        buffer.move(end)
    yield Rejected(name, buffer.line, "数组没有写完：文件可能被截断")


class _Buffer:
    """A window on a text: what is behind is let go, what is ahead is read in blocks."""

    def __init__(self, handle: TextIO) -> None:
        self._handle = handle
        self.text = ""
        self.at = 0
        self.line = 1

    @property
    def held(self) -> int:
        return len(self.text) - self.at

    def more(self) -> bool:
        block = self._handle.read(_BLOCK)
        self.text, self.at = self.text[self.at :] + block, 0
        return bool(block)

    def move(self, to: int) -> None:
        self.line += self.text.count("\n", self.at, to)
        self.at = to

    def skip(self, chars: str) -> bool:
        """Go to the next character that is none of `chars`; False at the end of the text."""
        while True:
            end = self.at
            while end < len(self.text) and self.text[end] in chars:
                end += 1
            self.move(end)
            if end < len(self.text):
                return True
            if not self.more():
                return False


def table(look: Look, skip: int = 0) -> Iterator[Row]:
    """The rows of a text table under its heading, which stands after `skip` rows."""
    csv.field_size_limit(CSV_FIELD)
    for number, cells in cells_of(look):
        if isinstance(cells, Rejected):
            yield cells
        elif skip > 0:
            skip -= 1
        elif skip == 0:
            columns, skip = [str(cell).strip() for cell in cells], -1
        elif len(cells) != len(columns):
            yield Rejected(look.file.name, number, f"这一行有 {len(cells)} 列，表头有 {len(columns)} 列：可能少了引号")
        else:
            yield number, dict(zip(columns, cells, strict=True))


def cells_of(look: Look) -> Iterator[tuple[int, list[str] | Rejected]]:
    """The cells of each row that is not empty, with the line on which it begins."""
    with text_of(look) as handle:
        reader = csv.reader(handle, delimiter=look.delimiter)
        while True:
            number = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                reason = f"引号没有配对：第 {number} 至 {reader.line_num} 行没有读"
                yield number, Rejected(look.file.name, number, reason)
                continue
            if not any(cells):
                continue
            broken = is_broken("".join(cells))
            yield number, Rejected(look.file.name, number, NOT_TEXT) if broken else cells


def sheets(file: File) -> Iterator[tuple[str, Iterator[tuple[int, list[Any]]]]]:
    """Each sheet of a workbook with its rows that are not empty; read as it comes, formulas by their kept values."""
    from openpyxl import load_workbook  # type: ignore[import-untyped]

    with file.path.open("rb") as handle:  # by its bytes: a path would be judged by its ending
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                book = load_workbook(handle, read_only=True, data_only=True, keep_links=False)
        except Exception as error:
            raise Unreadable("工作簿打不开：可能已损坏或设了密码。请用表格软件打开后另存为 .xlsx 再导入。") from error
        try:
            for sheet in book.worksheets:
                sheet.reset_dimensions()  # some exporters write the extent of one cell
                yield str(sheet.title), _sheet_rows(sheet)
        finally:
            book.close()


def _sheet_rows(sheet: Any) -> Iterator[tuple[int, list[Any]]]:
    for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
        row = list(cells)
        while row and row[-1] is None:
            row.pop()
        if row:
            yield number, row


def records(look: Look, name: str) -> Iterator[tuple[int, Fields]]:
    """The rows of one table of a database, in the order in which they were written."""
    quoted = name.replace('"', '""')
    with database(look.file) as found:
        wanted = f'SELECT rowid AS "_rowid", * FROM "{quoted}" ORDER BY rowid'  # noqa: S608 - quoted above
        for row in found.execute(wanted):
            fields = dict(row)
            yield int(fields.pop("_rowid")), fields


def tabular(look: Look) -> Iterator[Row]:
    """The rows of a file that is JSON or a text table."""
    if look.shape == SHEET:
        return
    yield from table(look) if look.columns else objects(look)
