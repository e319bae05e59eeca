"""Everything the program keeps lies under one folder, `HUIYING_HOME` (default `./var`).

Folders are made 0700 and files 0600, because the folder holds keys and sealed evidence (S14). A folder that
already exists keeps the permissions its administrator gave it, except `keys/`, which is always closed.
"""

from __future__ import annotations

import os
from pathlib import Path

FOLDER_MODE = 0o700
FILE_MODE = 0o600


def home() -> Path:
    """The home folder, created when missing. Raises NotADirectoryError when a file stands in its place."""
    return _folder(Path(os.environ.get("HUIYING_HOME") or "var").absolute())


def keys() -> Path:
    """Key files; never inside the database (S14)."""
    folder = _folder(home() / "keys")
    if folder.stat().st_mode & 0o077:
        folder.chmod(FOLDER_MODE)
    return folder


def evidence() -> Path:
    """Sealed snapshots and WARC files."""
    return _folder(home() / "evidence")


def anchors() -> Path:
    """Anchors of the ledger, outside the database (INV-8)."""
    return _folder(home() / "anchors")


def logs() -> Path:
    """Program logs; never personal data."""
    return _folder(home() / "logs")


def imports() -> Path:
    """Uploaded files that wait to be imported; each is gone when it was."""
    return _folder(home() / "imports")


def inbox() -> Path:
    """The folder that is watched: `HUIYING_INBOX`, or one inside the home."""
    return _folder(Path(os.environ.get("HUIYING_INBOX") or home() / "inbox").absolute())


def files() -> Path:
    """Documents that were made and attachments that were received."""
    return _folder(home() / "files")


def models() -> Path:
    """What was learned from the bureau's own corrections, each file named by its SHA-256."""
    return _folder(home() / "models")


def create_private(path: Path, content: bytes) -> bool:
    """Write a new 0600 file whole or not at all; False when `path` already exists.

    The content is complete before the name appears, so another process that starts at the same moment reads
    either no file or all of it.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    _write_new(draft, content)
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    _sync_folder(path.parent)
    return True


def _write_new(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _folder(path: Path) -> Path:
    if path.exists() and not path.is_dir():
        raise NotADirectoryError(f"{path} 是一个文件，这里需要文件夹；请移走它，或把 HUIYING_HOME 指向别处")
    path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    return path
