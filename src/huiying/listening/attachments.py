"""Photos and PDFs that prove an entry: judged by their first bytes, sealed, kept under evidence/ (C5.7, S14)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypedDict

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from huiying.kernel import canonical, home, sealing, store
from huiying.people.errors import Refused

PURPOSE: Final = "post.attachment"
MOST: Final = 6

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
        raise Refused(_("附件须为照片（PNG、JPEG、WebP）或 PDF。"), code="media_type")
    return content, str(media_type)


def seal_away(content: bytes, media_type: str) -> Kept:
    """On disk, synced and sealed, before the row that names it commits."""
    stored = store.keep(home.evidence(), sealing.seal(content, PURPOSE))
    return {"sha256": canonical.sha256(content), "stored": stored, "media_type": media_type, "size": len(content)}


def opened(stored: str) -> bytes:
    """The file itself. The caller has asked whether it may be seen."""
    return sealing.unseal(store.path_in(home.evidence(), stored).read_bytes(), PURPOSE)


def forget(stored: str) -> None:
    """Remove a file that became nobody's attachment. Each sealing is a file of its own, so no other row names it."""
    store.path_in(home.evidence(), stored).unlink(missing_ok=True)
