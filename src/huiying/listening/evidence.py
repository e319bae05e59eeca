"""Evidence: what was seen, when, from where. A WARC file for each fetch, hashed, sealed, and provable (C5.16, §6.2).

The file is on disk, whole, before the row that names it is committed: a row without its file means that somebody
removed it; a file without a row is what a crash left, and is swept up after a day.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import uuid
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from huiying.kernel import clock, home, keyfiles, sealing, store
from huiying.kernel.keepable import visible
from huiying.ledger.actions import Actor, lock, record
from huiying.ledger.models import LedgerEntry
from huiying.listening.actions import CHAIN
from huiying.listening.actions.receiving import REASON_CHARS
from huiying.listening.fetching import Fetched
from huiying.listening.models import Evidence, Post, Source
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.standing import actor_of
from huiying.work.auditor import WHOLE, Part
from huiying.work.rows import insert

PURPOSE: Final = "evidence.warc"
SUFFIX: Final = ".warc.gz.sealed"
ORPHAN_AFTER: Final = dt.timedelta(days=1)


@dataclass(frozen=True)
class Captured:
    """A sealed file that stands on disk, and what its row will say. `file` is relative to the evidence folder."""

    url: str
    status: int
    media_type: str
    record_id: str
    body_sha256: str
    file: str
    file_sha256: str
    size: int
    at: dt.datetime


@dataclass(frozen=True)
class Bad:
    """A record that does not verify: its row (0 for none), file, and what is wrong in a sentence."""

    pk: int
    file: str
    why: str


@dataclass(frozen=True)
class Report:
    """`checked` records whose file should be there, `purged` tombstones, `orphans` files that no row names."""

    checked: int
    purged: int
    orphans: int
    bad: tuple[Bad, ...]


def capture(fetched: Fetched, at: dt.datetime) -> Captured:
    """Write the answer as a sealed WARC file; call it before the transaction that keeps it."""
    plain, record_id = _warc(fetched, at)
    token = sealing.seal(plain, PURPOSE)
    name = f"{at:%Y/%m/%d}/{uuid.uuid4().hex}{SUFFIX}"
    path = home.evidence() / name
    path.parent.mkdir(mode=home.FOLDER_MODE, parents=True, exist_ok=True)
    home.create_private(path, token)
    return Captured(
        url=visible(fetched.url)[:2000],
        status=fetched.status,
        media_type=visible(fetched.header("content-type"))[:100],
        record_id=record_id,
        body_sha256=hashlib.sha256(fetched.wire).hexdigest(),
        file=name,
        file_sha256=hashlib.sha256(token).hexdigest(),
        size=len(token),
        at=at,
    )


def keep(captured: Captured, source: Source | None, posts: Iterable[int]) -> Evidence:
    """The row and its ledger entry, inside the caller's transaction. The ledger has hashes, no address and no text."""
    row = Evidence.objects.create(
        source=source,
        captured_at=captured.at,
        url=captured.url,
        status=captured.status,
        media_type=captured.media_type,
        record_id=captured.record_id,
        body_sha256=captured.body_sha256,
        file=captured.file,
        file_sha256=captured.file_sha256,
        size=captured.size,
    )
    kept = sorted(set(posts))
    links = [Evidence.posts.through(evidence_id=row.pk, post_id=pk) for pk in kept]
    insert(links)
    payload = {"evidence": row.pk, "file_sha256": row.file_sha256, "body_sha256": row.body_sha256, "posts": kept}
    record(CHAIN, "evidence.kept", payload, Actor.SYSTEM, rows=[row, *links])
    return row


def verify(part: Part = WHOLE) -> Report:
    """Recompute every hash, from the file through the seal to the payload, and compare with row and ledger.

    Of a part of the rows only those; files that no row names are looked for with the whole.
    """
    bad: list[Bad] = []
    checked = purged = 0
    told = _told()
    for row in part.of_rows(Evidence.objects.order_by("pk")).iterator(chunk_size=500):
        if row.purged_at is not None:
            purged += 1
            continue
        checked += 1
        if why := _wrong_with(row, told.get(row.pk)):
            bad.append(Bad(row.pk, row.file, why))
    gone = [pk for pk in sorted(told.keys() - _pks()) if part.holds(pk)]
    bad += [Bad(pk, "", _("台账里有这份证据，数据库里没有")) for pk in gone]
    return Report(checked, purged, len(unknown()) if part.whole else 0, tuple(bad))


def unknown() -> list[str]:
    """Files under the evidence folder that no row names."""
    named = set(Evidence.objects.values_list("file", flat=True))
    return [name for name in _files() if name not in named]


def _pks() -> set[int]:
    return set(Evidence.objects.values_list("pk", flat=True))


def _told() -> dict[int, dict[str, Any]]:
    entries = LedgerEntry.objects.filter(chain=CHAIN, kind="evidence.kept").order_by("seq")
    rows = (entry.data for entry in entries.iterator(chunk_size=500))
    return {data["evidence"]: data for data in rows if data and "evidence" in data}


