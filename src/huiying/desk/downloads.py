"""Kept files as downloads, and what is answered when one is no longer what was kept (INV-8, §6.1 S11).

Whoever serves a kept file asks `kernel.store.read` for its bytes, which compares them with their digest. What it raises
ends here: a page in words and a finding, never the altered bytes.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Final

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from huiying.kernel.store import Unfit
from huiying.work.kept_files import came_upon

STATUS: Final = 409


def download(content: bytes, name: str, media_type: str) -> FileResponse:
    """Nothing that came from outside is ever shown as a page of ours."""
    response = FileResponse(io.BytesIO(content), as_attachment=True, filename=name, content_type=media_type)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def sentence(unfit: Unfit) -> str:
    return _(
        "这个文件与登记时的不同，或者已经不在，所以不给出（%(file)s：%(why)s）。已记为检查发现；"
        "请系统管理员从最近一份好的备份取回它，并查明是谁改动的。"
    ) % {"file": unfit.file, "why": unfit.why}


class FilesAreWhatWasKept:
    """Answers for every view that came upon a file which is gone or altered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Unfit):
            return None
        came_upon(error)
        response = render(request, "desk/not_recorded.html", {"sentence": sentence(error)}, status=STATUS)
        response.headers["Cache-Control"] = "private, no-store"
        return response
