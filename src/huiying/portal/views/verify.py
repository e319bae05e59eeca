"""Whoever holds a page of ours checks its hash here: which document it is, and nothing of what stands in it (INV-9)."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from huiying.documents.queries import checked
from huiying.portal.views.by_link import unlisted

HASH = re.compile(r"[0-9a-f]{64}")


@require_safe
@unlisted
def verify(request: HttpRequest, sha256: str) -> HttpResponse:
    """404 where no document has the hash: the page in hand is not one of ours, or a sign of it was changed."""
    found = checked(sha256) if HASH.fullmatch(sha256) else []
    return render(request, "portal/verify.html", {"rows": found, "sha256": sha256[:64]}, status=200 if found else 404)
