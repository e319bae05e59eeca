"""`/healthz` and `/metrics` for machines that watch over machines: no name, no text, no address in any figure (S18)."""

from __future__ import annotations

import hmac
import ipaddress
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings
from django.db.models import Count, Max, Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from huiying.handling.models import Breach, Case, Clock
from huiying.handling.process import LIVE
from huiying.keeping import drift, health
from huiying.keeping.backup import MADE
from huiying.keeping.health import TOKEN_LEAST
from huiying.kernel import clock, secretfiles
from huiying.ledger.models import ChainHead, LedgerEntry
from huiying.listening.models import Post
from huiying.work.auditor import JOB_LATE
from huiying.work.models import Job, Notice


class _House(Collector):
    """Asked anew for each scrape: what is kept in memory would be wrong in the second process."""

    def collect(self) -> Iterator[Metric]:
        now = clock.now()
        open_jobs = Q(done_at__isnull=True, failed_at__isnull=True)
        jobs = Job.objects.aggregate(
            waiting=Count("pk", filter=open_jobs),
            late=Count("pk", filter=open_jobs & Q(next_action_at__lt=now - JOB_LATE)),
            failed=Count("pk", filter=Q(failed_at__isnull=False)),
        )
        yield _gauge("huiying_jobs", "Rows of the outbox by state", jobs.items())
        for check in health.checks():
            yield GaugeMetricFamily(f"huiying_ok_{check.name}", "1 when this part is well", value=float(check.ok))
        age = health.loop_age()
        if age is not None:
            yield _one("huiying_loop_heartbeat_age_seconds", "Since the loop's last sign of life", age.total_seconds())
        yield _one("huiying_disk_free_bytes", "Free bytes of the home's disk", health.free_bytes())
        yield _one("huiying_time_drifting", "1 while the record says that the clock is wrong", drift.is_drifting())
        yield _one("huiying_cases_live", "Cases that are not closed", Case.objects.filter(state__in=LIVE).count())
        running = Clock.objects.filter(stopped_at__isnull=True, superseded_at__isnull=True)
        yield _one("huiying_clocks_running", "Deadlines that run", running.count())
        yield _one("huiying_breaches_total", "Deadlines that were missed, ever", Breach.objects.count())
        yield _one("huiying_posts_last_id", "The number of the newest post", _last(Post))
        yield _one("huiying_ledger_last_id", "The number of the newest entry", _last(LedgerEntry))
        yield _one("huiying_ledger_chains", "Chains of the ledger", ChainHead.objects.count())
        late = Notice.objects.filter(send_at__lt=now).count()
        yield _one("huiying_notices_due", "Notices that should be with a gateway by now", late)
        last = LedgerEntry.objects.filter(kind=MADE).aggregate(at=Max("at"))["at"]
        if last is not None:
            yield _one("huiying_backup_age_seconds", "Since the last copy was read back", (now - last).total_seconds())


def text() -> bytes:
    """The exposition format 0.0.4."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_House())
    return generate_latest(registry)


def _one(name: str, help_text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, help_text, value=float(value))


def _gauge(name: str, help_text: str, by_state: Iterable[tuple[str, int]]) -> Metric:
    found = GaugeMetricFamily(name, help_text, labels=["state"])
    for state, count in by_state:
        found.add_metric([state], float(count))
    return found


def _last(model: type[Post] | type[LedgerEntry]) -> int:
    return model._default_manager.aggregate(last=Max("pk"))["last"] or 0


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
    return HttpResponse(text(), content_type=CONTENT_TYPE_LATEST)


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
