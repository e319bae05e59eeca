"""Files that people hand in on the desk: looked at first, corrected, then imported by the loop (C5.13, C5.16)."""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from huiying.engine.lines import Rejected
from huiying.engine.post import Post
from huiying.kernel import clock, home
from huiying.ledger.actions import Actor, record
from huiying.listening import ingest_masking
from huiying.listening.actions import CHAIN, imports
from huiying.listening.importing import vendor
from huiying.listening.importing.look import File
from huiying.listening.importing.opening import Opened, UsageError, check_format, opened, why_broken
from huiying.listening.importing.rows import Options
from huiying.listening.models import Import
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import actor_of

_log = logging.getLogger(__name__)
LARGEST: Final = 500 << 20
SHOWN: Final = 10
LOOKED_AT: Final = 200
# What a person may say of the columns: characters of a heading and of a field, and how many, on every face.
HEADING_CHARS, FIELD_CHARS, MOST_HEADINGS = 200, 40, 500
_FILE_MODE: Final = 0o600


@dataclass(frozen=True)
class Preview:
    """What an import would do, read from its first 200 rows. `posts` are `{"title", "text", …}` as they would stand."""

    formats: list[str]
    tables: list[vendor.Table] = field(default_factory=list)
    posts: list[dict[str, Any]] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    sources: list[dict[str, Any]] = field(default_factory=list)
    read: int = 0
    is_all: bool = False


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
            return Preview(
                [str(item.format.name) for item in found.ready],
                _tables(found, options),
                [_shown(item) for item in rows if isinstance(item, Post)][:SHOWN],
                [item for item in rows if isinstance(item, Rejected)],
                found.sources,
                len(rows),
                len(rows) < LOOKED_AT,
            )
    except (UsageError, OSError) as error:
        raise Refused(str(error), code="unreadable") from error
    except Exception as error:
        _log.exception("preview of import %s", row.pk)
        raise Refused(why_broken(error), code="unreadable") from error


def _tables(found: Opened, options: Options) -> list[vendor.Table]:
    return [
        table for item in found.ready if item.format.code == vendor.CODE for table in vendor.tables(item.look, options)
    ]


def _shown(post: Post) -> dict[str, Any]:
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
def begin(row: Import, actor: User) -> Import:
    """Let the loop import it."""
    require(actor, "import.bring")
    row = _in(row, Import.PREVIEW)
    row.state = Import.WAITING
    row.save(update_fields=["state"])
    told = {"batch": row.batch, "name": row.name, "format": row.format}
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
