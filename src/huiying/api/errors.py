"""How the API says no: 401 who are you, 404 not yours to know, 409 refused and why, 422 what is wrong where."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError

from huiying.kernel.doors import DOES_NOT_FIT, told_of
from huiying.kernel.keyfiles import KeyFileError
from huiying.kernel.store import Unfit
from huiying.people.errors import Refused
from huiying.work.kept_files import came_upon


class Problem(Schema):
    """Every error: a sentence for people, a code for programs."""

    error: str
    code: str


class FieldProblem(Schema):
    field: str
    error: str


class Problems(Problem):
    fields: list[FieldProblem]


class Unreadable(Exception):
    """A body that fits the schema but names something that does not exist; becomes 422 at `field`."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field, self.sentence = field, sentence


class TooOften(Exception):
    """Somebody asks faster than people do; becomes 429 with how long to wait."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(str(wait))
        self.seconds = math.ceil(wait.total_seconds())


def register(api: NinjaAPI) -> None:
    """Hang the handlers on `api`."""
    _answer_what_does_not_fit(api)
    _answer_what_cannot_be_given(api)

    @api.exception_handler(TooOften)
    def too_often(request: HttpRequest, error: TooOften) -> HttpResponse:
        sentence = _("这个网络刚才查找得太多了，请等 %(seconds)s 秒。") % {"seconds": error.seconds}
        answer = api.create_response(request, {"error": sentence, "code": "too_often"}, status=429)
        answer.headers["Retry-After"] = str(error.seconds)
        return answer

    @api.exception_handler(Refused)
    def refused(request: HttpRequest, error: Refused) -> HttpResponse:
        return api.create_response(request, {"error": error.sentence, "code": error.code}, status=409)

    @api.exception_handler(Http404)
    def not_found(request: HttpRequest, error: Http404) -> HttpResponse:
        return api.create_response(request, {"error": _("没有这一项。"), "code": "not_found"}, status=404)

    @api.exception_handler(AuthenticationError)
    def unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        why = getattr(request, "shut_out", "")
        if why == "locked":  # too long nothing was written over it (§6.1 S2)
            return api.create_response(request, {"error": _("已锁定，请先解锁。"), "code": why}, status=401)
        if why == "factor_owed":  # the post held now asks for more than the session proved (§6.1 S4)
            sentence = _("您的岗位须用第二道验证。请先在工作台页面上绑定验证器或输验证码。")
            return api.create_response(request, {"error": sentence, "code": why}, status=401)
        return api.create_response(request, {"error": _("请先登录。"), "code": "sign_in"}, status=401)

    @api.exception_handler(HttpError)
    def other(request: HttpRequest, error: HttpError) -> HttpResponse:
        if isinstance(error.__cause__, Unreadable):  # the reader of bodies says what is wrong where
            return unreadable(request, error.__cause__)
        if error.status_code == 403:
            sentence, code = _("缺少或不符的 CSRF 令牌。请把 Cookie 中的令牌放进请求头 X-CSRFToken。"), "csrf"
        else:
            sentence, code = _("请求的内容读不懂，应为 JSON。"), "unreadable"
        return api.create_response(request, {"error": sentence, "code": code}, status=error.status_code)

    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        fields = [{"field": _place(item["loc"]), "error": _words(item)} for item in error.errors]
        return _unprocessable(api, request, fields)

    @api.exception_handler(Unreadable)
    def unreadable(request: HttpRequest, error: Unreadable) -> HttpResponse:
        return _unprocessable(api, request, [{"field": error.field, "error": error.sentence}])


def _answer_what_does_not_fit(api: NinjaAPI) -> None:
    """422 for what got past the readers and fits no column."""

    def does_not_fit(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
        told_of(request, error)
        sentence = _("有一个值数据库存不下：数字过大、时间不在范围内，或文字过长。")
        return _unprocessable(api, request, [{"field": "", "error": sentence}])

    for kind in DOES_NOT_FIT:
        api.add_exception_handler(kind, does_not_fit)


def _answer_what_cannot_be_given(api: NinjaAPI) -> None:
    """409 for a kept file that was altered or is gone, 503 where the keys are not as they were (S13, S14)."""

    @api.exception_handler(Unfit)
    def unfit(request: HttpRequest, error: Unfit) -> HttpResponse:
        came_upon(error)
        sentence = _("这个文件与登记时的不同，或者已经不在，所以不给出。已记为检查发现，请系统管理员处理。")
        return api.create_response(request, {"error": sentence, "code": "file_unfit"}, status=409)

    @api.exception_handler(KeyFileError)
    def without_key(request: HttpRequest, error: KeyFileError) -> HttpResponse:
        sentence = _("这台服务器的密钥出了问题，现在不能保存或打开需要保密的内容。请系统管理员运行 huiying check。")
        return api.create_response(request, {"error": sentence, "code": "keys"}, status=503)


def _unprocessable(api: NinjaAPI, request: HttpRequest, fields: list[dict[str, str]]) -> HttpResponse:
    sentence = _("有 %(count)s 处填写不对，什么也没有改动。") % {"count": len(fields)}
    return api.create_response(request, {"error": sentence, "code": "invalid", "fields": fields}, status=422)


def _place(loc: Sequence[Any]) -> str:
    """("body", "data", "reason") → "reason"; list positions stay, and a field may itself be called `body`."""
    parts = [str(part) for part in loc]
    for outer in (("body", "query", "path"), ("data", "rows")):
        if parts and parts[0] in outer:
            parts = parts[1:]
    return ".".join(parts)


def _words(item: dict[str, Any]) -> str:
    kind, limits = str(item.get("type", "")), item.get("ctx") or {}
    if kind == "missing":
        return _("缺少这一项。")
    if kind == "string_too_short":
        return _("至少写 %(n)s 个字。") % {"n": limits.get("min_length", 1)}
    if kind == "string_too_long":
        return _("最多写 %(n)s 个字。") % {"n": limits.get("max_length", 0)}
    if kind == "too_long":
        return _("一次最多 %(n)s 项。") % {"n": limits.get("max_length", 0)}
    if kind == "extra_forbidden":
        return _("没有这一项，请删掉。")
    return _expected(kind)


def _expected(kind: str) -> str:
    names = {
        "string": _("应为文字。"),
        "int": _("应为整数。"),
        "bool": _("应为 true 或 false。"),
        "list": _("应为列表。"),
        "dict": _("应为对象。"),
        "model": _("应为对象。"),
    }
    return names.get(kind.split("_", 1)[0], _("格式不对，请对照接口说明。"))
