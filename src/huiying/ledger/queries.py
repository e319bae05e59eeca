"""Reads of the ledger: timelines, export, verification."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from django.db.models import F, Max, QuerySet, TextField, Window
from django.db.models.functions import Cast, Lag

from huiying.ledger import anchors, exporting, verifying
from huiying.ledger.anchors import Outside
from huiying.ledger.exporting import ExportedEntry
from huiying.ledger.models import ChainHead, Erasure, LedgerEntry
from huiying.ledger.verifying import Bad, Report

_CHUNK = 2000
_COLUMNS = (
    "chain",
    "seq",
    "at_text",
    "kind",
    "actor",
    "payload",
    "salt",
    "digest",
    "prev_hash",
    "hash",
)


def entries(chain: str) -> QuerySet[LedgerEntry]:
    """Entries of one chain in order."""
    return LedgerEntry.objects.filter(chain=chain).order_by("seq")


def timeline(chains: Iterable[str]) -> QuerySet[LedgerEntry]:
    """Entries of several chains as one story, oldest first."""
    return LedgerEntry.objects.filter(chain__in=list(chains)).order_by("at", "id")


def since(entry_id: int) -> QuerySet[LedgerEntry]:
    """Entries after a known one, in the order of their ids; for pages that poll."""
    return LedgerEntry.objects.filter(id__gt=entry_id).order_by("id")


def verify(outside: Iterable[Outside] = ()) -> Report:
    """Recompute every chain. Heads are read before and after one streamed read, so writers need not wait.

    `outside` are heads that left the house on some day: the ledger must still hold them.
    """
    verifier = verifying.Verifier(
        verifying.Evidence(heads(), _erasures(), anchors.raw_lines(), tuple(outside)),
    )
    for entry in _stream():
        verifier.feed(entry)
    report = verifier.finish(heads(), _erasures())
    broken = {bad.chain for bad in report.bad}
    report.bad += [bad for bad in _renumbered() if bad.chain not in broken]
    return report


def _renumbered() -> list[Bad]:
    """The first entry of each chain whose row number is lower than that of the entry before it. No hash binds the
    number, and the last word on a row is found by it (`comparing.py`).
    """
    before = Window(Lag("id"), partition_by=F("chain"), order_by=F("seq").asc())
    rows = LedgerEntry.objects.annotate(before=before).filter(before__gt=F("id")).order_by("chain", "seq")
    first: dict[str, int] = {}
    for chain, seq in rows.values_list("chain", "seq"):
        first.setdefault(chain, seq)
    return [Bad(chain, seq, "本条在数据库里的编号被改动，比前一条还小") for chain, seq in first.items()]


def export(file: Path) -> int:
    """Write the whole ledger as JSON lines (see `exporting`); returns the number of entries."""
    before = heads()
    anchor_lines = anchors.raw_lines()
    with exporting.Writer(file) as writer:
        for line in anchor_lines:
            writer.anchor(line)
        for chain, (seq, digest) in before.items():
            writer.head("head", chain, seq, digest)
        for entry in _stream():
            writer.entry(entry)
        for erasure in Erasure.objects.order_by("id"):
            writer.erasure(erasure)
        for chain, (seq, digest) in heads().items():
            writer.head("head_after", chain, seq, digest)
        return writer.finish()


def verify_export(file: Path) -> Report:
    """Verify an exported file; needs no database. Raises ExportError when it is not a whole export."""
    return exporting.verify(file)


def heads() -> dict[str, tuple[int, str]]:
    """`chain` → `(seq, hash)` of every chain that has an entry."""
    return {
        chain: (seq, digest)
        for chain, seq, digest in ChainHead.objects.filter(seq__gt=0).values_list("chain", "seq", "hash")
    }


def anchored_lines() -> int | None:
    """How many lines the anchor file has by the ledger's own word; None where the ledger says nothing of it."""
    last = LedgerEntry.objects.filter(chain=verifying.ANCHORS_CHAIN, kind=verifying.ANCHORED).order_by("-seq").first()
    return int((last.data or {})["lines"]) if last is not None and last.data else None


def last_moment() -> datetime | None:
    """The latest time that an entry says; None in an empty ledger."""
    return LedgerEntry.objects.order_by("-at").values_list("at", flat=True).first()


def heads_at(moment: datetime) -> dict[str, tuple[int, str]]:
    """The heads as they stood just before `moment`, from the entries themselves: the same whenever it is asked."""
    rows = LedgerEntry.objects.filter(at__lt=moment).annotate(
        last=Window(Max("seq"), partition_by="chain"),
    )
    ends = rows.filter(seq=F("last")).values_list("chain", "seq", "hash")
    return {chain: (seq, digest) for chain, seq, digest in ends}


def outside_at(moment: datetime) -> Outside:
    """What is printed, mailed and put down elsewhere for one moment."""
    return Outside(moment, heads_at(moment))


def _stream() -> Iterator[ExportedEntry]:
    """All entries in one statement. `at` is read as text, because whoever edits a SQLite file can write a
    time that no time is, and that must be named, not crash the reading.
    """
    rows = (
        LedgerEntry.objects.order_by("chain", "seq", "id")
        .annotate(at_text=Cast("at", TextField()))
        .values_list(*_COLUMNS)
        .iterator(chunk_size=_CHUNK)
    )
    for chain, seq, at, *others in rows:
        yield ExportedEntry(chain, seq, _time(at), *others)


def _time(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at


def _erasures() -> dict[tuple[str, int], str]:
    return {(chain, seq): decision for chain, seq, decision in Erasure.objects.values_list("chain", "seq", "decision")}
