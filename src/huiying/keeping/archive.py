"""A folder of `export all` as one encrypted file: a gzip-compressed tar whose last member is the manifest (S13, S14).

Written and read in one pass: `HYBK1` ‖ salt (16) ‖ pieces under AES-256-GCM. Each piece is at most 1 MiB and has its
own nonce: its number and whether it is the last one, so that pieces can not be left out, exchanged or cut off at the
end without being noticed (the STREAM construction). The key is scrypt (n = 2¹⁵, r = 8, p = 1) of the passphrase and the
file's own salt.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import struct
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from huiying.keeping import manifest as manifests
from huiying.keeping.manifest import NAME, Damaged, Manifest
from huiying.kernel import home

MAGIC = b"HYBK1"
_SALT = 16
_PIECE = 1 << 20
_TAG = 16


class SealedError(Exception):
    """The file can not be opened: another passphrase, no such file, or damaged."""


class Writer:
    """Takes bytes, writes sealed pieces. `finish` writes the last one; a file without it does not open."""

    def __init__(self, out: IO[bytes], passphrase: str) -> None:
        salt = os.urandom(_SALT)
        self._out = out
        self._head = MAGIC + salt
        self._aead = _key(passphrase, salt)
        self._waiting = bytearray()
        self._number = 0
        out.write(self._head)

    def write(self, data: bytes) -> int:
        self._waiting += data
        while len(self._waiting) > _PIECE:
            self._piece(bytes(self._waiting[:_PIECE]), last=False)
            del self._waiting[:_PIECE]
        return len(data)

    def finish(self) -> None:
        self._piece(bytes(self._waiting), last=True)

    def _piece(self, data: bytes, *, last: bool) -> None:
        self._out.write(self._aead.encrypt(_nonce(self._number, last=last), data, self._head))
        self._number += 1


class Reader:
    """Gives back what a Writer took. Raises SealedError at the first piece that is not as it was written."""

    def __init__(self, file: IO[bytes], passphrase: str) -> None:
        self._file = file
        self._head = file.read(len(MAGIC) + _SALT)
        if len(self._head) != len(MAGIC) + _SALT or not self._head.startswith(MAGIC):
            raise SealedError("不是 huiying backup 写出的文件")
        self._aead = _key(passphrase, self._head[len(MAGIC) :])
        self._next = file.read(_PIECE + _TAG)
        self._open = b""
        self._number = 0
        self._ended = False

    def read(self, size: int = -1) -> bytes:
        parts, wanted = [], size
        while wanted and (self._open or self._fill()):
            part = self._open if wanted < 0 else self._open[:wanted]
            self._open = self._open[len(part) :]
            parts.append(part)
            wanted -= len(part) if wanted > 0 else 0
        return b"".join(parts)

    def _fill(self) -> bool:
        if self._ended:
            return False
        piece, self._next = self._next, self._file.read(_PIECE + _TAG)
        self._ended = not self._next
        try:
            self._open = self._aead.decrypt(_nonce(self._number, last=self._ended), piece, self._head)
        except InvalidTag:
            why = "口令不对，或文件开头已损坏" if self._number == 0 else f"第 {self._number} MiB 之后损坏，或文件不完整"
            raise SealedError(why) from None
        self._number += 1
        return bool(self._open)


def _key(passphrase: str, salt: bytes) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, length=32, n=1 << 15, r=8, p=1).derive(passphrase.encode()))


def _nonce(number: int, *, last: bool) -> bytes:
    return struct.pack(">Q3xB", number, last)


_CHUNK = 1 << 20
_FAST = 3  # most of what is large is sealed or packed already
_LARGEST_MANIFEST = 1 << 30


@contextmanager
def _sealed_tar(file: Path, passphrase: str) -> Iterator[tarfile.TarFile]:
    """Written beside its name, synced, and moved there when it is whole: half a copy never looks like one."""
    draft = file.with_name(f".{file.name}.part")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, home.FILE_MODE)
        with os.fdopen(handle, "wb") as out:
            writer = Writer(out, passphrase)
            with (
                gzip.GzipFile(fileobj=cast("IO[bytes]", writer), mode="wb", compresslevel=_FAST, mtime=0) as small,
                tarfile.open(fileobj=small, mode="w|") as tar,
            ):
                yield tar
            writer.finish()
            out.flush()
            os.fsync(out.fileno())
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def pack(folder: Path, manifest: Manifest, file: Path, passphrase: str) -> None:
    with _sealed_tar(file, passphrase) as tar:
        for path in manifests.promised(manifest):
            tar.add(folder / path, arcname=path, recursive=False)
        _add(tar, NAME, manifest.text().encode())


def pack_keys(keys: dict[str, bytes], file: Path, passphrase: str) -> None:
    """Key files alone. Whoever has this file, the copy and the passphrase has everything."""
    with _sealed_tar(file, passphrase) as tar:
        for name, content in keys.items():
            _add(tar, f"keys/{name}", content)


def unpack_keys(file: Path, passphrase: str) -> dict[str, bytes]:
    """Raises Damaged."""
    found = {}
    with _in_words(file):
        for name, content in _members(file, passphrase):
            folder, _, key = name.partition("/")
            if folder != "keys" or "/" in key or not key.endswith(".key"):
                raise Damaged([f"{file} 不是密钥档案"])
            found[key] = content.read()
    return found


def check(file: Path, passphrase: str) -> Manifest:
    """Read the whole file back and compare every piece with the manifest. Raises Damaged."""
    return _read(file, passphrase, None)


def unpack(file: Path, passphrase: str, folder: Path) -> Manifest:
    """The same, and write every piece under `folder`. Raises Damaged."""
    manifest = _read(file, passphrase, folder)
    (folder / NAME).write_text(manifest.text(), "utf-8", newline="\n")
    return manifest


@contextmanager
def _in_words(file: Path) -> Iterator[None]:
    """Whatever a cut or altered file makes its readers raise is one kind of damage (S15)."""
    try:
        yield
    except (SealedError, tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile, UnicodeError) as error:
        raise Damaged([f"{file}：{error}。请换一份完好的备份"]) from error


def _read(file: Path, passphrase: str, folder: Path | None) -> Manifest:
    with _in_words(file):
        return _read_through(file, passphrase, folder)


def _read_through(file: Path, passphrase: str, folder: Path | None) -> Manifest:
    found: dict[str, str] = {}
    manifest: Manifest | None = None
    for name, content in _members(file, passphrase):
        if name == NAME:
            manifest = manifests.parse(content.read(_LARGEST_MANIFEST).decode("utf-8", "replace"))
            continue
        if name in found:
            raise Damaged([f"{file} 里有两个 {name}"])
        try:
            found[name] = _copy(content, None if folder is None else folder / name)
        except (IsADirectoryError, NotADirectoryError, FileExistsError):
            raise Damaged([f"{file} 里的 {name} 既是文件又是文件夹"]) from None
    if manifest is None:
        raise Damaged([f"{file} 里没有清单"])
    if faults := manifests.compare(manifest, found):
        raise Damaged(faults)
    return manifest


def _members(file: Path, passphrase: str) -> Iterator[tuple[str, IO[bytes]]]:
    """Ordinary files only, none of which leads out of the folder that it is written to."""
    with file.open("rb") as source, _opened(source, passphrase) as tar:
        for member in tar:
            path = PurePosixPath(member.name)
            if not member.isfile() or not path.parts or path.is_absolute() or ".." in path.parts:
                raise Damaged([f"{file} 里有不该有的 {member.name}"])
            content = tar.extractfile(member)
            assert content is not None
            yield member.name, content


def _opened(source: IO[bytes], passphrase: str) -> tarfile.TarFile:
    small = gzip.GzipFile(fileobj=cast("IO[bytes]", Reader(source, passphrase)), mode="rb")
    return tarfile.open(fileobj=small, mode="r|")


def _copy(content: IO[bytes], to: Path | None) -> str:
    digest = hashlib.sha256()
    if to is not None:
        to.parent.mkdir(mode=home.FOLDER_MODE, parents=True, exist_ok=True)
    with open(os.devnull if to is None else to, "wb") as out:  # noqa: PTH123 - one of the two is no path of ours
        while data := content.read(_CHUNK):
            digest.update(data)
            out.write(data)
    return digest.hexdigest()


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    member.mode = home.FILE_MODE
    tar.addfile(member, io.BytesIO(content))
