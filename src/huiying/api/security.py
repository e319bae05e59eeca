"""Who calls: the session of a signed-in member of staff."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest
from ninja.security import SessionAuth

from huiying.people.models import User


class StaffSession(SessionAuth):
    """A stranger hears 401 before CSRF is looked at; a signed-in person's writing needs the CSRF token."""

    def __call__(self, request: HttpRequest) -> Any | None:
        return super().__call__(request) if request.user.is_authenticated else None


staff = StaffSession()


def caller(request: HttpRequest) -> User:
    """The signed-in person; endpoints without `auth=None` always have one."""
    return cast(User, request.user)
