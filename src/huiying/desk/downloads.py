"""Kept files as downloads, and what is answered when one is no longer what was kept (INV-8, §6.1 S11).

Whoever serves a kept file asks `kernel.store.read` for its bytes, which compares them with their digest. What it raises
ends here: a page in words and a finding, never the altered bytes.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from typing import Final

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from huiying.kernel.keyfiles import KeyFileError
from huiying.kernel.store import Unfit
from huiying.work.kept_files import came_upon

STATUS: Final = 409
log = logging.getLogger(__name__)


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


def without_keys() -> str:
    """Nothing that needs the key was stored: the view's transaction ended with it."""
    return _(
        "这台服务器的密钥出了问题，现在不能保存或打开需要保密的内容，您刚才填写的没有保存。"
        "请过一会儿再试，或改用电话、窗口。系统管理员请运行 huiying check。"
    )


class FilesAreWhatWasKept:
    """Answers for every view that came upon a file which is gone or altered, or upon a key that is (S14)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, Unfit):
            came_upon(error)
            heading, words, status = _("不能打开"), sentence(error), STATUS
        elif isinstance(error, KeyFileError):
            log.critical("%s", error)
            heading, words, status = _("现在办不了"), without_keys(), 503
        else:
            return None
        response = render(request, "desk/not_recorded.html", {"heading": heading, "sentence": words}, status=status)
        response.headers["Cache-Control"] = "private, no-store"
        return response
