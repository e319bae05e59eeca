"""`backup` while the system runs, `restore` into an empty home; each reads everything back before it says so (S15)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from huiying.keeping import archive, exporting, importing, manifest as manifests
from huiying.keeping.exporting import Refused
from huiying.keeping.manifest import Manifest, sha256_of
from huiying.kernel import clock, home
from huiying.ledger.actions import SYSTEM_CHAIN, Actor, record

MADE = "backup.made"
SHORTEST = 16  # characters of a passphrase


@dataclass(frozen=True)
class Made:
    """A copy that was read back and found whole."""

    file: Path
    size: int
    sha256: str
    manifest: Manifest
    keys: Path | None

    def as_json(self) -> dict[str, object]:
        made = self.manifest
        return {
            "ok": not made.faults,
            "file": str(self.file),
            "bytes": self.size,
            "sha256": self.sha256,
            "keys": None if self.keys is None else str(self.keys),
            "tables": len(made.tables),
            "rows": made.rows,
            "files": len(made.files),
            "chains": made.ledger["chains"],
            "entries": made.ledger["entries"],
            "evidence": made.evidence["checked"],
            "known_faults": made.faults,
        }


def passphrase_in(text: str) -> str:
    """Raises Refused for one that could be tried out."""
    words = text.strip()
    if len(words) < SHORTEST:
        raise Refused(f"口令太短：至少 {SHORTEST} 个字符")
    return words


def backup(target: Path, passphrase: str, *, keys: Path | None = None) -> Made:
    """Write a copy to `target`, a file or an existing folder, read it back, and put that on record.

    Raises Refused (nothing written), Damaged (what was written can not be read back), TableError, OSError.
    """
    file = _file_for(target)
    for path in (file, *([keys] if keys else [])):
        if path.exists():
            raise Refused(f"{path} 已经存在；不会覆盖")
        if not path.parent.is_dir():
            raise Refused(f"文件夹 {path.parent} 不存在")
    work = manifests.work()
    try:
        manifest = exporting.export_all(work, link=True)
        archive.pack(work, manifest, file, passphrase)
    finally:
        manifests.clear(work)
    archive.check(file, passphrase)
    if keys is not None:
        archive.pack_keys(exporting.keys_in_use(), keys, passphrase)
    made = Made(file, file.stat().st_size, sha256_of(file), manifest, keys)
    _put_on_record(made)
    return made


def restore(file: Path, passphrase: str, *, keys: Path | None = None) -> importing.Arrived:
    """Of a folder its newest copy. Raises Refused (nothing was done) or Damaged (nothing stays)."""
    if file.is_dir():
        file = max(file.glob(f"huiying-*{manifests.SUFFIX}"), key=lambda path: path.name, default=file / "huiying-*")
    if not file.is_file():
        raise Refused(f"没有文件 {file}")
    importing.require_empty()
    work = manifests.work()
    try:
        archive.unpack(file, passphrase, work)
        placed: list[Path] = []
        try:
            if keys is not None:
                _place_keys(keys, passphrase, placed)
            return importing.import_all(work, move=True, on_record=importing.put_on_record("restore", file.name))
        except BaseException:
            for path in placed:
                path.unlink(missing_ok=True)
            raise
    finally:
        manifests.clear(work)


def _file_for(target: Path) -> Path:
    if not target.is_dir():
        return target
    return target / f"huiying-{clock.now():%Y%m%dT%H%M%SZ}{manifests.SUFFIX}"


def _place_keys(file: Path, passphrase: str, placed: list[Path]) -> None:
    """The site's own key was made when this program started: only sealed content must open again, so it is replaced.

    `placed` takes what was put there, so that nothing of it stays where a later one is refused.
    """
    for name, content in archive.unpack_keys(file, passphrase).items():
        path = home.keys() / name
        if name == "site.key":
            path.unlink(missing_ok=True)
        if home.create_private(path, content):
            placed.append(path)
        elif path.read_bytes() != content:
            raise Refused(f"{path} 已经存在，内容不同；不会覆盖")


def _put_on_record(made: Made) -> None:
    payload = {
        "file": made.file.name,
        "size": made.size,
        "sha256": made.sha256,
        "seal": made.manifest.seal,
        "rows": made.manifest.rows,
        "files": len(made.manifest.files),
        "entries": made.manifest.ledger["entries"],
        "faults": len(made.manifest.faults),
    }
    with transaction.atomic():
        record(SYSTEM_CHAIN, MADE, payload, Actor.SYSTEM)
