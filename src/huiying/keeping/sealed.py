"""An encrypted file that is written and read in one pass: AES-256-GCM in pieces, the key from a passphrase (S13, S14).

`HYBK1` ‖ salt (16) ‖ pieces. Each piece is at most 1 MiB and has its own nonce: its number and whether it is the last
one, so that pieces can not be left out, exchanged or cut off at the end without being noticed (the STREAM
construction). The key is scrypt (n = 2¹⁵, r = 8, p = 1) of the passphrase and the file's own salt.
"""

from __future__ import annotations

import os
import struct
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

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
