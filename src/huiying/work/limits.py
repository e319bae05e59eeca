"""Rate limits that all processes share, for the public pages and for sign-in by link."""

from __future__ import annotations

import ipaddress
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from huiying.kernel import clock, keyfiles, sealing
from huiying.work.models import RateBucket
from huiying.work.rows import locked
from huiying.work.schedule import every

FORGET_AFTER = timedelta(days=1)
#: Searches of what is public, from one place, on the pages and over the interface together: nobody reads faster, and
#: each is a question to the database that no shelf of rendered pages answers.
SEARCHES, SEARCHES_PER = 120, timedelta(minutes=10)


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


def give_back(key: str, per: timedelta, burst: int) -> None:
    """Put back what `allow` or `wait` took: what was asked for turned out to be right."""
    with transaction.atomic():
        name = sealing.keyed_tag(keyfiles.load("limits"), key)
        bucket = locked(RateBucket, name, tokens=float(burst), updated_at=clock.now())
        bucket.tokens = min(float(burst), bucket.tokens + 1)
        bucket.save()


def search_wait(request: HttpRequest) -> timedelta:
    """Nothing where whoever asks may search what is public now, else how long to wait."""
    return wait(f"public.search:{place_of(request)}", SEARCHES_PER, SEARCHES)


def place_of(request: HttpRequest) -> str:
    """Where the request came from. Only a keyed hash of it is stored, for a day (INV-10)."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    if settings.HTTPS:
        # A proxy stands in front and appends the address it saw; what stands before that can be forged.
        address = request.headers.get("X-Forwarded-For", address).rsplit(",", 1)[-1].strip()
    return network_of(address)


def network_of(address: str) -> str:
    """A house has one IPv4 address, but a whole /64 of IPv6: without this one machine would have 2^64 buckets."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


@every("work.forget_rate_buckets", 3600)
def forget_old_buckets() -> int:
    """Delete buckets that nobody used for a day; they would be full again."""
    deleted, _ = RateBucket.objects.filter(updated_at__lt=clock.now() - FORGET_AFTER).delete()
    return deleted
