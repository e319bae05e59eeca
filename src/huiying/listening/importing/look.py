"""The first look at a file: what kind of container it is, what stands at its beginning, and out of gz and zip with
limits against files that swell (d9; a bomb is refused, not half read).
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import json
import lzma
import re
import sqlite3
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, Final, TextIO

from huiying.engine import lines
from huiying.kernel import home
from huiying.listening import decoding

HEAD_BYTES: Final = 262_144
SAMPLE: Final = 50
#: A single JSON object is read whole; more than this is no notification and no list page.
MOST_OBJECT_BYTES: Final = 64_000_000
CSV_FIELD: Final = 8_000_000
#: What the standard reader raises for a zip that is damaged or of a kind that it does not know.
ZIP_FAULTS: Final = (
    zipfile.BadZipFile, NotImplementedError, EOFError, zlib.error, lzma.LZMAError, struct.error, ValueError,
    OverflowError,
)  # fmt: skip
_LONE: Final = re.compile("[\udc80-\udcff]")
_SQLITE: Final = b"SQLite format 3\x00"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

LINES, ARRAY, OBJECT, CSV, SHEET, SQLITE, XML, TEXT, OLD_SHEET = (
    "lines", "array", "object", "csv", "sheet", "sqlite", "xml", "text", "old_sheet",
)  # fmt: skip


class Unreadable(ValueError):
    """The file as a whole cannot be taken; the sentence says why and what to do."""


@dataclass(frozen=True)
class File:
    """Where the bytes are, and what the person calls them (`归档.zip/帖子.csv`). `modified` is UTC."""

    path: Path
    name: str
    modified: dt.datetime

    @classmethod
    def of(cls, path: Path, name: str = "") -> File:
        """The file at `path` with its own time of change."""
        modified = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)
        return cls(path, name or str(path), modified)


@dataclass(frozen=True)
class Look:
    """A file and its beginning. `objects` are the first JSON objects, `columns` the first row of a table."""

    file: File
    shape: str
    encoding: str = "utf-8"
    objects: tuple[dict[str, Any], ...] = ()
    columns: tuple[str, ...] = ()
    delimiter: str = ","
    tables: dict[str, tuple[str, ...]] = field(default_factory=dict)
    head: str = ""

    @property
    def fields(self) -> set[str]:
        """Every field name of the first objects."""
        return {name for item in self.objects for name in item}


def look_at(file: File) -> Look:
    """Tell the container by the bytes. Raises Unreadable for a damaged one, OSError where the disk refuses."""
    with file.path.open("rb") as handle:
        head = handle.read(HEAD_BYTES)
        if head.startswith(_SQLITE):
            return Look(file, SQLITE, tables=_tables(file))
        if head.startswith(_OLE):
            return Look(file, OLD_SHEET)
        if head.startswith(b"PK\x03\x04"):
            return Look(file, SHEET)
        encoding = _encoding(head) or lines.encoding_of(handle)
    text = head.decode(encoding, "replace").lstrip("\ufeff")
    start = text.lstrip()[:1]
    if start in ("{", "[") or file.name.lower().endswith((".jsonl", ".ndjson")):
        return _json(file, encoding, text)
    if start == "<":
        return Look(file, XML, encoding, head=text)
    return _table(file, encoding, text)


@contextmanager
def text_of(look: Look) -> Iterator[TextIO]:
    """The file as text. Bytes that are none become lone surrogates, by which a row is told to be broken."""
    with look.file.path.open("rb") as raw:
        handle = io.TextIOWrapper(raw, look.encoding, errors="surrogateescape", newline="")
        if handle.read(1) != "\ufeff":
            handle.seek(0)
        yield handle


@contextmanager
def database(file: File) -> Iterator[sqlite3.Connection]:
    """The file as a database that nobody can write to and whose schema is not trusted."""
    uri = f"{file.path.absolute().as_uri()}?mode=ro"
    try:
        found = sqlite3.connect(uri, uri=True)
        found.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
    except sqlite3.OperationalError:
        found = sqlite3.connect(f"{uri}&immutable=1", uri=True)  # a folder in which no -shm file can be made
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:  # its own words quote the damaged bytes
        raise Unreadable(f"数据库文件打不开或已损坏（{error}）。请重新复制一份再导入。") from error
    try:
        found.text_factory = lambda raw: raw.decode("utf-8", "replace")
        found.row_factory = sqlite3.Row
        found.execute("PRAGMA query_only = ON")
        found.execute("PRAGMA trusted_schema = OFF")
        yield found
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        raise Unreadable(f"数据库文件读到一半出错（{error}）。请重新复制一份再导入。") from error
    finally:
        found.close()


def is_broken(text: str) -> bool:
    """Whether some bytes of `text` were not of its encoding."""
    return _LONE.search(text) is not None


def _encoding(head: bytes) -> str:
    if head.startswith(b"\xff\xfe"):
        return "utf-16-le"
    return "utf-16-be" if head.startswith(b"\xfe\xff") else ""


def _tables(file: File) -> dict[str, tuple[str, ...]]:
    with database(file) as found:
        names = [row[0] for row in found.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: tuple(row[1] for row in found.execute(f'PRAGMA table_info("{name.replace(chr(34), chr(34) * 2)}")'))
            for name in names
        }


def _json(file: File, encoding: str, text: str) -> Look:
    whole = file.path.stat().st_size <= HEAD_BYTES
    first, _, more = text.lstrip().partition("\n")
    complete = _parsed(first) is not None
    if complete and (more.strip() or first.lstrip().startswith("{")):
        return Look(file, LINES, encoding, _sampled_lines(text, whole), head=text)
    if text.lstrip().startswith("["):
        return Look(file, ARRAY, encoding, _sampled_array(text), head=text)
    if text.lstrip().startswith("{"):
        found = _one_object(file, encoding)
        if found is not None:
            return Look(file, OBJECT, encoding, (found,), head=text)
    return Look(file, LINES, encoding, _sampled_lines(text, whole), head=text)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _sampled_lines(text: str, whole: bool) -> tuple[dict[str, Any], ...]:
    some = text.splitlines()
    values = (_parsed(line) for line in (some if whole else some[:-1] or some)[: SAMPLE * 4] if line.strip())
    return tuple(value for value in values if isinstance(value, dict))[:SAMPLE]


def _sampled_array(text: str) -> tuple[dict[str, Any], ...]:
    decoder = json.JSONDecoder()
    found: list[dict[str, Any]] = []
    position = text.index("[") + 1
    while len(found) < SAMPLE:
        while position < len(text) and text[position] in " \t\r\n,":
            position += 1
        try:
            value, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            break
        if isinstance(value, dict):
            found.append(value)
    return tuple(found)


def _one_object(file: File, encoding: str) -> dict[str, Any] | None:
    if file.path.stat().st_size > MOST_OBJECT_BYTES:
        return None
    value = _parsed(file.path.read_bytes().decode(encoding, "replace").lstrip("\ufeff"))
    return value if isinstance(value, dict) else None


def _table(file: File, encoding: str, text: str) -> Look:
    """A table of text: the delimiter is the one that cuts the first lines most often, and alike."""
    some = [line for line in text.splitlines()[:10] if line.strip()]
    best = max((",", "\t", ";", "|"), key=lambda mark: some[0].count(mark) if some else 0)
    if not some or best not in some[0]:
        best = max((",", "\t", ";"), key=lambda mark: sum(line.count(mark) for line in some))
        if not any(best in line for line in some):
            return Look(file, TEXT, encoding, head=text)
    reader = csv.reader(io.StringIO(text), delimiter=best)
    csv.field_size_limit(CSV_FIELD)
    try:
        columns = tuple(name.strip() for name in next(reader, []))
    except csv.Error:
        columns = ()
    return Look(file, CSV, encoding, columns=columns, delimiter=best, head=text)


def is_workbook(path: Path) -> bool:
    """Whether a zip file is a sheet of office software."""
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (*ZIP_FAULTS, OSError):
        return False


MOST_BYTES: Final = 2 << 30
MOST_MEMBERS: Final = 500
#: Text packs to a twentieth; what packs a hundred times better was made to swell. Small files may.
MOST_RATIO: Final = 200
SMALL: Final = 16 << 20
_BLOCK: Final = 1 << 20
_WORKBOOK_BYTES: Final = 512 << 20


@contextmanager
def unpacked(file: File) -> Iterator[list[File]]:
    """The files in `file`: itself where it is no archive. Raises Unreadable; what was unpacked is gone afterwards."""
    with file.path.open("rb") as handle:
        head = handle.read(4)
    if head[:2] == b"\x1f\x8b":
        with _folder() as folder:
            yield [_gunzipped(file, folder)]
    elif head == b"PK\x03\x04" and not is_workbook(file.path):
        with _folder() as folder:
            yield _unzipped(file, folder)
    else:
        if head == b"PK\x03\x04":
            _check_workbook(file)
        yield [file]


@contextmanager
def _folder() -> Iterator[Path]:
    """Inside the home, where only the program reads: the files hold what is dropped at the door."""
    with TemporaryDirectory(prefix="import-", dir=home.files()) as name:
        yield Path(name)


def _gunzipped(file: File, folder: Path) -> File:
    name = file.name.removesuffix(".gz")
    target = folder / "0"
    try:
        with gzip.open(file.path) as source, target.open("wb") as into:
            _copy(source, into, file.path.stat().st_size, file.name)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise Unreadable(f"{file.name} 解压不了：文件损坏或没有下载完。请重新下载。") from error
    return File(target, name, file.modified)


def _unzipped(file: File, folder: Path) -> list[File]:
    found = []
    try:
        with zipfile.ZipFile(file.path) as archive:
            named = [one for one in archive.infolist() if one.filename]
            members = [one for one in named if not one.is_dir() and not _is_rubbish(one.filename)]
            if len(members) > MOST_MEMBERS:
                raise Unreadable(f"{file.name} 里有 {len(members)} 个文件，最多 {MOST_MEMBERS} 个。请分成几个压缩包。")
            if sum(one.file_size for one in members) > MOST_BYTES:
                raise Unreadable(f"{file.name} 解压后超过 2 GB。请分成几个压缩包。")
            for place, member in enumerate(members):
                target = folder / str(place)  # never a name out of the archive: it could lead elsewhere
                with archive.open(member) as source, target.open("wb") as into:
                    _copy(source, into, member.compress_size, f"{file.name}/{_name(member)}")
                if target.stat().st_size:
                    found.append(File(target, f"{file.name}/{_name(member)}", _time(member, file.modified)))
    except ZIP_FAULTS as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(f"{file.name} 解压不了：文件损坏，或用了不支持的压缩方法。请重新打包为普通 zip。") from error
    except RuntimeError as error:  # what zipfile raises for a password
        raise Unreadable(f"{file.name} 设了密码。请解压后再导入。") from error
    return found


def _copy(source: IO[bytes] | gzip.GzipFile, into: IO[bytes], packed: int, name: str) -> None:
    written = 0
    while block := source.read(_BLOCK):
        written += len(block)
        if written > MOST_BYTES:
            raise Unreadable(f"{name} 解压后超过 2 GB，没有读。请拆开再导入。")
        if written > SMALL and written > MOST_RATIO * max(packed, 1):
            raise Unreadable(f"{name} 解压后胀大 {MOST_RATIO} 倍以上，像是压缩炸弹，没有读。请解压后再导入。")
        into.write(block)


def _check_workbook(file: File) -> None:
    """A workbook is a zip too; its strings are held in memory."""
    try:
        with zipfile.ZipFile(file.path) as archive:
            size = sum(one.file_size for one in archive.infolist())
            for name in archive.namelist():
                if name.endswith((".xml", ".rels", ".vml")):
                    with archive.open(name) as part:
                        decoding.check_xml(_blocks(part), is_decoded=False)
    except decoding.Entities as error:
        raise Unreadable(f"{file.name} 里定义了 XML 实体，可能是攻击，没有读。请从来源重新导出。") from error
    except ZIP_FAULTS as error:
        raise Unreadable(f"{file.name} 打不开：文件损坏。请用表格软件打开后另存为 .xlsx 再导入。") from error
    packed = max(file.path.stat().st_size, 1)
    if size > _WORKBOOK_BYTES or (size > SMALL and size > MOST_RATIO * packed):
        raise Unreadable(f"{file.name} 解开后有 {size >> 20} MB，没有读。请拆成几个工作簿，或另存为 CSV。")


def _blocks(part: IO[bytes]) -> Iterator[bytes]:
    while block := part.read(_BLOCK):
        yield block


def _is_rubbish(name: str) -> bool:
    return name.startswith("__MACOSX/") or Path(name).name in (".DS_Store", "Thumbs.db", "desktop.ini")


def _name(member: zipfile.ZipInfo) -> str:
    """Without the mark for UTF-8 the name of a Chinese Windows is GB18030 that was read as CP437."""
    if not member.flag_bits & 0x800:
        try:
            return member.filename.encode("cp437").decode("gb18030")
        except UnicodeError:
            pass
    return member.filename


def _time(member: zipfile.ZipInfo, otherwise: dt.datetime) -> dt.datetime:
    try:
        at = dt.datetime(*member.date_time, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    except ValueError:
        return otherwise
    return min(at, otherwise) if at.year > 1980 else otherwise
