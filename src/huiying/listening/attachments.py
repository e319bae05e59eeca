"""Photos and PDFs that prove an entry: judged by their first bytes, sealed, kept under evidence/ (C5.7, S14).

What a citizen hands in loses what its file says of place, time and device (§6.2). It waits under evidence/waiting until
the message is sent, so that a form that comes back for a mistake has not lost it.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypedDict

from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from huiying.kernel import canonical, clock, home, keyfiles, pictures, sealing, store
from huiying.people.errors import Refused

PURPOSE: Final = "post.attachment"
MOST: Final = 6
WAITING: Final = "waiting"  # under evidence/
WAITS: Final = dt.timedelta(hours=2)

Content = tuple[bytes, str]  # the bytes and what they are


class Kept(TypedDict):
    """A file that lies sealed: SHA-256 of itself and of the sealed file."""

    sha256: str
    stored: str
    media_type: str
    size: int


def contents_of(files: Sequence[UploadedFile[Any]], already: int = 0) -> list[Content]:
    """What was handed in beside `already` others. Raises Refused for too many, too large, or another kind of file."""
    if len(files) + already > MOST:
        raise Refused(_("一次最多附 %(n)d 个文件。") % {"n": MOST}, code="too_many")
    return [_content(file) for file in files]


def _content(file: UploadedFile[Any]) -> Content:
    if (file.size or 0) > store.LARGEST:
        raise Refused(_("附件超过 10 MB。请压缩或拆开后再上传。"), code="too_large")
    content = file.read()
    media_type = store.media_type_of(content)
    if media_type not in store.IMAGES_AND_PDF:
        check_points(content)
        raise Refused(_("附件须为照片（PNG、JPEG、WebP）或 PDF。"), code="media_type")
    return content, str(media_type)


def check_points(content: bytes) -> None:
    """Raises Refused for a picture that was made to swell."""
    if pictures.is_too_large(content):
        raise _swells()


def _swells() -> Refused:
    return Refused(
        _("有一张图片的尺寸大得不正常（超过 2 亿像素），没有收。请重新拍照或截图后再上传。"), code="too_many_points"
    )


def seal_away(content: bytes, media_type: str) -> Kept:
    """On disk, synced and sealed, before the row that names it commits."""
    stored = store.keep(home.evidence(), sealing.seal(content, PURPOSE))
    return {"sha256": canonical.sha256(content), "stored": stored, "media_type": media_type, "size": len(content)}


def opened(stored: str, sha256: str = "") -> bytes:
    """The file itself, as it was kept. The caller has asked whether it may be seen. Raises store.Unfit."""
    path = store.path_in(home.evidence(), stored)
    try:
        content = sealing.unseal(store.read(path, stored), PURPOSE)
    except (sealing.SealingError, keyfiles.KeyFileError) as error:
        raise store.Unfit(path.relative_to(home.home()).as_posix(), str(error)) from error
    if sha256 and canonical.sha256(content) != sha256:
        raise store.Unfit(path.relative_to(home.home()).as_posix(), "原件的 SHA-256 与登记的不符")
    return content


def forget(stored: str) -> None:
    """Remove a file that became nobody's attachment. Each sealing is a file of its own, so no other row names it."""
    store.path_in(home.evidence(), stored).unlink(missing_ok=True)


def from_the_public(files: Sequence[UploadedFile[Any]], most: int) -> list[Content]:
    """What a citizen hands in, without the traces beside the picture. Raises Refused, kindly."""
    from huiying.kernel import pdfs  # nobody else needs its reader

    if len(files) > most:
        raise Refused(_("一次最多附 %(n)d 个文件。") % {"n": most}, code="too_many")
    contents = [_content(file) for file in files]
    try:
        return [(_without_metadata(content, kind), kind) for content, kind in contents]
    except pdfs.Locked as error:
        raise Refused(_("有一个 PDF 加了密码，打不开。请去掉密码后再选，或拍照上传。"), code="locked") from error
    except pictures.TooLarge as error:
        raise _swells() from error
    except pdfs.Broken as error:
        raise Refused(_("有一个 PDF 打不开，可能没有传完整。请重新选一次，或拍照上传。"), code="broken") from error
    except pictures.Broken as error:
        raise Refused(_("有一张照片打不开，可能没有传完整。请重新选一次，或另存后再选。"), code="broken") from error


def _without_metadata(content: bytes, kind: str) -> bytes:
    from huiying.kernel import pdfs

    return pdfs.without_metadata(content) if kind == "application/pdf" else pictures.without_metadata(content, kind)


def _waiting(stored: str) -> Path:
    return store.path_in(home.evidence() / WAITING, stored)


def hold(contents: Sequence[Content]) -> list[Kept]:
    """Keep the files, sealed, until the message is sent."""
    return [_held(content, media_type) for content, media_type in contents]


def _held(content: bytes, media_type: str) -> Kept:
    stored = store.keep(home.evidence() / WAITING, sealing.seal(content, PURPOSE))
    now = clock.now().timestamp()
    os.utime(_waiting(stored), (now, now))  # waits by the program's clock, not by the disk's
    return {"sha256": canonical.sha256(content), "stored": stored, "media_type": media_type, "size": len(content)}


def ticket(held: Sequence[Kept]) -> str:
    """What the form carries for files that wait: signed, so that nobody can name a file of somebody else."""
    return signing.dumps(list(held), salt=WAITING) if held else ""


def held_by(text: str) -> list[Kept]:
    """The files of a ticket. Raises Refused where it is forged or they have gone."""
    if not text:
        return []
    over = Refused(_("刚才选的文件已经过期删除，请重新选一次。"), code="files_gone")
    try:
        found: list[Kept] = signing.loads(text, salt=WAITING)
    except signing.BadSignature as error:
        raise over from error
    if not all(_waiting(one["stored"]).is_file() for one in found):
        raise over
    return found


def adopt(held: Sequence[Mapping[str, Any]]) -> None:
    """The message is being stored: its files move in with the evidence. A crash before the commit leaves orphans."""
    for one in held:
        target = store.path_in(home.evidence(), one["stored"])
        target.parent.mkdir(mode=home.FOLDER_MODE, parents=True, exist_ok=True)
        try:
            _waiting(one["stored"]).replace(target)
        except FileNotFoundError as error:
            raise Refused(_("刚才选的文件已经过期删除，请重新选一次。"), code="files_gone") from error


def clear_waiting() -> int:
    """Remove what nobody sent in the end."""
    root, cleared = home.evidence() / WAITING, 0
    for path in sorted(root.glob("*/*")):
        if clock.now().timestamp() - path.stat().st_mtime > WAITS.total_seconds():
            path.unlink(missing_ok=True)
            cleared += 1
    return cleared
