"""Nothing that bears a label, and no file, leaves the house before the ledger knows (§6.1 S9, S11)."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from huiying.people import access_log
from huiying.people.models import User

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
