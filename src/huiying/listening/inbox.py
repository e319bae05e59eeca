"""The watched folder: what is put there is imported, then moved to done/ or failed/ with a report beside it (C5.16).

A file is taken when two looks found it with the same size and time: one that is still being copied is left alone.
"""

from __future__ import annotations

import datetime as dt
import secrets
import shutil
from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _

from huiying.kernel import clock, home
from huiying.ledger.actions import Actor
from huiying.listening.actions import imports, uploads
from huiying.listening.importing.look import File
from huiying.listening.importing.opening import UsageError, opened
from huiying.listening.models import Import

KEPT: Final = dt.timedelta(days=7)
#: What a report adds to the name of its file.
REPORT: Final = ".导入报告.txt"
_UNFINISHED: Final = (".part", ".tmp", ".crdownload", ".download", ".swp", ".filepart")
_TOKEN_CHARS: Final = 16
#: What the last look saw: path to size and time.
_seen: dict[Path, tuple[int, int]] = {}


def look() -> int:
    """One look; returns how many files were taken. A crash between two steps leaves nothing that is not found again."""
    taken = 0
    for path in _stable():
        working = _folder("working") / f"{secrets.token_hex(_TOKEN_CHARS // 2)}-{path.name[-180:]}"
        try:
            path.rename(working)
        except OSError:
            continue  # somebody took it away, or still holds it: the next look will tell
        taken += 1
    for working in sorted(_folder("working").iterdir()):
        if working.is_file() and not Import.objects.filter(how=Import.FOLDER, path=working.name).exists():
            _propose(working)
    return taken


def _stable() -> list[Path]:
    now: dict[Path, tuple[int, int]] = {}
    for path in home.inbox().iterdir():
        if not path.is_file() or path.is_symlink() or path.name.startswith((".", "~")):
            continue
        if path.name.lower().endswith(_UNFINISHED):
            continue
        stat = path.stat()
        now[path] = (stat.st_size, stat.st_mtime_ns)
    found = [path for path, stamp in now.items() if stamp[0] and _seen.get(path) == stamp]
    _seen.clear()
    _seen.update(now)
    return sorted(found)


def _propose(working: Path) -> None:
    file = File.of(working, working.name[_TOKEN_CHARS + 1 :])
    problem, code = "", ""
    try:
        with opened(file) as found:
            code = found.ready[0].format.code
    except UsageError as error:
        problem = str(error)
    state = Import.RUNNING if problem else Import.WAITING
    row = imports.create(file, Import.FOLDER, code, Actor.SYSTEM, state=state, path=working.name)
    if problem:
        put_away(imports.finish(row.pk, problem))


def put_away(row: Import) -> None:
    """Move a finished file to done/ or failed/ and write its report. Doing it twice is harmless."""
    if not row.path:
        return
    working = uploads.path_of(row)
    folder = _folder("failed" if row.state == Import.FAILED else "done")
    name = row.name if not (folder / row.name).exists() else f"{row.batch}-{row.name}"
    report = folder / f"{name}{REPORT}"
    report.write_text(report_of(row), encoding="utf-8")
    if working.exists():
        shutil.move(working, folder / name)
    Import.objects.filter(pk=row.pk).update(path="")


def report_of(row: Import) -> str:
    """What became of a file, as people read it; every rejected row with its line and reason."""
    lines = [
        _("文件：%(name)s") % {"name": row.name},
        _("收到 %(read)d 条：新 %(new)d，重复 %(duplicate)d，拒收 %(rejected)d。")
        % {"read": row.rows_read, "new": row.new, "duplicate": row.duplicate, "rejected": row.rejected},
    ]
    if row.problem:
        lines.append(_("没有导完：%(why)s") % {"why": row.problem})
    if row.sources:
        lines.append(_("其中列出 %(n)d 个来源，可在系统里添加。") % {"n": len(row.sources)})
    lines.append(_("原文件含有系统不保存的作者信息，%(days)d 天后自动删除。") % {"days": KEPT.days})
    lines += [f"{one.file}:{one.line} {one.reason}" for one in row.rejected_rows.order_by("id").iterator()]
    return "\n".join(lines) + "\n"


def purge() -> int:
    """Delete what lies in done/ and failed/ for longer than a week: it names people whom the house does not keep."""
    gone = 0
    before = (clock.now() - KEPT).timestamp()
    for folder in ("done", "failed"):
        for path in _folder(folder).iterdir():
            is_report = path.name.endswith(REPORT)
            if path.is_file() and not is_report and path.stat().st_ctime < before:
                path.unlink()
                gone += 1
    return gone


def _folder(name: str) -> Path:
    folder = home.inbox() / name
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder
