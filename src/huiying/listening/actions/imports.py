"""Verbs of imports: propose a file, correct what it is taken for, begin, and go on chunk by chunk (C5.16, INV-1).

A chunk is one transaction: its posts, its rejected rows and how far the file has been read. Whoever goes on after a
crash begins where the row says, so nothing is read twice and nothing is left out.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from django.db import InterfaceError, OperationalError, transaction

from huiying.engine.lines import Rejected
from huiying.kernel import clock
from huiying.kernel.keepable import visible
from huiying.ledger.actions import Actor, record
from huiying.listening.actions import CHAIN, Received, receive_chunk
from huiying.listening.importing.look import File
from huiying.listening.importing.opening import Opened, Placed, UsageError, opened, why_broken
from huiying.listening.importing.rows import Options
from huiying.listening.models import Import, RejectedRow
from huiying.people.models import User
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


class Run:
    """One import under way in this process: the open files, and how far they were read."""

    def __init__(self, row: Import, found: Opened, actor: Actor) -> None:
        self.pk = row.pk
        self._actor = actor
        self._found = found
        self._rows = islice(found.placed(Options(mapping=row.mapping)), row.rows_read, None)
        self._read = row.rows_read
        self.store = Received(row.batch)
        self.rejected: list[dict[str, Any]] = []

    @property
    def sources(self) -> list[dict[str, Any]]:
        """What lists of sources in the file propose."""
        return self._found.sources

    def step(self) -> bool:
        """Store the next chunk; False when there was none. Raises UsageError for a file damaged midway, and Lost."""
        broken: Exception | None = None
        chunk: list[Placed | Rejected] = []
        try:
            for row in islice(self._rows, CHUNK):
                chunk.append(row)
        except Exception as error:  # what was read before it is stored first
            broken = error
        if chunk:
            with transaction.atomic():
                leases.require(loop.current())
                self._store(chunk)
        if broken is not None:
            raise broken
        return bool(chunk)

    def _store(self, chunk: Sequence[Placed | Rejected]) -> None:
        row = Import.objects.select_for_update().get(pk=self.pk)
        if row.state != Import.RUNNING or row.rows_read != self._read:
            raise Lost(row.name)
        before = (self.store.new, self.store.duplicate, self.store.versions)
        posts = [item for item in chunk if isinstance(item, Placed)]
        refused = [item for item in chunk if isinstance(item, Rejected)]
        if posts:
            kept_not = receive_chunk([item.post for item in posts], self.store, "import", self._actor)
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


def import_now(found: Iterable[tuple[File, Opened]], format: str, actor: User | Actor) -> Imported:
    """Import files that were looked at, to their end, in this process. Raises UsageError for one damaged midway."""
    who = actor_of(actor)
    store, rejected, sources = Received(""), [], []
    for file, held in found:
        row = create(file, Import.COMMAND, format or held.ready[0].format.code, who, state=Import.RUNNING)
        run = Run(row, held, who)
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
def create(file: File, how: str, format: str, actor: Actor, *, state: str, path: str = "") -> Import:
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
        asked_by=actor.name,
        actor={"name": actor.name, "post": actor.post, "department": actor.department, "user_id": actor.user_id},
        asked_at=now,
        started_at=now if state == Import.RUNNING else None,
    )
    told = {"batch": row.batch, "name": row.name, "how": how, "format": format}
    record(CHAIN, "import.handed_in", told, actor, rows=[row])
    return row


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
