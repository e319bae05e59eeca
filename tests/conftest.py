"""Fixtures of every room: a home of its own, a frozen clock, the shared cast."""

import datetime as dt
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.utils import translation
from hypothesis import HealthCheck, settings
from whitenoise.middleware import WhiteNoiseMiddleware

from cast import Cast, bureau
from huiying.kernel import clock
from huiying.kernel.processes import settle

# How fast the machine draws its inputs says nothing about the program; a loaded one must not fail a test.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

MONDAY_TEN = dt.datetime(2026, 9, 14, 2, 0, tzinfo=dt.UTC)  # 2026-09-14 10:00 in Anshan


LONG = (
    "tests/whole/",
    "tests/demo/",
    "tests/listening/test_collector_killed",
    "tests/cli/",
    "tests/drill/",
    "tests/large/test_killed",
    "tests/large/test_readme",
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Files that take minutes come first: two workers then end together.

    On the second database only what asks one is asked again (tools/run_tests.py): a program that a test starts with a
    database of its own says the same as the first time.
    """
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))
    if os.environ.get("HUIYING_SUITE") == "second":
        again = [item for item in items if _asks_the_database(item)]
        config.hook.pytest_deselected(items=[item for item in items if item not in set(again)])
        items[:] = again


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end of the run: the collector need not walk through it again and again."""
    settle()


def _asks_the_database(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    return (
        bool(fixtures & {"db", "transactional_db", "django_db_setup"})
        or item.get_closest_marker("django_db") is not None
    )


@pytest.fixture(scope="session")
def django_db_modify_db_settings_xdist_suffix(request: pytest.FixtureRequest) -> None:
    """Each process of a run has a database of its own; one in memory has no name to which a suffix could be put.

    pytest-django leaves out Django's own SQLite for that reason, and knows no other by name.
    """
    from pytest_django.fixtures import _set_suffix_to_test_databases

    worker = getattr(request.config, "workerinput", {}).get("workerid")
    told = django_settings.DATABASES["default"]
    if worker and (told["ENGINE"] != "huiying.kernel.sqlite" or told["TEST"]["NAME"]):
        _set_suffix_to_test_databases(suffix=worker)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> Iterator[None]:
    """The test database gets its tables as a new home does, from one file of SQL (ADR 15).

    Migrating an empty database takes seconds before the first test of each process. `migrate` runs all the same and
    makes whatever the file lacks; that the file is what `migrate` makes is a test (test_new_home_is_written_down.py).
    """
    from django.db import connection

    from huiying.cli.ready import migrations_on_disk
    from huiying.kernel.sqlite import base

    create: Callable[..., str] = connection.creation._create_test_db

    def with_tables(*arguments: object) -> str:
        name = create(*arguments)
        connection.close()
        connection.settings_dict["NAME"] = name
        base.make(connection, migrations_on_disk())
        return name

    if connection.vendor != "sqlite":
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection.creation, "_create_test_db", with_tables)
        yield


@pytest.fixture
def frozen() -> Iterator[clock.FrozenClock]:
    """Time stands at 2026-09-14 10:00 (Asia/Shanghai) and moves only by `frozen.advance(…)`."""
    source = clock.FrozenClock(MONDAY_TEN)
    with clock.use(source):
        yield source


@pytest.fixture(autouse=True)
def spoken() -> Iterator[None]:
    """A page asked for in English leaves its language in the thread: the next test begins in the bureau's own."""
    translation.deactivate()
    yield
    translation.deactivate()


@pytest.fixture(autouse=True, scope="session")
def one_key_of_rows() -> Iterator[None]:
    """A test that changes its home midway goes on with the database that it has, and so with its key.

    For all of a run: what a module sets up once is compared by each of its tests.
    """
    from huiying.ledger import kept

    with pytest.MonkeyPatch.context() as patch:  # of its own: a test may undo what is in its `monkeypatch`
        patch.setattr(kept, "house_key", lambda: b"r" * 32)
        yield


@pytest.fixture(autouse=True, scope="session")
def static_files_found_once() -> Iterator[None]:
    """WhiteNoise reads the package's static files once a run, not once for each test client.

    Every `Client()` loads the middleware again; the files of the package do not change while tests run.
    """
    found: dict[str, object] = {}
    read_all = WhiteNoiseMiddleware.add_files_from_finders

    def read_once(self: WhiteNoiseMiddleware) -> None:
        if not found:
            read_all(self)
            found.update(self.files)
        self.files.update(found)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", read_once)
        yield


@pytest.fixture(autouse=True)
def agreeing_rows(request: pytest.FixtureRequest, one_key_of_rows: None) -> Iterator[None]:
    """What the verbs of this test wrote is what they told the ledger (tests/watched_rows.py)."""
    if (
        "transactional_db" in request.fixturenames
        or "db" not in request.fixturenames
        or request.node.get_closest_marker("edited_world")
    ):
        yield
        return
    from django.db import connection

    from huiying.ledger.comparing import differences, sentence
    from watched_rows import Watcher

    request.getfixturevalue("db")
    watcher = Watcher()
    connection.execute_wrappers.insert(0, watcher)  # `execute_wrapper` would take off whichever came last
    try:
        yield
    finally:
        connection.execute_wrappers.remove(watcher)
    if not connection.needs_rollback and (tables := watcher.to_compare()):
        found = [sentence(one)[1] for one in differences(tables, unknown=False)]
        assert not found, "told otherwise than written: " + "; ".join(found[:10])


@pytest.fixture(autouse=True)
def environment() -> Iterator[None]:
    """`huiying demo` run in this process sets variables that the server of a later test would inherit."""
    before = dict(os.environ)
    yield
    if os.environ != before:
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty HUIYING_HOME for tests that look at files."""
    monkeypatch.setenv("HUIYING_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def cast(db: None, frozen: clock.FrozenClock) -> Iterator[Cast]:
    """The Anshan bureau with its people, time standing still, an engine that belongs to this test alone."""
    from huiying.desk.picture_shelf import shelf
    from huiying.judging import engines
    from huiying.kernel import home
    from huiying.overseeing import conformance

    engines.use_in_process()
    shelf.clear()  # what was counted in the test before, whose ledger began with the same entries
    conformance._kept.clear()
    shutil.rmtree(home.home() / "anchors", ignore_errors=True)  # those of the test before are of another database
    for part in home.home().glob("search.sqlite3*"):  # so is what was indexed then
        part.unlink()
    yield bureau()
    engines.use_in_process()
