"""The one place that knows which requests are a person's doing, and what a locked session still gets (§6.1 S2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from huiying.desk.views.locked import refused
from huiying.people import factors, sessions
from huiying.people.models import User

# What a page asks for by itself, again and again: never a sign that somebody sits there.
POLLS = frozenset({"desk:live", "desk:locked_live", "desk:reading", "desk:wall"})
# What opens while the session is locked: the ways in and out, and what shows no word of a case. The wall hangs in a
# room where nobody types (docs/adr/0018).
STAYS_OPEN = frozenset(
    {"desk:locked", "desk:locked_live", "desk:wall", "desk:sign_in", "desk:sign_in_code", "desk:demo_sign_in",
     "desk:sign_out", "desk:set_up", "desk:invitation"}
)  # fmt: skip
# For the server in front (cli/lanes.py): this request is somebody's who is signed in, so the next ones wait with staff.
SIGNED_IN = "huiying.signed_in"
# What opens while the second factor is owed: setting it up, giving its code, and the ways out.
WAYS_TO_A_FACTOR = STAYS_OPEN - {"desk:wall"} | {"desk:sign_in_bind", "desk:code_again", "desk:key"}
TYPED = "X-Huiying-Typed"  # the page's script: since the last poll somebody used the keyboard or the mouse


class SessionEnds:
    """Signs out after the absolute time, locks after the idle time, notes what a person did."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponseBase | None:
        match = request.resolver_match
        if match is None or match.namespace not in ("desk", "api") or not sessions.are_wanted():
            return None
        if request.user.is_authenticated and sessions.is_over(request.session):
            logout(request)
        if not request.user.is_authenticated:
            return _away("desk:sign_in", request) if match.view_name in POLLS and _htmx(request) else None
        if sessions.is_locked(request.session):
            return None if match.view_name in STAYS_OPEN else _locked(request, match.namespace)
        request.META[SIGNED_IN] = True
        if is_activity(request, match.view_name):
            sessions.touch(request.session)
        return None


class FactorOwed:
    """Stops whoever must have a second factor and is signed in without it, and leads them to it and back (§6.1 S4).

    Behind `SessionEnds`: a locked or ended session is asked for its password first.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponseBase | None:
        match, user = request.resolver_match, request.user
        if match is None or match.namespace not in ("desk", "api") or match.view_name in WAYS_TO_A_FACTOR:
            return None
        if not isinstance(user, User) or not factors.is_owed(request.session, user):
            return None
        if match.namespace == "api":
            _nobody(request, "factor_owed")
            return None
        if match.view_name in POLLS and _htmx(request):
            return HttpResponse(status=204)  # nothing new is told, and what somebody is typing stays
        name = "desk:code_again" if factors.has(user) else "desk:sign_in_bind"
        if _htmx(request):
            return _away(name, request)
        back = request.get_full_path() if request.method in ("GET", "HEAD") else own_page(request)
        response = redirect(_with_next(name, back))
        response.headers["Cache-Control"] = "private, no-store"
        return response


def is_activity(request: HttpRequest, name: str) -> bool:
    """A program that reads over the API does it by itself as well; what it writes, somebody wanted."""
    if name.startswith("api:"):
        return request.method not in ("GET", "HEAD", "OPTIONS")
    return name not in POLLS or TYPED in request.headers


def _nobody(request: HttpRequest, why: str) -> None:
    """To the API a session that is locked, or that owes its second factor, is nobody: 401, but for what is public."""
    request.user = AnonymousUser()
    request.shut_out = why  # type: ignore[attr-defined]


def own_page(request: HttpRequest) -> str:
    """The page of ours on which a form stood, the desk's first page where the browser does not say."""
    told = request.headers.get("Referer", "")
    return told if url_has_allowed_host_and_scheme(told, {request.get_host()}) else "/desk/"


def _locked(request: HttpRequest, namespace: str) -> HttpResponseBase | None:
    if namespace == "api":
        _nobody(request, "locked")
        return None
    if _htmx(request):
        return _away("desk:locked", request)
    if request.method not in ("GET", "HEAD"):
        return refused(request)
    response: HttpResponse = redirect(_with_next("desk:locked", request.get_full_path()))
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _away(name: str, request: HttpRequest) -> HttpResponse:
    """The page that asked goes too: what it shows must not stand on the screen."""
    return HttpResponseClientRedirect(_with_next(name, _htmx(request).current_url_abs_path or ""))


def _htmx(request: HttpRequest) -> HtmxDetails:
    found: HtmxDetails = request.htmx  # type: ignore[attr-defined]
    return found


def _with_next(name: str, place: str) -> str:
    return f"{reverse(name)}?{urlencode({'next': place})}" if place else reverse(name)
