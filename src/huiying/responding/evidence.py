"""Evidence files under HUIYING_HOME/evidence, named by SHA-256: written once, never overwritten."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from huiying.handling.models import Case
from huiying.kernel import canonical, home
from huiying.kernel import clock as time
from huiying.people.errors import Refused
from huiying.responding.models import Evidence

LARGEST = 10 * 1024 * 1024
# What a browser would never run: the first bytes decide, not the name or the sender's word.
SIGNATURES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"RIFF": "image/webp",
    b"%PDF-": "application/pdf",
}


def path_of(sha256: str) -> Path:
    return home.evidence() / sha256[:2] / sha256


def keep(case: Case, kind: str, content: bytes, media_type: str, url: str, by: str) -> Evidence:
    """Store the bytes and the row. The file is on disk, synced, before the row can commit."""
    sha = canonical.sha256(content)
    target = path_of(sha)
    if not target.exists():
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = target.with_suffix(f".{os.getpid()}.part")
        with part.open("wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        part.replace(target)
    return Evidence.objects.create(
        case=case,
        kind=kind,
        sha256=sha,
        media_type=media_type,
        size=len(content),
        url=url,
        received_at=time.now(),
        received_by=by,
    )


def keep_upload(case: Case, upload: UploadedFile[Any], url: str, by: str) -> Evidence:
    """A screenshot from a person: PNG, JPEG, WebP or PDF up to 10 MiB."""
    if (upload.size or 0) > LARGEST:
        raise Refused(_("截图超过 10 MB。请裁剪或压缩后再上传。"), code="too_large")
    content = upload.read()
    media_type = next((kind for start, kind in SIGNATURES.items() if content.startswith(start)), None)
    if media_type is None:
        raise Refused(_("截图须为 PNG、JPEG、WebP 图片或 PDF。"), code="media_type")
    return keep(case, "screenshot", content, media_type, url, by)
