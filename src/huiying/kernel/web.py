"""What every face has in common: two middlewares (S12, C5.16), and URL lists that are imported when they are asked for.

`EveryAnswer` stands outermost and sets the headers that Django does not, on refusals too. `OnlyWhatFits` turns away
what no database keeps (NUL, numbers and moments too wide), here as in the API's reader of bodies and queries.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final

from django.core.exceptions import BadRequest
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls.resolvers import RoutePattern, URLResolver
from django.utils.translation import get_language, gettext
from django.views.defaults import bad_request

from huiying.kernel.keepable import text_fault

#: What a database or its driver says of a value that fits no column.
DOES_NOT_FIT: Final = (DataError, OverflowError, UnicodeEncodeError)
API: Final = "/api/"
NOT_FOUND: Final = "没有这一项。"  # as the API says it everywhere; its catalogue has the English

_log = logging.getLogger(__name__)


class OnlyWhatFits:
    """404 for an address that can name nothing; 400 in words for what the database would not take."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if text_fault(request.path_info):
            if request.path_info.startswith(API):
                return JsonResponse({"error": gettext(NOT_FOUND), "code": "not_found"}, status=404)
            raise Http404
        return self._next(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The verbs' transactions are undone by now. Logged as an error: the page itself should have said so."""
        if not isinstance(error, DOES_NOT_FIT):
            return None
        told_of(request, error)
        return bad_request(request, BadRequest())


def told_of(request: HttpRequest, error: Exception | type[Exception]) -> None:
    """Note where a value got as far as the database; its words are in the log only."""
    _log.error("a value did not fit at %s", getattr(request.resolver_match, "route", "?"), exc_info=True)


# The site needs none of these. What WebAuthn needs is left as browsers have it: for the site's own pages only.
_NEVER: Final = (
    "accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "geolocation", "gyroscope",
    "magnetometer", "microphone", "midi", "payment", "picture-in-picture", "screen-wake-lock", "usb",
    "xr-spatial-tracking",
)  # fmt: skip
ALWAYS: Final = {
    "Permissions-Policy": ", ".join(f"{name}=()" for name in _NEVER),
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
}


class EveryAnswer:
    """Sets each header that nobody set."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._next(request)
        for name, value in ALWAYS.items():
            response.headers.setdefault(name, value)
        return response


class LoadedWhenAsked(URLResolver):
    """`path(prefix, include(module))` without the import. The root asks every part for its names as soon as one page
    makes a link; this part is read only for whoever asks for its namespace, or for an address below its prefix.
    """

    def __init__(self, prefix: str, module: str, app_name: str, namespace: str) -> None:
        super().__init__(RoutePattern(prefix), module, app_name=app_name, namespace=namespace)

    def _populate(self) -> None:
        """The root's question, which needs no answer: the names of a namespace are not the root's."""

    def _tell(self) -> None:
        if get_language() not in self._reverse_dict:
            super()._populate()

    @property
    def reverse_dict(self) -> Any:
        self._tell()
        return super().reverse_dict

    @property
    def namespace_dict(self) -> Any:
        self._tell()
        return super().namespace_dict

    @property
    def app_dict(self) -> Any:
        self._tell()
        return super().app_dict
