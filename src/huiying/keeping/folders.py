"""Which files of the home go with a copy: all but what is made anew, what is secret, and what is a copy itself.

What is not known here is copied: nothing that the program will keep some day can be forgotten (INV-1).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from huiying.kernel import home

# The database goes table by table, the search index is made from it, `demo` is a home of its own.
_DATABASES = ("huiying.sqlite3", "search.sqlite3")
_MADE_ANEW = frozenset({"static", "logs", "demo"})
_WRITTEN_ONCE = frozenset({"evidence", "files", "models"})
KEYS = "keys"
WORK = ".keeping"
SUFFIX = ".hybak"
_PASSED_OVER = frozenset({*_MADE_ANEW, KEYS, WORK})
_NOT_COPIED = (".part", SUFFIX)


def kept() -> Iterator[str]:
    """Paths under the home, sorted."""
    root = home.home()
    for folder, names, files in os.walk(root):
        here = Path(folder)
        names[:] = sorted(name for name in names if not (here == root and name in _PASSED_OVER))
        for name in sorted(files):
            path = here / name
            if not (name.endswith(_NOT_COPIED) or path.is_symlink() or (here == root and name.startswith(_DATABASES))):
                yield path.relative_to(root).as_posix()


def take(name: str, to: Path, *, link: bool) -> bool:
    """Copy one file; False when it is gone, as a file that waits for its import or whose time is over may be.

    A link costs nothing and holds the file fast until it is packed; what is handed to others is a copy, and so is
    what somebody may still be writing.
    """
    source = home.home() / name
    to.parent.mkdir(mode=home.FOLDER_MODE, parents=True, exist_ok=True)
    try:
        if link and name.partition("/")[0] in _WRITTEN_ONCE:
            try:
                os.link(source, to)
            except OSError:
                shutil.copyfile(source, to)
        else:
            shutil.copyfile(source, to)
    except FileNotFoundError:
        return False
    return True


def foreign() -> list[str]:
    """Files that stand in a home which should be empty; keys may wait there for what they open."""
    return list(kept())


def work() -> Path:
    """A folder of this process's own inside the home; the caller removes it."""
    folder = home.home() / WORK / f"{os.getpid()}-{os.urandom(4).hex()}"
    folder.mkdir(mode=home.FOLDER_MODE, parents=True)
    return folder


def clear(folder: Path) -> None:
    """Remove a work folder and what a killed process left beside it (S16)."""
    shutil.rmtree(folder, ignore_errors=True)
    parent = folder.parent
    for other in parent.iterdir() if parent.is_dir() else ():
        if not _alive(other.name.partition("-")[0]):
            shutil.rmtree(other, ignore_errors=True)
    if parent.is_dir() and not any(parent.iterdir()):
        parent.rmdir()


def _alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True
