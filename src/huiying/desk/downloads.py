"""Kept files and labelled matters as they leave: nothing goes out before the ledger knows (§6.1 S9, S11).

Whoever serves a kept file asks `kernel.store.read` for its bytes, which compares them with their digest. What it
raises ends here: a page in words and a finding, never the altered bytes (INV-8).
"""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from typing import Final

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from huiying.kernel.keyfiles import KeyFileError
from huiying.kernel.store import Unfit
from huiying.people import access_log
from huiying.people.models import User
from huiying.work.kept_files import came_upon

log = logging.getLogger(__name__)
ANSWERED = range(200, 300)
STAFF = ("desk", "api")


class RecordedReads:
    """Innermost: it sees the finished answer of a view, and whatever its gates noted on the way."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        # The public's pages ask nobody who they are: a look at the session would keep each of them from being shared.
        if request.resolver_match is None or request.resolver_match.namespace not in STAFF:
            return response
        user = getattr(request, "user", None)
        # A refused form shows its page again (409, 422): that is a look as well. Who was sent on has seen nothing.
        if not isinstance(user, User) or not access_log.noted(user) or not _shows(response):
            return response
        try:
            access_log.write_down(user)
        except Exception:
            log.exception("a read could not be recorded")
            return _refused(request)
        return response


def _shows(response: HttpResponseBase) -> bool:
    return response.status_code in ANSWERED or response.status_code in (409, 422)


def _refused(request: HttpRequest) -> HttpResponse:
    sentence = _("查阅记录写不进去，所以不能打开。请系统管理员检查磁盘和数据库，再试一次。")
    if request.path.startswith("/api/"):
        told = {"error": sentence, "code": "not_recorded"}
        return JsonResponse(told, status=503, json_dumps_params={"ensure_ascii": False})
    return render(request, "desk/not_recorded.html", {"heading": _("不能打开"), "sentence": sentence}, status=503)


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
