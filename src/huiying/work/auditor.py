"""The auditor behind `huiying check`: says what is late or broken, and asks every room (habit 11)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from django.db.models import Q

from huiying.kernel import clock
from huiying.work.loop import HEARTBEAT_STALE, LEASE
from huiying.work.models import Heartbeat, Job, Lease, Schedule

Severity = Literal["error", "warning"]
JOB_LATE = timedelta(minutes=5)
LISTED = 20

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


def check() -> list[Finding]:
    """Run every check; errors first. A check that breaks is itself a finding, never silence."""
    findings: list[Finding] = []
    for name, run in _auditors.items():
        try:
            findings += run()
        except Exception as error:
            _log.exception("auditor %s failed", name)
            findings.append(
                Finding(
                    "auditor.broken",
                    "error",
                    f"检查项“{name}”自身出错：{error}",
                    f"The check “{name}” itself failed: {error}",
                )
            )
    return sorted(findings, key=lambda finding: finding.severity != "error")


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
