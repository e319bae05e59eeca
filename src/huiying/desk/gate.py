"""Who gets past the door of a staff page. What a person may do there is asked of `people.permissions`."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, cast

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from huiying.kernel.keepable import text_fault
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
                response = view(cast("StaffRequest", request), *args, **kwargs)
            # Staff pages hold what only this person may see: no shared cache keeps them (§6.1 S6).
            response.headers.setdefault("Cache-Control", "private, no-cache")
            return response

        return guarded

    return decorate


def _refuse_nul(request: HttpRequest) -> None:
    """A question with a NUL asks for nothing that there is; the path itself was looked at before (`kernel.doors`)."""
    if any(text_fault(one) for _name, some in request.GET.lists() for one in some):
        raise Http404


def own_address(request: HttpRequest, wanted: str | None) -> str:
    """Where to go on: `wanted` where it is an address of this site, else the desk.

    Never another site; and what is no address at all is not handed to `redirect`, which would look for a view so named.
    """
    is_address = bool(wanted) and str(wanted).startswith(("/", "http://", "https://")) and not text_fault(str(wanted))
    return str(wanted) if is_address and url_has_allowed_host_and_scheme(wanted, {request.get_host()}) else "/desk/"


def or_404(user: User, permission: str, obj: Any = None) -> None:
    """Outsiders are not even told that the page is there (DESIGN.md habit 5)."""
    if not may(user, permission, obj):
        raise Http404
