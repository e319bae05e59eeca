"""What goes with a copy, and its manifest: what it holds, by number and SHA-256, and what was wrong when it was made.

All files of the home but what is made anew, what is secret, and what is a copy itself. What is not known here is
copied: nothing that the program will keep some day can be forgotten (INV-1).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from huiying.kernel import canonical, home

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


_WORDS = ("made_at", "program")
_IN_LEDGER = {"chains": int, "entries": int, "heads": str, "bad": list}
SCHEMA = "huiying.export/1"
NAME = "MANIFEST.json"
TABLES = "tables"
HOME = "home"
LISTED = 20


class Damaged(Exception):
    """A copy is not what its manifest says; `faults` names every piece."""

    def __init__(self, faults: list[str]) -> None:
        more = f"……共 {len(faults)} 处" if len(faults) > LISTED else ""
        super().__init__("；".join(faults[:LISTED]) + more)
        self.faults = faults


@dataclass
class Manifest:
    """`tables` name → [rows, sha256]; `files` path → [bytes, sha256]; `keys` name → the key's public mark."""

    made_at: str
    program: str
    shape: dict[str, list[str]]
    tables: dict[str, tuple[int, str]] = field(default_factory=dict)
    files: dict[str, tuple[int, str]] = field(default_factory=dict)
    sequences: dict[str, int] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    ledger: dict[str, Any] = field(default_factory=dict)
    evidence: dict[str, Any] = field(default_factory=dict)
    compared: dict[str, Any] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return sum(rows for rows, _ in self.tables.values())

    @property
    def faults(self) -> list[str]:
        """What was wrong in the copied system itself: a copy of it is honest, and says so."""
        return [*self.ledger["bad"], *self.evidence["bad"], *self.compared.get("bad", ())]

    def text(self) -> str:
        return canonical.dumps({"schema": SCHEMA, **asdict(self)}) + "\n"

    @property
    def seal(self) -> str:
        """The SHA-256 that stands for the whole copy."""
        return canonical.sha256(self.text())


def parse(text: str) -> Manifest:
    """Raises Damaged for what is no manifest of this schema."""
    try:
        data = json.loads(text)
        schema = str(data.pop("schema"))
        if schema != SCHEMA:
            newer = schema.startswith("huiying.export/")
            raise Damaged([f"{NAME} 不是 {SCHEMA}" + (f"，而是 {schema}：请用写出它的那个版本的程序" if newer else "")])
        for name in ("tables", "files"):
            data[name] = {key: (int(count), str(sha)) for key, (count, sha) in data[name].items()}
        made = Manifest(**data)
        if not all(isinstance(getattr(made, one.name), dict) for one in fields(made) if one.name not in _WORDS):
            raise TypeError("有的部分不是对象")
        if not all(isinstance(made.ledger[name], _IN_LEDGER[name]) for name in _IN_LEDGER):
            raise TypeError("台账部分的类型不对")
        if not isinstance(made.evidence["checked"], int) or not all(isinstance(one, str) for one in made.faults):
            raise TypeError("证据部分的类型不对")
        return made
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Damaged([f"{NAME} 读不出来：{error}"]) from None


def path_of_table(table: str) -> str:
    return f"{TABLES}/{table}.jsonl"


def path_of_file(name: str) -> str:
    return f"{HOME}/{name}"


def promised(manifest: Manifest) -> dict[str, str]:
    """Every path of a copy → its SHA-256."""
    found = {path_of_table(table): sha for table, (_, sha) in manifest.tables.items()}
    return found | {path_of_file(name): sha for name, (_, sha) in manifest.files.items()}


def compare(manifest: Manifest, found: dict[str, str]) -> list[str]:
    """What is missing, altered or foreign, in sentences; `found` is path → SHA-256 as it was read."""
    wanted = promised(manifest)
    faults = [f"缺少 {path}" for path in sorted(wanted.keys() - found.keys())]
    faults += [f"{path} 不在清单里" for path in sorted(found.keys() - wanted.keys())]
    return faults + [
        f"{path} 被改动（SHA-256 不符）" for path in sorted(wanted) if found.get(path, wanted[path]) != wanted[path]
    ]


def sha256_of(file: Path) -> str:
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
