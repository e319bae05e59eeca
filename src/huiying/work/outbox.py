"""The outbox: acts that are written in the same transaction as the change that calls for them, and done
later.

Delivery is at least once. An ordinary handler runs inside one transaction with the mark that the job is
done: what it writes counts exactly once. A handler with an effect outside the database (`external=True`)
runs before that transaction and may run twice after a crash, hence it hands `job.idempotency_key` to the
other side or looks first whether the effect is there; its `then` function runs with the mark, inside the
transaction.

A worker that dies leaves a lease that runs out; a worker that was only slow finds that the fence has moved
on.
"""

from __future__ import annotations

import hashlib
import logging
import traceback
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from huiying.kernel import clock
from huiying.work import leases
from huiying.work.models import Heartbeat, Job

Result = Mapping[str, Any] | None
Handler = Callable[[Job], Result]
Then = Callable[[Job, Result], None]

FIRST_RETRY = timedelta(seconds=10)
LONGEST_RETRY = timedelta(hours=1)
ORDINARY_LEASE = timedelta(seconds=60)
#: How holders are called that live apart from the loop; their heartbeat bears the same name.
WORKER = "worker:"

_log = logging.getLogger(__name__)


class GiveUp(Exception):
    """Raised by a handler when trying again cannot help; the message is for people."""


class JobTaken(Exception):
    """The job went to another worker while this one was busy; what this one wrote is rolled back."""


@dataclass(frozen=True)
class _Registered:
    run: Handler
    external: bool
    lease: timedelta
    then: Then | None
    beside_loop: bool = False


_handlers: dict[str, _Registered] = {}


def handler(
    kind: str,
    *,
    external: bool = False,
    lease: timedelta = ORDINARY_LEASE,
    then: Then | None = None,
    beside_loop: bool = False,
) -> Callable[[Handler], Handler]:
    """Register the function that does jobs of `kind`. `lease` is longer than it can ever take.

    `beside_loop`: wants what only the loop's process has, such as the engine, and is never handed to another one.
    """

    def register(run: Handler) -> Handler:
        known = _handlers.get(kind)
        if known is not None and (known.run.__module__, known.run.__qualname__) != (
            run.__module__,
            run.__qualname__,
        ):
            raise ValueError(f"待办类别 {kind} 登记了两次：{known.run.__module__} 和 {run.__module__}")
        _handlers[kind] = _Registered(run, external, lease, then, beside_loop)
        return run

    return register


def enqueue(
    kind: str,
    payload: dict[str, Any],
    key: str,
    run_at: datetime | None = None,
    *,
    max_attempts: int = 8,
    comes_first: bool = False,
) -> Job:
    """Write a job inside the caller's transaction. The same `key` gives the job that is already there.

    `payload` is JSON, preferably row ids. `run_at` None means now. `comes_first` is for danger to life: done before
    whatever else is due, so that a call does not wait behind a storm of posts (F5).
    """
    known = Job.objects.filter(idempotency_key=key).first()
    if known is not None:
        return known
    now = clock.now()
    try:
        with transaction.atomic():
            return Job.objects.create(
                kind=kind,
                payload=payload,
                idempotency_key=key,
                created_at=now,
                next_action_at=run_at or now,
                max_attempts=max_attempts,
                comes_first=comes_first,
            )
    except IntegrityError:
        return Job.objects.get(idempotency_key=key)


def run_due(
    holder: str, held: leases.HeldLease | None = None, limit: int = 100, *, kinds: Collection[str] | None = None
) -> int:
    """Do jobs that are due (of `kinds`, else of any), oldest first, at most `limit`; returns how many were taken up.

    Raises LeaseLost when the loop's lease `held` went to another process.
    """
    wanted = Q() if kinds is None else Q(kind__in=kinds)
    taken = 0
    while taken < limit and (job := claim(holder, held, wanted)) is not None:
        taken += 1
        run(job, held)
    return taken


def run_one(pk: int, holder: str) -> bool:
    """Do job `pk` if it is due and nobody has it; False where there is nothing to do: a number may come twice."""
    job = claim(holder, None, Q(pk=pk))
    if job is None:
        return False
    run(job)
    return True


def beside_loop() -> set[str]:
    """Kinds that are done where the loop is."""
    return {kind for kind, registered in _handlers.items() if registered.beside_loop}


def to_hand_out(limit: int) -> list[tuple[int, datetime]]:
    """Jobs that another process may do now, what comes first and then the oldest: number, and since when it is due."""
    due = _due(clock.now()).exclude(kind__in=beside_loop()).order_by("-comes_first", "next_action_at", "id")
    return list(due.values_list("pk", "next_action_at")[:limit])


def free_jobs_of_the_dead(before: datetime) -> int:
    """Let go of what workers hold who gave no sign of life since `before`: their lease need not run out first.

    One who was only slow finds that the fence has moved on. Returns how many jobs are due again.
    """
    now = clock.now()
    taken = Job.objects.filter(
        holder__startswith=WORKER, lease_until__gt=now, done_at__isnull=True, failed_at__isnull=True
    )
    holders = set(taken.values_list("holder", flat=True))
    if not holders:
        return 0
    alive = set(Heartbeat.objects.filter(name__in=holders, at__gte=before).values_list("name", flat=True))
    return taken.filter(holder__in=holders - alive).update(lease_until=now)


