"""What the loop does with files: looks into the folder, imports chunk by chunk, clears away."""

from __future__ import annotations

import datetime as dt
import logging
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from huiying.kernel import clock
from huiying.ledger.actions import Actor
from huiying.listening import inbox
from huiying.listening.actions import imports, uploads
from huiying.listening.importing.opening import UsageError, why_broken
from huiying.listening.models import Import
from huiying.work import leases, loop
from huiying.work.schedule import every, poller

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
        found = imports.stream_of(stack, row, uploads.path_of(row))
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
    (inbox.put_away if row.how == Import.FOLDER else uploads.forget)(row)


@every("imports.inbox", LOOK_EVERY, transactional=False)
def look_into_the_folder() -> None:
    """New files in the watched folder."""
    inbox.look()


@every("imports.sweep", 600, transactional=False)
def sweep() -> None:
    """Files of imports that ended in the middle of being cleared away, and previews that nobody went on with."""
    over = (Import.DONE, Import.FAILED, Import.CANCELLED)
    for row in Import.objects.filter(state__in=over).exclude(path=""):
        clear(row)
    for row in Import.objects.filter(state=Import.PREVIEW, asked_at__lt=clock.now() - PREVIEW_KEPT):
        uploads.let_lapse(row)


@every("imports.purge", 86_400, transactional=False)
def purge() -> None:
    """Imported files of the folder after their week."""
    inbox.purge()
