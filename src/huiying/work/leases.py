"""Leases with a fencing token: a process that was believed dead and wakes up can no longer write (habit
11).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from huiying.kernel import clock
from huiying.work.models import Lease
from huiying.work.rows import locked


class LeaseLost(Exception):
    """Another holder has taken the lease; whatever was being written must be rolled back."""


@dataclass(frozen=True)
class HeldLease:
    """A lease as it was obtained."""

    name: str
    holder: str
    fence: int


def acquire(name: str, holder: str, ttl: timedelta) -> HeldLease | None:
    """Take or prolong the lease `name`; None while somebody else holds it."""
    with transaction.atomic():
        lease = locked(Lease, name)
        now = clock.now()
        alive = lease.until is not None and lease.until > now
        if alive and lease.holder != holder:
            return None
        if not alive or lease.holder != holder:
            # Even the same holder gets a new fence after a lapse: its older threads may still be writing.
            lease.fence += 1
        lease.holder = holder
        lease.until = now + ttl
        lease.save()
        return HeldLease(name, holder, lease.fence)


def prolong(held: HeldLease, ttl: timedelta) -> bool:
    """Keep a lease that is still held, under its fence; False where it went to somebody else. Never takes one."""
    mine = Lease.objects.filter(pk=held.name, holder=held.holder, fence=held.fence)
    return bool(mine.update(until=clock.now() + ttl))


def release(held: HeldLease) -> None:
    """Give the lease back at once, so that the next process need not wait. Nothing happens if it was lost."""
    Lease.objects.filter(pk=held.name, holder=held.holder, fence=held.fence).update(until=clock.now())


def require(held: HeldLease | None) -> None:
    """Inside the transaction of a write: raise LeaseLost when the fence has moved on; None means no lease
    is used.

    A lease that ran out but was taken by nobody still counts: no second writer exists. The row stays locked
    until the transaction ends, so it cannot be taken between this check and the commit.
    """
    if held is None:
        return
    lease = Lease.objects.select_for_update().filter(pk=held.name).first()
    if lease is None or (lease.fence, lease.holder) != (held.fence, held.holder):
        raise LeaseLost(f"{held.holder} 的 {held.name} 租约已被接替，本次写入作废")
