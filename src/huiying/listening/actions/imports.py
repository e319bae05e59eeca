"""Verbs of imports: hand in a file, look at it first, correct what it is taken for, begin, go on chunk by chunk
(C5.13, C5.16, INV-1).

A chunk is one transaction: its posts, its rejected rows and how far the file has been read. Whoever goes on after a
crash begins where the row says, so nothing is read twice and nothing is lost.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.db import InterfaceError, OperationalError, transaction
from django.utils.translation import gettext as _

from huiying.engine import post as engine_post
from huiying.engine.lines import Rejected
from huiying.engine.screening import HIT
from huiying.kernel import clock, home
from huiying.kernel.keepable import visible
from huiying.ledger.actions import Actor, record
from huiying.listening import ingest_masking, watching
from huiying.listening.actions import CHAIN, Received, imports, receive_chunk
from huiying.listening.actions.receiving import Judging, Looks
from huiying.listening.importing import vendor
from huiying.listening.importing.look import File
from huiying.listening.importing.registry import Opened, Placed, UsageError, check_format, opened, why_broken
from huiying.listening.importing.rows import Options
from huiying.listening.models import Import, Post, RejectedRow
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import actor_of
from huiying.work import leases, loop
from huiying.work.rows import insert

#: A commit with fsync costs as much as storing sixty posts, so files go in larger chunks than single posts do.
CHUNK = 500


#: The database is away, or another process has the loop: the import goes on later, where it stands.
AWAY: Final = (OperationalError, InterfaceError, leases.LeaseLost)

_log = logging.getLogger(__name__)


class Lost(Exception):
    """Another process went on with this import, or a person called it off."""


@dataclass(frozen=True)
class Imported:
    """What the store took, and the rows it could not take: received = new + duplicate + rejected over all rows."""

    store: Received
    rejected: list[dict[str, Any]]
    sources: list[dict[str, Any]]

    @property
    def summary(self) -> dict[str, Any]:
        """The part of `ingest --json` that this room knows; `sources` only where a list of them was given."""
        told = {
            "received": self.store.received + len(self.rejected),
            "new": self.store.new,
            "duplicate": self.store.duplicate,
            "versions": self.store.versions,
            "rejected": self.rejected,
        }
        return {**told, "sources": self.sources} if self.sources else told


@dataclass
class _Cut:
    """Some rows of a file in their order, and what ended the reading, if it broke off after them."""

    rows: list[Placed | Rejected] = field(default_factory=list)
    broken: Exception | None = None


def _posts_of(cut: _Cut) -> list[engine_post.Post]:
    return [row.post for row in cut.rows if isinstance(row, Placed)]


class Run:
    """One import under way in this process: the open files, and how far they were read."""

    def __init__(self, row: Import, found: Opened, actor: Actor, judging: Judging | None = None) -> None:
        self.pk = row.pk
        self._actor = actor
        self._how = Post.HISTORY if row.as_history else Post.IMPORT
        self._found = found
        self._rows = islice(found.placed(Options(mapping=row.mapping)), row.rows_read, None)
        self._read = row.rows_read
        self._judging = judging
        cuts = self._cuts()
        self._looked = judging.ahead(cuts, _posts_of) if judging else ((cut, None) for cut in cuts)
        self.store = Received(row.batch)
        self.rejected: list[dict[str, Any]] = []

    @property
    def sources(self) -> list[dict[str, Any]]:
        """What lists of sources in the file propose."""
        return self._found.sources

    def step(self) -> bool:
        """Store the next chunk; False when there was none. Raises UsageError for a file damaged midway, and Lost."""
        cut, looks = next(self._looked, (_Cut(), None))
        if cut.rows:
            with transaction.atomic():
                leases.require(loop.current())
                self._store(cut.rows, looks)
        if cut.broken is not None:
            raise cut.broken
        return bool(cut.rows)

    def _cuts(self) -> Iterator[_Cut]:
        """The rows of the files, chunk by chunk; after one that breaks off nothing more comes."""
        while True:
            cut = _Cut()
            try:
                for row in islice(self._rows, CHUNK):
                    cut.rows.append(row)
            except Exception as error:  # what was read before it is stored first
                cut.broken = error
            if cut.rows or cut.broken:
                yield cut
            if cut.broken or not cut.rows:
                return

    def _store(self, chunk: Sequence[Placed | Rejected], looks: Looks) -> None:
        row = Import.objects.select_for_update().get(pk=self.pk)
        if row.state != Import.RUNNING or row.rows_read != self._read:
            raise Lost(row.name)
        before = (self.store.new, self.store.duplicate, self.store.versions)
        posts = [item for item in chunk if isinstance(item, Placed)]
        refused = [item for item in chunk if isinstance(item, Rejected)]
        if posts:
            kept_not = receive_chunk(
                [item.post for item in posts], self.store, self._how, self._actor, self._judging, looks
            )
            refused += [Rejected(posts[place].file, posts[place].line, why) for place, why in kept_not.items()]
        if refused:
            rows = [
                RejectedRow(
                    imported=row, file=visible(item.file)[:300], line=item.line, reason=visible(item.reason)[:500]
                )
                for item in refused
            ]
            insert(rows)
            told = {"batch": row.batch, "name": row.name, "n": len(rows)}
            record(CHAIN, "import.rows_refused", told, self._actor, rows=rows)
        row.rows_read += len(chunk)
        row.new += self.store.new - before[0]
        row.duplicate += self.store.duplicate - before[1]
        row.versions += self.store.versions - before[2]
        row.rejected += len(refused)
        row.save(update_fields=["rows_read", "new", "duplicate", "versions", "rejected"])
        self._read = row.rows_read
        self.rejected += [item.as_row() for item in refused]


def import_now(
    found: Iterable[tuple[File, Opened]],
    format: str,
    actor: User | Actor,
    judging: Judging | None = None,
    *,
    as_history: bool = False,
) -> Imported:
    """Import files that were looked at, to their end, in this process. Raises UsageError for one damaged midway.

    `as_history`: nobody is asked to answer what is in them (`Post.HISTORY`).
    """
    who = actor_of(actor)
    store, rejected, sources = Received(""), [], []
    for file, held in found:
        code = format or held.ready[0].format.code
        row = create(file, Import.COMMAND, code, who, state=Import.RUNNING, as_history=as_history)
        run = Run(row, held, who, judging)
        try:
            while run.step():
                pass
        except UsageError as error:
            finish(row.pk, str(error))
            raise
        except AWAY:
            raise
        except Exception as error:
            _log.exception("importing %s", file.name)
            finish(row.pk, why_broken(error))
            raise UsageError(f"{file.name}：{why_broken(error)}") from error
        proposed = held.sources
        finish(row.pk, sources=proposed)
        _add(store, run.store)
        rejected += run.rejected
        sources += proposed
    store.post_ids = list(dict.fromkeys(store.post_ids))
    return Imported(store, rejected, sources)


def _add(whole: Received, part: Received) -> None:
    whole.batch = whole.batch or part.batch
    whole.add(part)


@transaction.atomic
def create(
    file: File, how: str, format: str, actor: Actor, *, state: str, path: str = "", as_history: bool = False
) -> Import:
    """The row of a file on its way in. `path` is under HUIYING_HOME/imports where the program holds the file."""
    now = clock.now()
    row = Import.objects.create(
        batch=f"{how}-{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}",
        how=how,
        name=visible(Path(file.name).name[:300] if how != Import.COMMAND else file.name[-300:]),
        path=path,
        size=file.path.stat().st_size,
        modified_at=file.modified,
        format=format,
        state=state,
        as_history=as_history,
        asked_by=actor.name,
        actor={"name": actor.name, "post": actor.post, "department": actor.department, "user_id": actor.user_id},
        asked_at=now,
        started_at=now if state == Import.RUNNING else None,
    )
    told = {"batch": row.batch, "name": row.name, "how": how, "format": format, **_history(row)}
    record(CHAIN, "import.handed_in", told, actor, rows=[row])
    return row


def _history(row: Import) -> dict[str, bool]:
    """What an entry says of a file that is only history."""
    return {"as_history": True} if row.as_history else {}


@transaction.atomic
def finish(pk: int, problem: str = "", sources: Sequence[dict[str, Any]] = ()) -> Import:
    """The end of an import, well or not. What was stored stays; the ledger says who brought which file."""
    leases.require(loop.current())
    row = Import.objects.select_for_update().get(pk=pk)
    problem = visible(problem)
    row.state, row.problem = Import.FAILED if problem else Import.DONE, problem
    row.sources, row.finished_at = list(sources), clock.now()
    row.save(update_fields=["state", "problem", "sources", "finished_at"])
    payload = {
        "batch": row.batch, "name": row.name, "format": row.format, "new": row.new, "duplicate": row.duplicate,
        "rejected": row.rejected, "problem": problem,
    }  # fmt: skip
    record(CHAIN, "import.finished", payload, Actor(**row.actor), rows=[row])
    return row


def stream_of(stack: ExitStack, row: Import, path: Path) -> Opened:
    """The file of an import, opened until `stack` closes. Raises UsageError."""
    return stack.enter_context(opened(File(path, row.name, row.modified_at), row.format or None))


LARGEST: Final = 500 << 20
SHOWN: Final = 10
LOOKED_AT: Final = 200
OLD: Final = dt.timedelta(days=7)
# What a person may say of the columns: characters of a heading and of a field, and how many, on every face.
HEADING_CHARS, FIELD_CHARS, MOST_HEADINGS = 200, 40, 500
_FILE_MODE: Final = 0o600


@dataclass(frozen=True)
class Preview:
    """What an import would do, read from its first 200 rows. `posts` are `{"title", "text", …}` as they would stand;
    `concerned` of the rows would stand on the desk by the rules, the older of them, `old`, published over a week ago.
    """

    formats: list[str]
    tables: list[vendor.Table] = field(default_factory=list)
    posts: list[dict[str, Any]] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    sources: list[dict[str, Any]] = field(default_factory=list)
    read: int = 0
    is_all: bool = False
    concerned: int = 0
    old: int = 0


def path_of(row: Import) -> Path:
    """Where the program holds the file of an import."""
    if row.how == Import.FOLDER:
        return home.inbox() / "working" / row.path
    return home.imports() / row.path


def propose(upload: UploadedFile[Any], actor: User) -> Import:
    """Keep an uploaded file and look at it; nothing is imported yet. Raises Refused where none of it can be taken."""
    require(actor, "import.bring")
    if not upload.size:
        raise Refused(_("文件是空的，没有可导入的内容。"), code="empty")
    if upload.size > LARGEST:
        raise Refused(_("文件超过 500 MB。请拆开，或请管理员用 huiying ingest 导入。"), code="too_large")
    token = secrets.token_hex(16)
    path = home.imports() / token
    _write(upload, path)
    file = File(path, Path((upload.name or "").replace("\\", "/")).name[:200] or _("未命名文件"), clock.now())
    try:
        with opened(file) as found:
            code = found.ready[0].format.code
        return imports.create(file, Import.UPLOAD, code, actor_of(actor), state=Import.PREVIEW, path=token)
    except UsageError as error:
        path.unlink(missing_ok=True)
        raise Refused(str(error), code="unreadable") from error
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _write(upload: UploadedFile[Any], path: Path) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE_MODE)
    with os.fdopen(handle, "wb") as file:
        for chunk in upload.chunks():
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())


def preview(row: Import) -> Preview:
    """Read the beginning again under what the person corrected. Raises Refused where the file can not be read so."""
    options = Options(mapping=row.mapping)
    try:
        with opened(File(path_of(row), row.name, row.modified_at), row.format or None) as found:
            rows = list(islice(found.rows(options), LOOKED_AT))
            posts = [item for item in rows if isinstance(item, engine_post.Post)]
            concerned = [post for post in posts if watching.screener().screen(post).band == HIT]
            return Preview(
                [str(item.format.name) for item in found.ready],
                _tables(found, options),
                [_shown(item) for item in posts[:SHOWN]],
                [item for item in rows if isinstance(item, Rejected)],
                found.sources,
                len(rows),
                len(rows) < LOOKED_AT,
                len(concerned),
                sum(_is_old(post) for post in concerned),
            )
    except (UsageError, OSError) as error:
        raise Refused(str(error), code="unreadable") from error
    except Exception as error:
        _log.exception("preview of import %s", row.pk)
        raise Refused(why_broken(error), code="unreadable") from error


def _is_old(post: engine_post.Post) -> bool:
    return post.published_at is not None and clock.now() - post.published_at > OLD


def _tables(found: Opened, options: Options) -> list[vendor.Table]:
    return [
        table for item in found.ready if item.format.code == vendor.CODE for table in vendor.tables(item.look, options)
    ]


def _shown(post: engine_post.Post) -> dict[str, Any]:
    """Masked as the door would: a preview is a page too."""
    return {
        "title": ingest_masking.readable(post.title),
        "text": ingest_masking.readable(post.text)[:200],
        "platform": post.platform,
        "channel_class": post.channel_class,
        "published_at": post.published_at,
        "time_confidence": post.time_confidence,
        "url": post.url or "",
    }


@transaction.atomic
def correct(row: Import, format: str, mapping: Mapping[str, str], actor: User) -> Import:
    """What the person says the file and its columns are. Raises Refused once the import has begun."""
    require(actor, "import.bring")
    row = _in(row, Import.PREVIEW)
    try:
        check_format(format)
    except UsageError as error:
        raise Refused(str(error), code="unknown_format") from error
    row.format = format
    row.mapping = {str(key)[:HEADING_CHARS]: str(value)[:FIELD_CHARS] for key, value in mapping.items()}
    row.save(update_fields=["format", "mapping"])
    told = {"batch": row.batch, "name": row.name, "format": format}
    record(CHAIN, "import.corrected", told, actor_of(actor), rows=[row])
    return row


@transaction.atomic
def begin(row: Import, actor: User, *, as_history: bool = False) -> Import:
    """Let the loop import it, to be worked on now or as history that nobody is asked to answer."""
    require(actor, "import.bring")
    row = _in(row, Import.PREVIEW)
    row.state, row.as_history = Import.WAITING, as_history
    row.save(update_fields=["state", "as_history"])
    told = {"batch": row.batch, "name": row.name, "format": row.format, **_history(row)}
    record(CHAIN, "import.begun", told, actor_of(actor), rows=[row])
    return row


def cancel(row: Import, actor: User) -> Import:
    """Call it off while nothing of it was stored; the file is gone."""
    require(actor, "import.bring")
    with transaction.atomic():
        row = _called_off(_in(row, Import.PREVIEW, Import.WAITING), actor_of(actor))
    forget(row)
    return row


def let_lapse(row: Import) -> None:
    """A preview that nobody went on with: called off, and its file is gone."""
    with transaction.atomic():
        found = Import.objects.select_for_update().get(pk=row.pk)
        if found.state != Import.PREVIEW:
            return
        _called_off(found, Actor.SYSTEM)
    forget(row)


def _called_off(row: Import, who: Actor) -> Import:
    row.state, row.finished_at = Import.CANCELLED, clock.now()
    row.save(update_fields=["state", "finished_at"])
    record(CHAIN, "import.cancelled", {"batch": row.batch, "name": row.name}, who, rows=[row])
    return row


def forget(row: Import) -> None:
    """Remove the uploaded file: it holds what is dropped at the door (INV-10). Doing it twice is harmless."""
    if row.path:
        path_of(row).unlink(missing_ok=True)
        Import.objects.filter(pk=row.pk).update(path="")


def _in(row: Import, *states: str) -> Import:
    found = Import.objects.select_for_update().get(pk=row.pk)
    if found.state not in states:
        raise Refused(_("这次导入已经开始或结束，不能再改。"), code="begun")
    return found
