"""Rate limits that all processes share, for the public pages and for sign-in by link."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from huiying.kernel import clock, keyfiles, sealing
from huiying.work.models import RateBucket
from huiying.work.rows import locked
from huiying.work.schedule import every

FORGET_AFTER = timedelta(days=1)


def allow(key: str, per: timedelta, burst: int) -> bool:
    """Take one token of the bucket `key`, which holds `burst` and fills up evenly over `per`; False when
    empty.
    """
    return not wait(key, per, burst)


def wait(key: str, per: timedelta, burst: int) -> timedelta:
    """Take one token as `allow` does: nothing where there was one, else how long until there is one again."""
    with transaction.atomic():
        now = clock.now()
        name = sealing.keyed_tag(keyfiles.load("limits"), key)
        bucket = locked(RateBucket, name, tokens=float(burst), updated_at=now)
        elapsed = max(now - bucket.updated_at, timedelta(0))
        tokens = min(float(burst), bucket.tokens + burst * (elapsed / per))
        allowed = tokens >= 1
        bucket.tokens = tokens - 1 if allowed else tokens
        bucket.updated_at = max(now, bucket.updated_at)
        bucket.save()
        return timedelta(0) if allowed else (1 - tokens) * per / burst


@every("work.forget_rate_buckets", 3600)
def forget_old_buckets() -> int:
    """Delete buckets that nobody used for a day; they would be full again."""
    deleted, _ = RateBucket.objects.filter(updated_at__lt=clock.now() - FORGET_AFTER).delete()
    return deleted
