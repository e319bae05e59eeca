"""What all operations share: who calls, how bodies, queries and pages of a list are read, and how the API says no.

401 who are you, 404 not yours to know, 409 refused and why, 422 what is wrong where. No field is lost in silence, names
exist, moments can be told in every zone; one rule holds for every text, whatever operation is asked.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any, Final, Literal, cast

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _, gettext_lazy
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.parser import Parser
from ninja.security import SessionAuth
from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field

from huiying.handling.models import Case
from huiying.kernel import keepable
from huiying.kernel.keepable import asked_fault, fault, visible
from huiying.kernel.keyfiles import KeyFileError
from huiying.kernel.store import Unfit
from huiying.kernel.web import DOES_NOT_FIT, told_of
from huiying.people import factors
from huiying.people.actions import check_factor
from huiying.people.errors import Refused
from huiying.people.models import Department, User
from huiying.people.permissions import may
from huiying.people.queries import departments
from huiying.responding.targets import CODE_CHARS, RENDITION_CHARS
from huiying.work.kept_files import came_upon


class Page(Schema):
    offset: int = Field(0, ge=0, le=1_000_000_000)  # more than any table has; 64 bits are not enough for some numbers
    limit: int = Field(50, ge=1, le=200)

    def of(self, rows: QuerySet[Any]) -> dict[str, Any]:
        """How many rows there are, and this part of them: what every page schema of the API reads."""
        return {"count": rows.count(), "items": rows[self.offset : self.offset + self.limit]}


class StatePage(Page):
    """`state` is a state's code; empty for all."""

    state: str = Field("", max_length=20, pattern="^[a-z_]*$")


class SearchPage(Page):
    q: str = Field("", max_length=60)


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


#: Operations whose rows are judged one by one: a bad one is named, the others are taken.
ROW_BY_ROW: Final = frozenset({"/api/posts"})
#: The reasons of `kernel.keepable` in the reader's language.
WORDS: Final = {
    keepable.NUL: gettext_lazy("含有 NUL 字符（U+0000），数据库存不下"),
    keepable.SURROGATE: gettext_lazy("含有不成对的代理字符（半个字符），不是完整的文字"),
    keepable.NUMBER: gettext_lazy("数字过大，或不是有限的数"),
    keepable.DEPTH: gettext_lazy("嵌套超过 40 层"),
    keepable.MOMENT: gettext_lazy("时间须在 1900 年至 2199 年之间"),
}


class Reader(Parser):
    """As ninja's own, but that a NUL, half a character or a moment outside the calendar is 422 at its field.

    A list of such fields would always lack the next one: the rule holds for all, also those that no schema names.
    """

    def parse_body(self, request: HttpRequest) -> Any:
        data = super().parse_body(request)
        if request.path not in ROW_BY_ROW and (found := fault(data, judge=asked_fault)):
            raise Unreadable(found[0], str(WORDS[found[1]]))
        return data

    def parse_querydict(
        self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        for name, values in data.lists():
            for text in (name, *values):
                if isinstance(text, str) and (why := asked_fault(text)):
                    raise Unreadable(visible(name), str(WORDS[why]))
        found: dict[str, Any] = super().parse_querydict(data, list_fields, request)
        return found


CODE_HEADER = "X-Huiying-Code"


class StaffSession(SessionAuth):
    """A stranger hears 401 before CSRF is looked at; a signed-in person's writing needs the CSRF token."""

    def __call__(self, request: HttpRequest) -> Any | None:
        if not request.user.is_authenticated:
            return None
        return super().__call__(request)


staff = StaffSession()


def caller(request: HttpRequest) -> User:
    """The signed-in person; endpoints without `auth=None` always have one."""
    return cast("User", request.user)


def asked_again(request: HttpRequest) -> None:
    """What approves or publishes wants a code again, in a header (§6.1 S4). Raises Refused."""
    user = caller(request)
    if not factors.is_stale(request.session, user):
        return
    code = request.headers.get(CODE_HEADER, "")
    if not code:
        raise Refused(_("这一步要再输一次验证码：写在请求头 X-Huiying-Code 里。"), code="second_factor")
    check_factor(user, code, f"session:{request.session.session_key}")
    factors.remember(request.session, user)


READS: dict[int, Any] = {401: Problem, 404: Problem, 422: Problems}
NO: dict[int, Any] = READS | {409: Problem}
FIRST_YEAR, LAST_YEAR = 2000, 2200  # a moment outside cannot be told in every time zone


class Body(Schema):
    """Unknown fields are refused: a misspelt one must not be lost in silence."""

    model_config = ConfigDict(extra="forbid")


class Done(Schema):
    """Where the case stands after the verb."""

    number: str
    state: str


def _within_reason(at: dt.datetime) -> dt.datetime:
    if not FIRST_YEAR <= at.year < LAST_YEAR:
        raise ValueError("year")
    return at


Moment = Annotated[AwareDatetime, AfterValidator(_within_reason)]
Reason = Annotated[str, Field(min_length=1, max_length=2000)]
Username = Annotated[str, Field(min_length=1, max_length=60)]
DepartmentCode = Annotated[str, Field(min_length=1, max_length=20)]
Code = Annotated[str, Field(max_length=CODE_CHARS)]  # of an account of ours, a form of answer, an element of a slip
Rendition = Annotated[str, Field(max_length=RENDITION_CHARS)]


class LabelIn(Body):
    """What is 敏感 about the matter (§6.1 S8, §6.2)."""

    kind: Literal["wrongdoing", "minor", "victim"]
    reason: str = Field(min_length=1, max_length=300)


class ReasonIn(Body):
    reason: Reason


def done(case: Case) -> dict[str, str]:
    """The verb worked on its own, locked copy: what the database has now."""
    case.refresh_from_db()
    return {"number": case.number, "state": case.state}


def or_404(user: User, permission: str) -> None:
    """Outsiders are not even told that it is there (habit 5)."""
    if not may(user, permission):
        raise Http404


def department(code: str, field: str) -> Department:
    """A department in force by its code; 422 at `field` where there is none."""
    found = departments().filter(code=code).first()
    if found is None:
        raise Unreadable(field, _("没有部门代码“%(code)s”，请用制度文件里的代码。") % {"code": code})
    return found


def person(username: str, field: str) -> User:
    """Somebody who works here, by user name; 422 at `field`. The administrator has no part in cases (S6)."""
    people = User.objects.filter(is_active=True, is_administrator=False, oversees=None).select_related("department")
    found = people.filter(username=username).first()
    if found is None:
        raise Unreadable(field, _("没有用户名“%(name)s”，请核对。") % {"name": username})
    return found
