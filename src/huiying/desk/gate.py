"""Who gets past the door of a staff page. What a person may do there is asked of `people.permissions`."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, cast

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.utils import timezone

from huiying.people.models import User
from huiying.people.permissions import may
from huiying.people.queries import standing

View = Callable[..., HttpResponseBase]


class StaffRequest(HttpRequest):
    """A request whose user is known to be a member of staff."""

    user: User


def staff(
    *methods: str,
) -> Callable[[Callable[Concatenate[StaffRequest, ...], HttpResponseBase]], View]:
    """Only signed-in people, only these methods (GET when none is named); times in the regulation's zone."""
    allowed = methods or ("GET", "HEAD")

    def decorate(view: Callable[Concatenate[StaffRequest, ...], HttpResponseBase]) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            response: HttpResponseBase
            if not request.user.is_authenticated:
                response = redirect_to_login(request.get_full_path() if request.method == "GET" else "/desk/")
            elif request.method not in allowed:
                response = HttpResponseNotAllowed(allowed)
            else:
                _refuse_nul(request)
                timezone.activate(standing(request.user).regulation.zone)
                response = view(cast(StaffRequest, request), *args, **kwargs)
            # Staff pages hold what only this person may see: no shared cache keeps them (§6.1 S6).
            response.headers.setdefault("Cache-Control", "private, no-cache")
            return response

        return guarded

    return decorate


def _refuse_nul(request: HttpRequest) -> None:
    """PostgreSQL keeps no NUL in a text: an address with one names nothing, and must not become an error of ours."""
    if any("\x00" in text for text in (request.path, *(one for _name, some in request.GET.lists() for one in some))):
        raise Http404


def or_404(user: User, permission: str, obj: Any = None) -> None:
    """Outsiders are not even told that the page is there (DESIGN.md habit 5)."""
    if not may(user, permission, obj):
        raise Http404
