"""What no database keeps is turned away at the door of every page, never an error of ours (C5.16).

PostgreSQL takes no NUL, no number wider than its column and no moment outside the calendar. The rule for texts stands
here and in the API's reader of bodies and queries; what gets past it to the database is answered here as well.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from django.core.exceptions import BadRequest
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.translation import gettext
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
