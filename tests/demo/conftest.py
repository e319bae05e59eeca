"""The demonstration on a clock that moves only by its jumps, played by the real loop."""

import datetime as dt
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from huiying.demo import clock as demo_clock, director, people
from huiying.demo.script import FIRST_PHASE, minute
from huiying.judging import engines
from huiying.kernel import clock
from huiying.work.loop import Loop

MOST_TICKS = 4000
EVENING = minute("3 19:00")  # the last recorded act is done


class Skipped(logging.Handler):
    """Keeps what the director says it could not do."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if "skipped" in record.getMessage():
            self.said.append(record.getMessage())


class Stage:
    """A demonstration in the test's database: its clock, and a loop to play it with."""

    def __init__(self, source: demo_clock.DemoClock) -> None:
        self.source = source
        self.loop = Loop("test")
        self.log = Skipped()

    @property
    def skipped(self) -> list[str]:
        return self.log.said

    def play(self, minute: int) -> dt.datetime:
        """Tick until the minute has come and nothing that was due before it is left."""
        end = director.moment(minute)
        for _ in range(MOST_TICKS):
            self.loop.tick()
            if director.is_behind(clock.now()):
                continue
            if clock.now() >= end:
                return clock.now()
            if clock.now() >= director.moment(FIRST_PHASE):
                self.source.fast_forward(min(end, clock.now() + director.LONGEST_JUMP))
        raise AssertionError(f"minute {minute} was not reached in {MOST_TICKS} ticks")


@contextmanager
def stage_in(folder: Path) -> Iterator[Stage]:
    """The demonstration's clock and mode in force, its bureau in post."""
    patch = pytest.MonkeyPatch()
    patch.setattr(settings, "DEMO", True)
    patch.setenv("HUIYING_HOME", str(folder))
    # The whole test is one transaction that is rolled back, so what waits for a commit happens at once.
    patch.setattr(transaction, "on_commit", lambda call, *_args, **_kwargs: call())
    source = demo_clock.DemoClock(folder / demo_clock.FILE, elapsed=lambda: 0.0)
    patch.setattr(demo_clock, "_installed", [source])
    engines.use_in_process()
    try:
        with clock.use(source):
            people.prepare()
            made = Stage(source)
            director._log.addHandler(made.log)
            patch.setattr(director._log, "level", logging.INFO)
            yield made
    finally:
        director._log.handlers[:] = [one for one in director._log.handlers if not isinstance(one, Skipped)]
        patch.undo()
        engines.use_in_process()


@pytest.fixture
def stage(db: None, tmp_path: Path) -> Iterator[Stage]:
    """A demonstration that has not begun to play."""
    with stage_in(tmp_path) as made:
        yield made


@contextmanager
def played(until: int, blocker: DjangoDbBlocker, folder: Path) -> Iterator[Stage]:
    """Played to a minute once for a module, whose tests only look; rolled back afterwards."""
    with blocker.unblock():
        whole = transaction.atomic()
        whole.__enter__()
        try:
            with stage_in(folder) as made:
                made.play(until)
                yield made
        finally:
            transaction.set_rollback(True)
            whole.__exit__(None, None, None)


@pytest.fixture(scope="module")
def arrived(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """The moment at which the visitor arrives."""
    with played(FIRST_PHASE, django_db_blocker, tmp_path_factory.mktemp("demo")) as made:
        yield made


@pytest.fixture(scope="module")
def ended(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """The evening of the last recorded day, where no visitor did anything."""
    with played(EVENING, django_db_blocker, tmp_path_factory.mktemp("demo")) as made:
        yield made


@pytest.fixture(autouse=True)
def _no_gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    """The developer's own environment must not decide a test."""
    for name in ("HUIYING_NOTIFY_URLS", "HUIYING_HOSTS", "HUIYING_DEMO_SPEED"):
        if name in os.environ:
            monkeypatch.delenv(name)
