"""`/healthz` and `/metrics`: for machines that watch over machines."""

from __future__ import annotations

import hmac
import ipaddress
import os
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from huiying.keeping import health, metrics
from huiying.keeping.secrets_in_use import TOKEN_LEAST
from huiying.kernel import secretfiles

_FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_X_FORWARDED_PROTO")


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """200 when every part is well, 503 with what is not."""
    found = health.checks()
    ok = all(check.ok for check in found)
    body = {"ok": ok, "checks": {check.name: check.why or "ok" for check in found}}
    return JsonResponse(body, status=200 if ok else 503, json_dumps_params={"ensure_ascii": False})


@require_safe
@never_cache
def prometheus(request: HttpRequest) -> HttpResponse:
    """From this machine itself, or with the token of HUIYING_METRICS_TOKEN_FILE; to others it is not even there."""
    if not (_is_local(request) or _has_token(request)):
        raise Http404
    return HttpResponse(metrics.text(), content_type=CONTENT_TYPE_LATEST)


def _is_local(request: HttpRequest) -> bool:
    """Behind a proxy everybody comes from 127.0.0.1: whatever was forwarded is not local."""
    if settings.HTTPS or any(name in request.META for name in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _has_token(request: HttpRequest) -> bool:
    file = os.environ.get("HUIYING_METRICS_TOKEN_FILE", "")
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    if not file or kind.lower() != "bearer":
        return False
    try:
        wanted = secretfiles.read(Path(file), TOKEN_LEAST)
    except (OSError, secretfiles.SecretRefused):
        return False  # `huiying check` says why
    return hmac.compare_digest(wanted.encode(), given.strip().encode())
