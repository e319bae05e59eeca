"""The signed feed for sites that fetch the answers themselves, its signature, and the key to check it with (C8.9)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from huiying.portal import releases
from huiying.portal.caching import until_the_ledger_moves

IN_THE_FEED = 30
PLAIN = "text/plain; charset=utf-8"


def _feed(request: HttpRequest) -> bytes:
    return releases.feed(request.build_absolute_uri("/").rstrip("/"), IN_THE_FEED)


@require_safe
@until_the_ledger_moves
def feed(request: HttpRequest) -> HttpResponse:
    return HttpResponse(_feed(request), content_type="application/feed+json; charset=utf-8")


@require_safe
@until_the_ledger_moves
def signature(request: HttpRequest) -> HttpResponse:
    """Of the feed as it stands now. Where an answer came between the two requests, both are fetched again."""
    return HttpResponse(releases.signature(_feed(request)) + "\n", content_type=PLAIN)


@require_safe
def key(request: HttpRequest) -> HttpResponse:
    return HttpResponse(releases.public_key(), content_type=PLAIN)
