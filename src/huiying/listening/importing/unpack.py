"""gz and zip of the formats, with limits against files that swell (d9; a bomb is refused, not half read)."""

from __future__ import annotations

import datetime as dt
import gzip
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Final

from huiying.kernel import home
from huiying.listening import foreign_xml
from huiying.listening.importing.look import ZIP_FAULTS, File, Unreadable, is_workbook

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
                        foreign_xml.check(_blocks(part), is_decoded=False)
    except foreign_xml.Entities as error:
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