def claim(holder: str, held: leases.HeldLease | None = None, wanted: Q | None = None) -> Job | None:
    """Take the job that comes first, else the most overdue (of those `wanted`), under a new fence; None for none."""
    wanted = wanted or Q()
    if not _due(clock.now()).filter(wanted).exists():
        return None  # looking first keeps an idle loop from taking SQLite's write lock
    with transaction.atomic():
        leases.require(held)
        now = clock.now()
        due = _due(now).filter(wanted).select_for_update(skip_locked=True).order_by("next_action_at", "id")
        # Two looks, each along an index of its own: one order over both would read all that waits.
        job = due.filter(comes_first=True).first() or due.first()
        if job is None:
            return None
        registered = _handlers.get(job.kind)
        job.attempts += 1
        job.fence += 1
        job.holder = holder
        job.lease_until = now + (registered.lease if registered else ORDINARY_LEASE)
        job.save(update_fields=["attempts", "fence", "holder", "lease_until"])
        return job


def run(job: Job, held: leases.HeldLease | None = None) -> None:
    """Do a claimed job and mark it done, to be retried, or failed. Raises LeaseLost (the loop's, not the
    job's).
    """
    try:
        _attempt(job, held)
    except JobTaken:
        _log.warning("job %s (%s) was taken over; nothing was written", job.pk, job.kind)


def _attempt(job: Job, held: leases.HeldLease | None) -> None:
    registered = _handlers.get(job.kind)
    try:
        if registered is None:
            raise GiveUp(f"没有登记处理“{job.kind}”的程序；请检查版本是否与写入这一待办的版本一致")
        if job.attempts > job.max_attempts:
            raise GiveUp(job.error or f"已尝试 {job.max_attempts} 次，处理进程每次都中途退出")
        if registered.external:
            result = registered.run(job)
            with transaction.atomic():
                _finish(job, held, result, registered.then)
        else:
            with transaction.atomic():
                _require_job(job, held)
                _finish(job, held, registered.run(job), registered.then)
    except (leases.LeaseLost, JobTaken):
        raise
    except Exception as error:
        _log.warning("job %s (%s) failed, attempt %d", job.pk, job.kind, job.attempts, exc_info=error)
        _fail(job, held, error)


def retry_delay(key: str, attempts: int) -> timedelta:
    """10 s doubled with each attempt, at most an hour, moved by up to a fifth in a way that the key
    decides.

    Deterministic, so a replay gives the same times; spread, so jobs that failed together do not return
    together.
    """
    base: timedelta = min(FIRST_RETRY * (1 << min(attempts - 1, 20)), LONGEST_RETRY)
    draw = int.from_bytes(hashlib.sha256(f"{key}\x00{attempts}".encode()).digest()[:4], "big") / 2**32
    return base * (0.8 + 0.4 * draw)


def retry_failed(job: Job) -> bool:
    """Let a failed job start over by an administrator's decision; False when it had not failed."""
    return bool(
        Job.objects.filter(pk=job.pk, failed_at__isnull=False).update(
            failed_at=None, error="", attempts=0, lease_until=None, next_action_at=clock.now()
        )
    )


def _due(now: datetime) -> QuerySet[Job]:
    return Job.objects.filter(
        Q(lease_until__isnull=True) | Q(lease_until__lte=now),
        done_at__isnull=True,
        failed_at__isnull=True,
        next_action_at__lte=now,
    )


def _require_job(job: Job, held: leases.HeldLease | None) -> None:
    """Raise JobTaken or LeaseLost unless this worker still owns the job and the loop; locks both rows."""
    leases.require(held)
    mine = Job.objects.select_for_update().filter(
        pk=job.pk, fence=job.fence, done_at__isnull=True, failed_at__isnull=True
    )
    if mine.first() is None:
        raise JobTaken(f"待办 {job.pk}（{job.kind}）已被别的进程接手，本次写入作废")


def _finish(job: Job, held: leases.HeldLease | None, result: Result, then: Then | None) -> None:
    _require_job(job, held)
    if then is not None:
        then(job, result)
    Job.objects.filter(pk=job.pk).update(
        done_at=clock.now(), lease_until=None, error="", result=None if result is None else dict(result)
    )


def _fail(job: Job, held: leases.HeldLease | None, error: Exception) -> None:
    now = clock.now()
    final = isinstance(error, GiveUp) or job.attempts >= job.max_attempts
    with transaction.atomic():
        _require_job(job, held)
        Job.objects.filter(pk=job.pk).update(
            error=_describe(error),
            lease_until=None,
            failed_at=now if final else None,
            next_action_at=now + retry_delay(job.idempotency_key, job.attempts),
        )


def _describe(error: Exception) -> str:
    if isinstance(error, GiveUp):
        return str(error)
    place = traceback.extract_tb(error.__traceback__)[-1:]
    where = f"（{place[0].name}，第 {place[0].lineno} 行）" if place else ""
    return f"{type(error).__name__}：{error}{where}"[:2000]
