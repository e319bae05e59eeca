"""Files kept by their SHA-256, under evidence/ and files/: written once, synced, never overwritten.

The first bytes decide what a file is, never its name or its sender's word.
"""

from __future__ import annotations

import errno
import io
import os
import stat
import struct
import unicodedata
import zipfile
from pathlib import Path

from huiying.kernel import canonical, home, pictures

LARGEST = 10 * 1024 * 1024
#: XML packs to a twentieth or so; small files may pack better.
OFFICE_UNPACKED, OFFICE_RATIO = 32 * 1024 * 1024, 100
_SIGNATURES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"%PDF-": "application/pdf",
}
IMAGES_AND_PDF = frozenset({*_SIGNATURES.values(), "image/webp"})
# What an office document of each kind must hold; one with macros is none of them.
_OFFICE = {"word/document.xml": "application/docx", "xl/workbook.xml": "application/xlsx"}
# Their registered names are longer than the column that keeps them.
SERVED_AS = {
    "application/docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# Clips that prove a public act. They are no attachments and no screenshots: whoever takes them asks for them by name.
MP4, MP3 = "video/mp4", "audio/mpeg"
ENDINGS = {
    MP4: "mp4",
    MP3: "mp3",
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
    "application/pdf": "pdf",
    "text/plain": "txt",
    "text/html": "html",
    _OFFICE["word/document.xml"]: "docx",
    _OFFICE["xl/workbook.xml"]: "xlsx",
}


class Unfit(Exception):
    """A kept file is gone or is no longer what was kept: `file` under the home, `why` in a sentence."""

    def __init__(self, file: str, why: str) -> None:
        super().__init__(f"{file}：{why}")
        self.file, self.why = file, why


def path_in(folder: Path, sha256: str) -> Path:
    return folder / sha256[:2] / sha256


def read(path: Path, sha256: str) -> bytes:
    """The bytes of a kept file, which are those of `sha256` (INV-8). Raises Unfit: altered bytes go to nobody."""
    try:
        content = bytes_of(path)
    except OSError as error:
        raise Unfit(_under_home(path), f"文件读不了（{error.strerror}）") from error
    if canonical.sha256(content) != sha256:
        raise Unfit(_under_home(path), "文件被改动，SHA-256 与登记的不符")
    return content


def bytes_of(path: Path) -> bytes:
    """A plain file: nobody waits for a pipe, and no link is followed out of the home. Raises OSError."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "不是普通文件", str(path))
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read()
    finally:
        os.close(handle)


def _under_home(path: Path) -> str:
    root = home.home()
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


def keep(folder: Path, content: bytes) -> str:
    """Store the bytes and give their SHA-256. They are on disk, synced, before the caller's row can commit."""
    sha = canonical.sha256(content)
    target = path_in(folder, sha)
    if not target.exists():
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = target.with_suffix(f".{os.getpid()}.part")
        with part.open("wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        part.replace(target)
    return sha


def media_type_of(content: bytes) -> str | None:
    """What the bytes are, out of the few kinds that the house takes in; None for every other, and for what swells.

    A picture of thousands of millions of points and an office file of gigabytes are a few kilobytes here and stop
    whoever opens them; `pictures.is_too_large` says so of a picture, for its refusal.
    """
    if pictures.is_too_large(content):
        return None
    found = next((kind for start, kind in _SIGNATURES.items() if content.startswith(start)), None)
    if found is None and content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if found is None and content.startswith(b"PK\x03\x04"):
        return _office(content)
    return found or ("text/plain" if _is_text(content) else None)


def clip_type_of(content: bytes) -> str | None:
    """A film or a sound by its first bytes: MP4 (a `ftyp` box of its family) or MP3 (a tag or a frame of layer III)."""
    if content[4:8] == b"ftyp" and content[8:11] in (b"iso", b"mp4", b"M4V", b"M4A", b"avc", b"MSN"):
        return MP4
    frame = len(content) > 1 and content[0] == 0xFF and content[1] in (0xFB, 0xFA, 0xF3, 0xF2)
    return MP3 if content.startswith(b"ID3") or frame else None


def _office(content: bytes) -> str | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            unpacked = sum(one.file_size for one in archive.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError, struct.error):
        return None
    if unpacked > OFFICE_UNPACKED and unpacked > OFFICE_RATIO * len(content):
        return None
    if "[Content_Types].xml" not in names or any(name.lower().endswith(".bin") for name in names):
        return None
    return next((kind for name, kind in _OFFICE.items() if name in names), None)


def _is_text(content: bytes) -> bool:
    """Chinese office text: UTF-8 or GB18030, without control characters, and no page that a browser would run."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if any(unicodedata.category(char) == "Cc" and char not in "\t\r\n" for char in text):
            return False
        return bool(text.strip()) and not text.lstrip().startswith("<")
    return False
