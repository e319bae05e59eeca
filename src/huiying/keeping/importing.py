"""`import all`, and the second half of `restore`: a copy into an empty home, whole or not at all (S15, scenario 20).

Refused when a piece is missing, altered or foreign, or when the ledger or the evidence is worse than the manifest
itself admits. A system that was broken when it was copied can still be brought back: its copy says what is broken.
"""

from __future__ import annotations

import getpass
import os
import shutil
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.db import DatabaseError, connection, transaction

import huiying
from huiying.keeping import exporting, keys, manifest as manifests, tables
from huiying.keeping.exporting import Refused
from huiying.keeping.manifest import (
    HOME,
    NAME,
    TABLES,
    Damaged,
    Manifest,
    compare,
    parse,
    path_of_file,
    path_of_table,
    sha256_of,
)
from huiying.kernel import home
from huiying.ledger.actions import SYSTEM_CHAIN, Actor, record
from huiying.work.models import Job

RESTORED = "backup.restored"


@dataclass(frozen=True)
class Arrived:
    """What was brought in; `waiting` jobs of the copied system go on when this one is started."""

    manifest: Manifest
    waiting: int

    def as_json(self) -> dict[str, object]:
        made = self.manifest
        return {
            "ok": not made.faults,
            "made_at": made.made_at,
            "program": made.program,
            "seal": made.seal,
            "tables": len(made.tables),
            "rows": made.rows,
            "files": len(made.files),
            "bytes": sum(size for size, _ in made.files.values()),
            "chains": made.ledger["chains"],
            "entries": made.ledger["entries"],
            "heads": made.ledger["heads"],
            "evidence": made.evidence["checked"],
            "compared": made.compared.get("what", []),
            "waiting_jobs": self.waiting,
            "known_faults": made.faults,
        }


def read_manifest(folder: Path) -> Manifest:
    """Raises Refused where there is none, Damaged where it can not be read."""
    file = folder / NAME
    if not file.is_file():
        raise Refused(f"{folder} 里没有 {NAME}，不是 huiying export all 写出的文件夹")
    return parse(file.read_text("utf-8", "replace"))


def examine(folder: Path, manifest: Manifest) -> None:
    """Every file of the folder against the manifest. Raises Damaged."""
    paths = (path for name in (TABLES, HOME) for path in (folder / name).rglob("*") if path.is_file())
    found = {path.relative_to(folder).as_posix(): sha256_of(path) for path in paths}
    if faults := compare(manifest, found):
        raise Damaged(faults)


def require_empty() -> None:
    """Nothing is ever written over. Raises Refused."""
    if found := manifests.foreign():
        raise Refused(f"数据目录 {home.home()} 不是空的（有 {found[0]} 等 {len(found)} 个文件）；请换一个空目录")
    if found := tables.filled():
        raise Refused(f"数据库不是空的（{found[0]} 等 {len(found)} 个表里有数据）；请换一个空库")


def require_same_shape(manifest: Manifest) -> None:
    """Rows fit the tables that they came from. Raises Refused and names what differs."""
    mine = tables.shape()
    differs = sorted(name for name in {*mine, *manifest.shape} if mine.get(name) != manifest.shape.get(name))
    if differs:
        raise Refused(
            f"这份数据由程序 {manifest.program} 写出，表结构与本机的 {huiying.__version__} 不同"
            f"（{differs[0]} 等 {len(differs)} 个表）；请先用写出它的版本恢复，再升级。"
            "首次发布之前的开发版本写出的不能升级，只能重新开始"
        )


def require_keys(manifest: Manifest) -> None:
    """Without its key what is sealed stays closed for ever, and nobody would notice today (S14). Raises Refused."""
    missing = [name for name, mark in manifest.keys.items() if not exporting.has_key(name, mark)]
    if missing:
        files = "、".join(f"keys/{name}.key" for name in missing)
        raise Refused(f"缺少封存所用的密钥 {files}；请把它放进 {home.keys()}，或用 --keys 给出密钥档案")


def put_on_record(how: str, name: str) -> Callable[[Manifest], None]:
    """What `import_all` writes last, in its transaction: which state came back, from which copy, by whom (INV-8)."""

    def write(manifest: Manifest) -> None:
        payload = {
            "how": how,
            "copy": name,
            "seal": manifest.seal,
            "made_at": manifest.made_at,
            "program": manifest.program,
            "entries": manifest.ledger["entries"],
            "chains": manifest.ledger["chains"],
            "heads": manifest.ledger["heads"],
            "faults": len(manifest.faults),
            "by": f"{_who()}@{socket.gethostname()}",
        }
        record(SYSTEM_CHAIN, RESTORED, payload, Actor.SYSTEM)
        keys.after_restore()

    return write


def _who() -> str:
    """The account of this machine; a container may have none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def import_all(folder: Path, *, move: bool = False, on_record: Callable[[Manifest], None] | None = None) -> Arrived:
    """Bring a folder of `export all` in. Raises Refused (nothing was done) or Damaged (nothing stays)."""
    manifest = read_manifest(folder)
    examine(folder, manifest)
    require_same_shape(manifest)
    require_empty()
    require_keys(manifest)
    placed: list[Path] = []
    try:
        for name in manifest.files:
            placed.append(_place(folder / path_of_file(name), home.home() / name, move=move))
        with transaction.atomic():
            _fill(folder, manifest)
            _require_no_worse(manifest)
            if on_record is not None:
                on_record(manifest)
    except BaseException:
        for path in placed:
            path.unlink(missing_ok=True)
        raise
    waiting = Job.objects.filter(done_at__isnull=True, failed_at__isnull=True).count()
    return Arrived(manifest, waiting)


def _place(source: Path, to: Path, *, move: bool) -> Path:
    to.parent.mkdir(mode=home.FOLDER_MODE, parents=True, exist_ok=True)
    if move:
        source.replace(to)
    else:
        shutil.copyfile(source, to)
    to.chmod(home.FILE_MODE)
    return to


def _fill(folder: Path, manifest: Manifest) -> None:
    tables.clear_what_migrate_made()
    for model in tables.kept():
        table = model._meta.db_table
        try:
            read = tables.read(model, folder / path_of_table(table))
        except (tables.TableError, DatabaseError) as error:
            raise Damaged([f"表 {table} 写不进数据库：{error}"]) from error
        if read != manifest.tables[table][0]:
            raise Damaged([f"表 {table} 应有 {manifest.tables[table][0]} 行，读到 {read} 行"])
    tables.continue_sequences(manifest.sequences)
    try:
        connection.check_constraints()
    except DatabaseError as error:
        raise Damaged([f"表与表之间对不上：{error}"]) from error


def _require_no_worse(manifest: Manifest) -> None:
    ledger, files = exporting.judged()
    known = set(manifest.faults)
    rows = exporting.against_the_ledger(manifest.made_at)
    told = [*_list(ledger["bad"]), *_list(files["bad"]), *_list(rows["bad"])]
    faults = [fault for fault in told if fault not in known]
    marks = keys.told()
    others = [name for name, mark in manifest.keys.items() if marks.get(name, mark) != mark]
    faults += [f"清单里密钥 {name} 的标记与台账登记的不同" for name in others]
    for name, word in (("entries", "条数"), ("chains", "链数"), ("heads", "链头")):
        if ledger[name] != manifest.ledger[name]:
            faults.append(f"台账{word}与清单不符")
    if faults:
        raise Damaged(faults)


def _list(value: object) -> list[str]:
    assert isinstance(value, list)
    return value
