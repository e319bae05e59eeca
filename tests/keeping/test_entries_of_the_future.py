"""Entries whose time lies ahead of the machine's clock are told: a clock that was set ahead and back (INV-13, S18)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client

from cast import Cast
from huiying.cli.ready import keys_in_place
from huiying.keeping import drift
from huiying.kernel import clock
from huiying.ledger.actions import Actor, record
from huiying.work import auditor
from huiying.work.models import Heartbeat

THIRTY = dt.timedelta(days=30)


@pytest.fixture
def ahead(cast: Cast, home: Path, frozen: clock.FrozenClock) -> clock.FrozenClock:
    """The clock was thirty days ahead for one act, and back."""
    frozen.advance(THIRTY)
    with transaction.atomic():
        record("case:1", "case.noted", {}, Actor.SYSTEM)
        record("case:1", "case.noted", {}, Actor.SYSTEM)
    frozen.set(clock.now() - THIRTY)
    return frozen


def test_check_names_the_first_and_says_what_to_do(ahead: clock.FrozenClock) -> None:
    (found,) = (one for one in auditor.check() if one.code == "time.entries_ahead")
    assert found.severity == "error"
    assert "2 条记录" in found.sentence_zh
    assert "case:1 第 1 条" in found.sentence_zh
    assert "2026-10-14 10:00" in found.sentence_zh
    assert "核对本机时间" in found.sentence_zh


def test_healthz_is_red_and_the_start_says_it(
    ahead: clock.FrozenClock, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    Heartbeat.objects.create(name="loop:w", at=clock.now(), pid=1)
    answer = client.get("/healthz")
    assert (answer.status_code, "本机时间之后" in answer.json()["checks"]["time"]) == (503, True)
    keys_in_place()
    assert "本机时间之后" in capsys.readouterr().err


def test_it_is_over_when_their_time_has_come(ahead: clock.FrozenClock) -> None:
    ahead.advance(THIRTY)
    assert drift.no_entry_is_of_the_future() == []


def test_a_minute_ahead_is_another_machines_clock(cast: Cast, home: Path, frozen: clock.FrozenClock) -> None:
    frozen.advance(dt.timedelta(seconds=30))
    with transaction.atomic():
        record("case:1", "case.noted", {}, Actor.SYSTEM)
    frozen.set(clock.now() - dt.timedelta(seconds=30))
    assert drift.no_entry_is_of_the_future() == []


@pytest.mark.django_db
def test_a_process_that_goes_on_after_the_clock_was_set_back_sees_it_too(home: Path) -> None:
    """Its own time stands still then (INV-13), so it must ask the machine."""
    at = [dt.datetime(2026, 10, 14, 2, tzinfo=dt.UTC)]
    with clock.use(clock.SystemClock(lambda: at[0])):
        with transaction.atomic():
            record("case:1", "case.noted", {}, Actor.SYSTEM)
        at[0] -= THIRTY
        assert clock.now() - clock.machine() == THIRTY
        assert [one.code for one in drift.no_entry_is_of_the_future()] == ["time.entries_ahead"]


@pytest.mark.django_db
def test_a_jump_back_while_running_is_a_drift_although_time_never_goes_back(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at, meter = [dt.datetime(2026, 9, 14, 2, tzinfo=dt.UTC)], [0.0]
    monkeypatch.setattr(drift, "_meter", lambda: meter[0])
    monkeypatch.setattr(drift, "_since", {})
    monkeypatch.setattr(drift, "_ahead_of_database", lambda: None)
    with clock.use(clock.SystemClock(lambda: at[0])):
        drift.watch()
        at[0] += THIRTY
        drift.watch()
        assert drift.is_drifting()
        meter[0] += 300
        at[0] += dt.timedelta(seconds=300)
        drift.watch()
        assert drift.is_drifting(), "five minutes later it is as wrong as before"
        at[0] -= THIRTY
        drift.watch()
        assert not drift.is_drifting()
        at[0] -= dt.timedelta(seconds=90)
        drift.watch()
        assert drift.is_drifting()
