"""The auditor behind `huiying check`: says what is late or broken, and asks every room (habit 11).

Two kinds of checks. `@auditor(name)` is cheap and runs with every `huiying check`. `@rolling(name)` reads much (every
file, every post): it is given a `Part` of what it has to look at. The loop has it look at a seventh each day, so that
all is looked at every week; `huiying check --full` has it look at all at once. What a look found stays in `work_look`
and is said by every `check` and by `/healthz` until the same rows were looked at again and found right.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import partial
from typing import Literal, TypeVar, cast

from django.apps import apps
from django.db import DatabaseError, models, transaction
from django.db.models import F, Q
from django.db.models.functions import Mod

from huiying.kernel import clock
from huiying.work.loop import HEARTBEAT_STALE, LEASE
from huiying.work.models import Heartbeat, Job, Lease, Look, Schedule

Severity = Literal["error", "warning"]
JOB_LATE = timedelta(minutes=5)
FAR_AHEAD = timedelta(days=400)
LISTED = 20
PARTS = 7  # a part a day: within a week everything was looked at
MET = -1  # the `part` of what was met on the way, e.g. by a reader who asked for an altered file

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: a stable code, how bad, and a sentence for people in both languages."""

    code: str
    severity: Severity
    sentence_zh: str
    sentence_en: str


Auditor = Callable[[], list[Finding]]
_auditors: dict[str, Auditor] = {}


def auditor(name: str) -> Callable[[Auditor], Auditor]:
    """Add a check, e.g. late clocks or silent sources."""

    def register(run: Auditor) -> Auditor:
        _auditors[name] = run
        return run

    return register


Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True)
class Part:
    """Which rows a look is about: those whose number leaves `number` when divided by `of`. `Part()` is all of them."""

    number: int = 0
    of: int = 1

    @property
    def whole(self) -> bool:
        return self.of == 1

    def holds(self, pk: int) -> bool:
        return pk % self.of == self.number

    def of_rows(self, rows: models.QuerySet[Row], key: str = "pk") -> models.QuerySet[Row]:
        """The rows of this part, picked by the database."""
        if self.whole:
            return rows
        mine = rows.alias(part_of_look=Mod(F(key), self.of)).filter(part_of_look=self.number)
        return cast("models.QuerySet[Row]", mine)


WHOLE = Part()


def part_of(day: date) -> Part:
    """What is looked at on that day."""
    return Part(day.toordinal() % PARTS, PARTS)


Rolling = Callable[[Part], list[Finding]]
_rolling: dict[str, Rolling] = {}


def rolling(name: str) -> Callable[[Rolling], Rolling]:
    """Add a check that reads much: `run(part)` looks at the rows of `part` only, and at all where `part.whole`."""

    def register(run: Rolling) -> Rolling:
        _rolling[name] = run
        return run

    return register


def check(*, full: bool = False) -> list[Finding]:
    """Run every cheap check and say what the last looks found; with `full` look at everything now. Errors first."""
    findings: list[Finding] = []
    for name, run in _auditors.items():
        findings += _guarded(name, run)
    findings += look(WHOLE) if full else known()
    return sorted(findings, key=lambda finding: finding.severity != "error")


def _guarded(name: str, run: Auditor) -> list[Finding]:
    """A check that breaks is itself a finding, never silence."""
    try:
        return run()
    except Exception as error:
        _log.exception("auditor %s failed", name)
        return [
            Finding(
                "auditor.broken",
                "error",
                f"检查项“{name}”自身出错：{error}",
                f"The check “{name}” itself failed: {error}",
            )
        ]


def comparisons() -> list[Auditor]:
    """The checks that hold rows against the ledger, each of all rows: what a copy must pass that is brought in."""
    cheap = [run for name, run in _auditors.items() if name.startswith(("planted", "kept"))]
    return cheap + [partial(run, WHOLE) for name, run in _rolling.items() if name not in ("files", "database")]


def look(part: Part) -> list[Finding]:
    """Have every rolling check look at `part`, and keep what each found until it looks there again."""
    found: list[Finding] = []
    for name, run in _rolling.items():
        mine = _guarded(name, lambda run=run: run(part))  # type: ignore[misc]
        found += mine
        try:
            _keep(name, part, mine)
        except DatabaseError:  # a database that takes no row is said by others; what was found is still told
            _log.exception("what %s found could not be kept", name)
    return found


def _keep(name: str, part: Part, found: Iterable[Finding]) -> None:
    rows = Look.objects.filter(auditor=name)
    with transaction.atomic():
        if part.whole:
            rows.delete()
        told = {"at": clock.now(), "findings": [asdict(finding) for finding in found]}
        row, _new = Look.objects.update_or_create(auditor=name, part=part.number, of=part.of, defaults=told)
        since = list(rows.filter(of=PARTS, part__gte=0).values_list("at", flat=True))
        if len(since) == PARTS:  # whatever was said before the oldest of them was looked at again
            rows.exclude(of=PARTS, part__gte=0).filter(at__lte=min(since)).exclude(pk=row.pk).delete()