def _wrong_with(row: Evidence, told: dict[str, Any] | None) -> str:
    """What is wrong with a record, as a sentence; "" when all hashes agree."""
    if told is None:
        return _("台账里没有这份证据的登记")
    if (told["file_sha256"], told["body_sha256"]) != (row.file_sha256, row.body_sha256):
        return _("数据库里的校验值与台账登记的不同")
    path = home.evidence() / row.file
    try:
        token = store.bytes_of(path)
    except OSError as error:
        return _("文件读不了：%(why)s") % {"why": error.strerror}
    if hashlib.sha256(token).hexdigest() != row.file_sha256:
        return _("文件被改动：SHA-256 不符")
    try:
        payload = payload_of(sealing.unseal(token, PURPOSE))
    except (sealing.SealingError, keyfiles.KeyFileError, NoWarc) as error:
        return str(error)
    if hashlib.sha256(payload).hexdigest() != row.body_sha256:
        return _("内容的 SHA-256 不符")
    return ""


#: How its reader stumbles over what is no WARC file, or is a damaged one.
_STUMBLES = (ArchiveLoadFailed, EOFError, ValueError, OverflowError, AttributeError, zlib.error)


class NoWarc(ValueError):
    """What lies there cannot be read as a WARC file."""


def payload_of(warc: bytes) -> bytes:
    """What came over the wire: of a page, a letter, or what a tool sent. Raises NoWarc."""
    try:
        for entry in ArchiveIterator(io.BytesIO(warc), no_record_parse=False):
            if entry.rec_type in ("response", "resource"):
                return bytes(entry.raw_stream.read())
    except _STUMBLES as error:
        raise NoWarc(_("不是可读的 WARC 文件：%(why)s") % {"why": str(error)[:200]}) from error
    return b""


@transaction.atomic
def open_evidence(row: Evidence, reason: str, actor: User) -> bytes:
    """The WARC file itself, as it was kept. Who, when and why stands in the ledger; the content does not (§6.2).

    Raises Refused, or store.Unfit where it is not what was kept.
    """
    require(actor, "post.unseal")
    reason = reason.strip()
    if len(reason) < REASON_CHARS:
        raise Refused(
            _("请写明为什么要看原始证据，至少 %(least)d 个字；会留下记录。") % {"least": REASON_CHARS}, code="too_short"
        )
    if row.purged_at is not None:
        raise Refused(_("这份证据已到保存期限，已经销毁。"), code="purged")
    lock(CHAIN)
    record(CHAIN, "evidence.opened", {"evidence": row.pk, "reason": reason}, actor_of(actor))
    path = home.evidence() / row.file
    try:
        warc = sealing.unseal(store.read(path, row.file_sha256), PURPOSE)
        if hashlib.sha256(payload_of(warc)).hexdigest() != row.body_sha256:
            raise NoWarc(_("内容的 SHA-256 不符"))
    except (sealing.SealingError, keyfiles.KeyFileError, NoWarc) as error:
        raise store.Unfit(f"evidence/{row.file}", str(error)) from error
    return warc


def purge(row: Evidence) -> None:
    """Destroy the file; the row stays as a tombstone. The record is committed first: a crash leaves an orphan file."""
    with transaction.atomic():
        lock(CHAIN)
        found = Evidence.objects.select_for_update().get(pk=row.pk)
        if found.purged_at is not None:
            return
        found.purged_at = clock.now()
        found.save(update_fields=["purged_at"])
        payload = {"evidence": found.pk, "file_sha256": found.file_sha256}
        record(CHAIN, "evidence.purged", payload, Actor.SYSTEM, rows=[found])
    (home.evidence() / found.file).unlink(missing_ok=True)


def sweep() -> int:
    """Remove files that no living row names, once they are a day old: remains of a crash, or of a purge."""
    living = set(Evidence.objects.filter(purged_at__isnull=True).values_list("file", flat=True))
    swept = 0
    for name in _files():
        path = home.evidence() / name
        old = clock.now().timestamp() - path.stat().st_mtime > ORPHAN_AFTER.total_seconds()
        if name not in living and old:
            path.unlink(missing_ok=True)
            swept += 1
    return swept


def _files() -> Iterator[str]:
    root = home.evidence()
    for path in sorted(Path(root).rglob(f"*{SUFFIX}")):
        yield path.relative_to(root).as_posix()


def _warc(fetched: Fetched, at: dt.datetime) -> tuple[bytes, str]:
    """A page is a response with its headers; what came another way (a letter, a hook) is the thing itself."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True)
    is_page = fetched.url.startswith(("http://", "https://"))
    head = StatusAndHeaders(f"{fetched.status} ", list(_kept(fetched.headers)), protocol="HTTP/1.1")
    entry = writer.create_warc_record(
        fetched.url,
        "response" if is_page else "resource",
        payload=io.BytesIO(fetched.wire),
        http_headers=head if is_page else None,
        warc_content_type="" if is_page else fetched.header("content-type"),
        warc_headers_dict={"WARC-Date": f"{at:%Y-%m-%dT%H:%M:%SZ}"},
    )
    writer.write_record(entry)
    return out.getvalue(), str(entry.rec_headers.get_header("WARC-Record-ID"))[:60]


def _kept(headers: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Headers as they came, but for cookies, which are nobody's evidence, and framing, which the client has undone."""
    for name, value in headers:
        if name.lower() not in ("set-cookie", "transfer-encoding"):
            yield name, value


def of_post(post: Post) -> list[Evidence]:
    """What was kept of a post, all its versions, oldest first."""
    versions = Post.objects.filter(platform=post.platform, native_id=post.native_id)
    return list(Evidence.objects.filter(posts__in=versions).distinct().order_by("pk"))
