"""Evidence files under HUIYING_HOME/evidence, named by SHA-256: written once, never overwritten."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from huiying.handling.models import Case
from huiying.kernel import clock as time, home, store
from huiying.listening.attachments import check_points
from huiying.people.errors import Refused
from huiying.responding.models import Evidence, PressVersion

LARGEST = store.LARGEST
_KINDS = {store.MP4: "clip", store.MP3: "clip", "application/pdf": "document"}


def path_of(sha256: str) -> Path:
    return store.path_in(home.evidence(), sha256)


def read(sha256: str) -> bytes:
    """A kept file, compared with its digest. Raises store.Unfit."""
    return store.read(path_of(sha256), sha256)


def keep(subject: Case | PressVersion, kind: str, content: bytes, media_type: str, url: str, by: str) -> Evidence:
    """Store the bytes and the row. The file is on disk, synced, before the row can commit."""
    return Evidence.objects.create(
        case=subject if isinstance(subject, Case) else None,
        press=subject if isinstance(subject, PressVersion) else None,
        kind=kind,
        sha256=store.keep(home.evidence(), content),
        media_type=media_type,
        size=len(content),
        url=url,
        received_at=time.now(),
        received_by=by,
    )


def keep_upload(
    subject: Case | PressVersion, upload: UploadedFile[Any], url: str, by: str, kind: str = "screenshot"
) -> Evidence:
    """A screenshot or a scan from a person: PNG, JPEG, WebP or PDF up to 10 MiB."""
    if (upload.size or 0) > LARGEST:
        raise Refused(_("截图超过 10 MB。请裁剪或压缩后再上传。"), code="too_large")
    content = upload.read()
    media_type = store.media_type_of(content)
    if media_type not in store.IMAGES_AND_PDF:
        check_points(content)
        raise Refused(_("截图须为 PNG、JPEG、WebP 图片或 PDF。"), code="media_type")
    return keep(subject, kind, content, media_type, url, by)


def keep_proof(case: Case, upload: UploadedFile[Any], url: str, by: str) -> Evidence:
    """What proves that a press conference was held (C8.7): a photo, a PDF, or a clip as MP4 or MP3, up to 10 MiB."""
    if (upload.size or 0) > LARGEST:
        raise Refused(_("凭证超过 10 MB。请压缩，或只截取其中一段再上传。"), code="too_large")
    content = upload.read()
    media_type = store.media_type_of(content)
    if media_type not in store.IMAGES_AND_PDF:
        media_type = store.clip_type_of(content)
    if media_type is None:
        check_points(content)
        raise Refused(_("凭证须为照片（PNG、JPEG、WebP）、PDF，或 MP4、MP3 片段。"), code="media_type")
    return keep(case, _KINDS.get(media_type, "screenshot"), content, media_type, url, by)
