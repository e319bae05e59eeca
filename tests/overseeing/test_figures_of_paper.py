"""Indicators of the daily log and of special reports, from the ledger alone (C6.9, C6.10, INV-12)."""

from __future__ import annotations

import datetime as dt

import pytest

import stories
from cast import Cast
from huiying.documents.actions import instruct, sign
from huiying.documents.actions.issuing import issue_special_report
from huiying.documents.loops import issue_log
from huiying.documents.models import IssuedDocument
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.overseeing.commands import assess

NAMES = (
    "daily_logs",
    "daily_logs_signed_share",
    "special_reports",
    "instructions_given",
    "instructions_closed_share",
)


def told(period: str = "2026-09") -> dict[str, object]:
    figures = assess(period)
    return {name: figures[name] for name in NAMES}


@pytest.fixture
def log(cast: Cast, frozen: FrozenClock) -> IssuedDocument:
    row = issue_log(clock.now().date())
    assert row is not None
    return row


def test_a_ledger_without_paper_has_no_share(cast: Cast) -> None:
    assert told() == dict(zip(NAMES, (0, None, 0, 0, None), strict=True))


def test_c6_9_a_log_counts_on_its_own_day_and_is_signed_once_two_signed_it(cast: Cast, log: IssuedDocument) -> None:
    assert (told()["daily_logs"], told()["daily_logs_signed_share"]) == (1, 0.0)
    sign(log, "值班员", log.sha256, cast.duty)
    assert told()["daily_logs_signed_share"] == 0.0
    sign(log, "带班领导", log.sha256, cast.shift)
    assert told()["daily_logs_signed_share"] == 1.0
    assert told("2026-10")["daily_logs"] == 0


def test_c6_10_reports_and_what_leaders_wrote_on_them_are_counted(cast: Cast, frozen: FrozenClock) -> None:
    report = issue_special_report(stories.answered(cast), cast.office, judgement="证书到期所致。")
    instruct(
        report,
        words="请信息部一周内整改。",
        leader=cast.deputy,
        owner=cast.tech_head,
        due_at=clock.now() + dt.timedelta(days=7),
        actor=cast.deputy,
    )
    figures = told()
    assert (figures["special_reports"], figures["instructions_given"]) == (1, 1)
    assert figures["instructions_closed_share"] == 0.0
