"""Key files in `HUIYING_HOME/keys`: 32 random bytes each, made on first use, told apart by a mark (S14).

A small marker beside the folder (`HUIYING_HOME/<name>.keyid`) remembers which key was in use and reveals nothing of
it. When the key is gone and the marker is not, a new key would silently make everything sealed unreadable, so that is
refused.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from huiying.kernel import home, keyfiles

KEY_BYTES = 32
ID_BYTES = 8

Stamp = tuple[int, int, int, int]
_cache: dict[Stamp, bytes] = {}


class KeyFileError(Exception):
    """A key file is missing or damaged; the message says where and what to do."""


def load(name: str) -> bytes:
    """The key `name`, created on first use.

    Raises KeyFileError when it is damaged, or missing although it was in use before.
    """
    # Asked for with every sealed value: a look at the file is enough while it is the one that was read.
    stamp = _stamp(f"{os.environ.get('HUIYING_HOME') or 'var'}/keys/{name}.key")
    if stamp is not None and stamp in _cache:
        return _cache[stamp]
    path = home.keys() / f"{name}.key"
    if not path.exists():
        return _create(name, path)
    key = _read(name, path)
    if stamp is not None:
        _cache[stamp] = key
    return key


def key_id(key: bytes) -> bytes:
    """Eight bytes that name a key without revealing it."""
    return hashlib.sha256(b"huiying key id\x00" + key).digest()[:ID_BYTES]


def _stamp(path: str) -> Stamp | None:
    """What tells one key file from another; None where there is none."""
    try:
        stat = os.stat(path)  # noqa: PTH116 - a Path costs more than the look
    except FileNotFoundError:
        return None
    return stat.st_dev, stat.st_ino, stat.st_mtime_ns, stat.st_size


def _create(name: str, path: Path) -> bytes:
    marker = _marker(name)
    if marker.exists():
        raise KeyFileError(
            f"密钥文件 {path} 不见了，而此前已用它封存过数据（标记 {marker}）。请从备份恢复该文件；"
            f"不会自动生成新密钥，否则已封存的内容将永远无法打开"
        )
    home.create_private(path, os.urandom(KEY_BYTES).hex().encode() + b"\n")
    key = _parse(path)
    home.create_private(marker, key_id(key).hex().encode() + b"\n")
    return key


def _read(name: str, path: Path) -> bytes:
    key = _parse(path)
    marker = _marker(name)
    if not marker.exists():
        home.create_private(marker, key_id(key).hex().encode() + b"\n")
    elif marker.read_text().strip() != key_id(key).hex():
        raise KeyFileError(f"密钥文件 {path} 与此前使用的密钥不同（标记 {marker}）。请从备份恢复原来的密钥文件")
    return key


def _parse(path: Path) -> bytes:
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise KeyFileError(f"密钥文件 {path} 已损坏：应为 {KEY_BYTES * 2} 位十六进制字符。请从备份恢复该文件")
    return key


def _marker(name: str) -> Path:
    return home.home() / f"{name}.keyid"


def names() -> list[str]:
    """The key files that are there."""
    return sorted(path.stem for path in home.keys().glob("*.key"))


def path_of(name: str) -> Path:
    return home.keys() / f"{name}.key"


def mark_of(name: str) -> str:
    """The mark of the key in the file, "" where there is none or it can not be read.

    A key of `keyfiles` is 32 bytes in hex; what is something else (the site's own key) is marked as it stands.
    """
    try:
        text = path_of(name).read_text("ascii").strip()
    except (OSError, ValueError):
        return ""
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    return keyfiles.key_id(key if len(key) == keyfiles.KEY_BYTES else text.encode()).hex()


def remembered(name: str) -> str:
    """What the marker beside the folder says was in use; "" where there is none."""
    try:
        return (home.home() / f"{name}.keyid").read_text("ascii").strip()
    except (OSError, ValueError):
        return ""


def remember(name: str) -> None:
    """Take the key that is there now for the one in use."""
    marker = home.home() / f"{name}.keyid"
    marker.unlink(missing_ok=True)
    home.create_private(marker, mark_of(name).encode() + b"\n")
