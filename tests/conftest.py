"""Fixtures of every room: a home of its own, a frozen clock, the shared cast."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from cast import Cast, bureau
from huiying.kernel import clock

MONDAY_TEN = dt.datetime(2026, 9, 14, 2, 0, tzinfo=dt.UTC)  # 2026-09-14 10:00 in Anshan


@pytest.fixture
def frozen() -> Iterator[clock.FrozenClock]:
    """Time stands at 2026-09-14 10:00 (Asia/Shanghai) and moves only by `frozen.advance(…)`."""
    source = clock.FrozenClock(MONDAY_TEN)
    with clock.use(source):
        yield source


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty HUIYING_HOME for tests that look at files."""
    monkeypatch.setenv("HUIYING_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def cast(db: None, frozen: clock.FrozenClock) -> Iterator[Cast]:
    """The Anshan bureau with its people, time standing still, an engine that belongs to this test alone."""
    from huiying.judging import engines

    engines.use_in_process()
    yield bureau()
    engines.use_in_process()
