"""Who calls: the session of a signed-in member of staff."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.security import SessionAuth

from huiying.people import factors
from huiying.people.actions import check_factor
from huiying.people.errors import Refused
from huiying.people.models import User

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
    return cast(User, request.user)


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