def met(name: str, finding: Finding) -> None:
    """Keep what somebody came upon who was not looking for it; `name` is the rolling check that looks at it again."""
    with transaction.atomic():
        row, _new = Look.objects.get_or_create(auditor=name, part=MET, of=PARTS, defaults={"at": clock.now()})
        said = asdict(finding)
        if said not in row.findings and len(row.findings) < LISTED:
            row.findings = [*row.findings, said]
            row.at = clock.now()
            row.save()


def known() -> list[Finding]:
    """What the last looks found, each thing once, the newest look first."""
    found: dict[str, Finding] = {}
    for told in Look.objects.order_by("-at", "pk").values_list("findings", flat=True):
        for one in told:
            found.setdefault(one["sentence_zh"], Finding(**one))
    return list(found.values())


def last_looked_at() -> dict[str, timedelta | None]:
    """For each rolling check how long ago the part lies that was looked at longest ago; None while one never was."""
    now = clock.now()
    found: dict[str, timedelta | None] = {}
    for name in _rolling:
        rows = Look.objects.filter(auditor=name).exclude(part=MET)
        whole = rows.filter(of=1).values_list("at", flat=True).first()
        at = dict(rows.filter(of=PARTS).values_list("part", "at"))
        each = [max((one for one in (at.get(number), whole) if one), default=None) for number in range(PARTS)]
        found[name] = None if None in each else now - min(one for one in each if one)
    return found


@auditor("loop")
def loop_is_alive() -> list[Finding]:
    """A loop must hold the lease and have given a sign of life within 90 seconds."""
    now = clock.now()
    lease = Lease.objects.filter(pk=LEASE).first()
    if lease is None:
        return [
            Finding(
                "loop.never_ran",
                "warning",
                "后台循环还没有运行过；请用 huiying run 启动系统",
                "The loop has never run; start the system with `huiying run`.",
            )
        ]
    if lease.until is None or lease.until <= now:
        return [
            Finding(
                "loop.missing",
                "error",
                f"没有后台循环在岗（上一任 {lease.holder}），时限提醒和通知都已停止；请启动 huiying run",
                f"No loop holds the lease (last: {lease.holder}); reminders and notifications stand still.",
            )
        ]
    beat = Heartbeat.objects.filter(pk=f"loop:{lease.holder}").first()
    if beat is None or beat.at < now - HEARTBEAT_STALE:
        return [
            Finding(
                "loop.silent",
                "error",
                f"后台循环 {lease.holder} 已超过 {HEARTBEAT_STALE.seconds} 秒没有心跳",
                f"The loop {lease.holder} has given no sign of life for over {HEARTBEAT_STALE.seconds} s.",
            )
        ]
    return []


@auditor("jobs")
def jobs_are_done() -> list[Finding]:
    """Jobs that failed for good, and jobs more than five minutes late."""
    now = clock.now()
    failed = Job.objects.filter(failed_at__isnull=False).order_by("-failed_at")[:LISTED]
    late = Job.objects.filter(
        Q(lease_until__isnull=True) | Q(lease_until__lte=now),
        done_at__isnull=True,
        failed_at__isnull=True,
        next_action_at__lt=now - JOB_LATE,
    ).order_by("next_action_at")[:LISTED]

    def minutes(job: Job) -> int:
        return int((now - job.next_action_at).total_seconds() // 60)

    return [
        Finding(
            "job.failed",
            "error",
            f"待办 {job.pk}（{job.kind}）尝试 {job.attempts} 次后失败：{job.error}",
            f"Job {job.pk} ({job.kind}) failed after {job.attempts} attempts: {job.error}",
        )
        for job in failed
    ] + [
        Finding(
            "job.late",
            "error",
            f"待办 {job.pk}（{job.kind}）已迟 {minutes(job)} 分钟",
            f"Job {job.pk} ({job.kind}) is late by {minutes(job)} min.",
        )
        for job in late
    ]


@auditor("far_ahead")
def nothing_is_put_off_for_ever() -> list[Finding]:
    """What the loop would look at in over a year only: seldom meant, and how an edit would hide it (habit 11)."""
    limit = clock.now() + FAR_AHEAD
    found = []
    for model in apps.get_models():
        if "next_action_at" not in {column.attname for column in model._meta.concrete_fields}:
            continue
        rows = model._base_manager.filter(next_action_at__gt=limit).order_by("pk")
        if pks := list(rows.values_list("pk", flat=True)[:LISTED]):
            table, count, listed = model._meta.db_table, rows.count(), "、".join(str(pk) for pk in pks)
            zh = f"表 {table} 有 {count} 行要等到一年多以后才再看（第 {listed} 行）。请核对期限是不是本来就定得这么远"
            en = f"Table {table}: {count} rows are put off for over a year, the first is {pks[0]}: is that meant?"
            found.append(Finding("work.put_off", "warning", f"{zh}；不是的，请查明是谁改动了数据库", en))
    return found


@auditor("schedule")
def recurring_work_runs() -> list[Finding]:
    """Recurring functions and pollers whose last run failed."""
    return [
        Finding(
            "schedule.failing",
            "error",
            f"定时工作 {row.name} 最近一次运行出错：{row.last_error}",
            f"Recurring work {row.name} failed: {row.last_error}",
        )
        for row in Schedule.objects.exclude(last_error="")
    ]
