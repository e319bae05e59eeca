"""Files that are imported: the watched folder, the loop's chunks, clearing away (C5.16).

A file in the folder is taken when two looks found it with the same size and time, then moved to done/ or failed/ with
a report beside it.
"""

from __future__ import annotations

import datetime as dt
import logging
import secrets
import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from huiying.kernel import clock, home
from huiying.ledger.actions import Actor
from huiying.listening.actions import imports
from huiying.listening.importing.look import File
from huiying.listening.importing.registry import UsageError, opened, why_broken
from huiying.listening.models import Import
from huiying.work import leases, loop
from huiying.work.schedule import every, poller

KEPT: Final = dt.timedelta(days=7)
#: What a report adds to the name of its file.
REPORT: Final = ".导入报告.txt"
_UNFINISHED: Final = (".part", ".tmp", ".crdownload", ".download", ".swp", ".filepart")
_TOKEN_CHARS: Final = 16
#: What the last look saw: path to size and time.
_seen: dict[Path, tuple[int, int]] = {}


def look_in_folder() -> int:
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
    working = imports.path_of(row)
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


def purge_folder() -> int:
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


#: Between two ticks the loop does everything else: a large file holds up no clock and no alarm.
CHUNKS_A_TICK = 4
LOOK_EVERY = 5
STUCK_AFTER = 3
#: A preview that nobody went on with: its file names people, so it does not stay.
PREVIEW_KEPT = dt.timedelta(days=1)


@dataclass
class _UnderWay:
    """The import that this process has open. Another process, or this one after a crash, opens it anew."""

    pk: int
    stack: ExitStack
    run: imports.Run


_open: list[_UnderWay] = []
_stuck: list[tuple[int, int]] = []
_log = logging.getLogger(__name__)


def to_do() -> QuerySet[Import]:
    """Imports that the loop has to go on with, in order."""
    return Import.objects.filter(
        state__in=(Import.WAITING, Import.RUNNING), how__in=(Import.UPLOAD, Import.FOLDER)
    ).order_by("id")


@poller("imports", due=lambda _now: to_do().exists(), transactional=False)
def go_on(_now: dt.datetime, _limit: int) -> int:
    """Import the oldest file, a few chunks at a time, each in a transaction under the loop's fence."""
    row = to_do().first()
    if row is None:
        return 0
    try:
        run = _run_of(row)
        for done in range(CHUNKS_A_TICK):
            if not run.step():
                _end(imports.finish(row.pk, sources=_sources(row)))
                return done + 1
    except UsageError as error:
        _end(imports.finish(row.pk, str(error)))
        return 1
    except imports.Lost:
        close()
        return 0
    except imports.AWAY as error:
        close()
        if isinstance(error, leases.LeaseLost) or not _again_and_again(row):
            raise
        return _fail(row, error)
    except Exception as error:
        return _fail(row, error)
    except BaseException:
        close()
        raise
    return CHUNKS_A_TICK


def _fail(row: Import, error: Exception) -> int:
    """Whatever it was, it is this file's fault alone: said on its page in words, and the next file is taken up."""
    _log.exception("import %s of %s failed", row.pk, row.name)
    _end(imports.finish(row.pk, why_broken(error)))
    return 1


def _again_and_again(row: Import) -> bool:
    """Whether the database answers, but not to this chunk: it said so at the same place three times now."""
    place = (row.pk, row.rows_read)
    _stuck[:] = [*_stuck, place] if place in _stuck else [place]
    return len(_stuck) >= STUCK_AFTER


def _run_of(row: Import) -> imports.Run:
    if _open and _open[0].pk == row.pk:
        return _open[0].run
    close()
    if row.state == Import.WAITING:
        with transaction.atomic():
            leases.require(loop.current())
            Import.objects.filter(pk=row.pk, state=Import.WAITING).update(state=Import.RUNNING, started_at=clock.now())
        row.state = Import.RUNNING
    stack = ExitStack()
    try:
        found = imports.stream_of(stack, row, imports.path_of(row))
        _open.append(_UnderWay(row.pk, stack, imports.Run(row, found, Actor(**row.actor))))
    except BaseException:
        stack.close()
        raise
    return _open[0].run


def _sources(row: Import) -> list[dict[str, Any]]:
    return _open[0].run.sources if _open and _open[0].pk == row.pk else []


def _end(row: Import) -> None:
    close()
    clear(row)


def close() -> None:
    """Let go of the file that is open."""
    while _open:
        _open.pop().stack.close()


def clear(row: Import) -> None:
    """Take the file of a finished import away."""
    (put_away if row.how == Import.FOLDER else imports.forget)(row)


@every("imports.inbox", LOOK_EVERY, transactional=False)
def look_into_the_folder() -> None:
    """New files in the watched folder."""
    look_in_folder()


@every("imports.sweep", 600, transactional=False)
def sweep() -> None:
    """Files of imports that ended in the middle of being cleared away, and previews that nobody went on with."""
    over = (Import.DONE, Import.FAILED, Import.CANCELLED)
    for row in Import.objects.filter(state__in=over).exclude(path=""):
        clear(row)
    for row in Import.objects.filter(state=Import.PREVIEW, asked_at__lt=clock.now() - PREVIEW_KEPT):
        imports.let_lapse(row)


@every("imports.purge", 86_400, transactional=False)
def purge() -> None:
    """Imported files of the folder after their week."""
    purge_folder()
