"""Who calls: the session of a signed-in member of staff."""

from __future__ import annotations

from typing import Any, cast

from django.http import Http404, HttpRequest
from ninja.security import SessionAuth

from huiying.people.models import User


class StaffSession(SessionAuth):
    """A stranger hears 401 before CSRF is looked at; a signed-in person's writing needs the CSRF token."""

    def __call__(self, request: HttpRequest) -> Any | None:
        if not request.user.is_authenticated:
            return None
        if "\x00" in request.path:  # PostgreSQL keeps no NUL in a text: such an address names nothing
            raise Http404
        return super().__call__(request)


staff = StaffSession()


def caller(request: HttpRequest) -> User:
    """The signed-in person; endpoints without `auth=None` always have one."""
    return cast(User, request.user)
