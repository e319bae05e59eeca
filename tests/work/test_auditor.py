"""`huiying check`: what is late or broken is said (habit 11)."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from huiying.kernel import clock
from huiying.ledger import guards
from huiying.ledger.actions import Actor, record
from huiying.ledger.models import LedgerEntry
from huiying.work import auditor, loop, outbox, schedule
from huiying.work.models import Heartbeat, Job

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _only_builtin(monkeypatch: pytest.MonkeyPatch, home: Path, frozen: clock.FrozenClock) -> Iterator[None]:
    own = ("loop", "jobs", "schedule", "notify", "ledger", "far_ahead")
    monkeypatch.setattr(auditor, "_auditors", {name: auditor._auditors[name] for name in own})
    monkeypatch.setattr(outbox, "_handlers", {})
    monkeypatch.setattr(schedule, "_recurring", {})
    monkeypatch.setattr(schedule, "_pollers", {})
    monkeypatch.setenv("HUIYING_NOTIFY_URLS", "*=json://127.0.0.1:9/")
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def codes() -> list[tuple[str, str]]:
    return [(finding.code, finding.severity) for finding in auditor.check()]


def test_a_system_at_work_has_no_findings() -> None:
    loop.Loop("w").tick()
    assert codes() == []


def test_a_system_that_never_ran_is_only_warned_about() -> None:
    assert codes() == [("loop.never_ran", "warning")]


def test_a_loop_that_is_gone_is_an_error(frozen: clock.FrozenClock) -> None:
    loop.Loop("w").tick()
    frozen.advance(2 * MINUTE)
    assert codes() == [("loop.missing", "error")]


def test_a_loop_without_heartbeat_is_an_error(frozen: clock.FrozenClock) -> None:
    loop.Loop("w", ttl=10 * MINUTE).tick()
    assert codes() == []
    frozen.advance(2 * MINUTE)
    assert codes() == [("loop.silent", "error")]
    Heartbeat.objects.all().delete()
    assert codes() == [("loop.silent", "error")]


def test_jobs_late_and_failed_are_named(frozen: clock.FrozenClock) -> None:
    loop.Loop("w", ttl=timedelta(hours=1)).tick()
    Heartbeat.objects.update(at=frozen() + timedelta(hours=1))
    outbox.enqueue("nobody.knows", {}, "a")
    outbox.run_due("w")
    late = outbox.enqueue("slow", {}, "b")
    frozen.advance(5 * MINUTE)
    assert codes() == [("job.failed", "error")]
    frozen.advance(2 * MINUTE)
    findings = auditor.check()
    assert [finding.code for finding in findings] == ["job.failed", "job.late"]
    assert f"待办 {late.pk}（slow）已迟 7 分钟" in findings[1].sentence_zh
    assert "late by 7 min" in findings[1].sentence_en


def test_recurring_work_that_fails_is_named() -> None:
    def bad() -> None:
        raise RuntimeError("坏了")

    schedule.every("bad", 60)(bad)
    loop.Loop("w").tick()
    finding = auditor.check()[0]
    assert finding.code == "schedule.failing"
    assert "坏了" in finding.sentence_zh


def test_a_missing_gateway_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    loop.Loop("w").tick()
    monkeypatch.delenv("HUIYING_NOTIFY_URLS")
    assert codes() == [("notify.no_gateway", "warning")]


def test_a_broken_chain_is_an_error_inv8() -> None:
    loop.Loop("w").tick()
    record("case:1", "case.opened", {}, Actor.SYSTEM)
    assert codes() == []
    with guards.lifted(connection):
        LedgerEntry.objects.update(payload="{}", kind="case.forged")
    finding = auditor.check()[0]
    assert (finding.code, finding.severity) == ("ledger.broken", "error")
    assert "case:1 第 1 条" in finding.sentence_zh


def test_upper_rooms_add_checks_and_a_check_that_breaks_is_never_silent() -> None:
    loop.Loop("w").tick()

    @auditor.auditor("clocks")
    def late() -> list[auditor.Finding]:
        return [auditor.Finding("clock.late", "warning", "迟", "late")]

    @auditor.auditor("broken")
    def broken() -> list[auditor.Finding]:
        raise KeyError("x")

    assert codes() == [("auditor.broken", "error"), ("clock.late", "warning")]


def test_what_is_put_off_for_years_is_asked_about(frozen: clock.FrozenClock) -> None:
    """Nobody would ever notice a job, or a reminder, that comes due in 2099 (habit 11)."""
    loop.Loop("w").tick()
    outbox.enqueue("far", {}, "far-1")
    job = Job.objects.get()
    Job.objects.update(next_action_at=clock.now() + timedelta(days=399))
    assert ("work.put_off", "warning") not in codes()
    Job.objects.update(next_action_at=clock.now().replace(year=2099))
    (finding,) = [one for one in auditor.check() if one.code == "work.put_off"]
    assert f"表 work_job 有 1 行要等到一年多以后才再看（第 {job.pk} 行）" in finding.sentence_zh
