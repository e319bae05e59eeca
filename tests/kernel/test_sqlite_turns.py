"""Several processes write the embedded database in turns: who waits to write, writes next."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction

from huiying.kernel.sqlite import base
from huiying.settings import SQLITE_OPTIONS

ROUNDS = 12
ROWS = 3_000


def opened(file: Path) -> base.DatabaseWrapper:
    told: dict[str, Any] = {
        "ENGINE": "huiying.kernel.sqlite", "NAME": file, "OPTIONS": dict(SQLITE_OPTIONS), "ATOMIC_REQUESTS": False,
        "AUTOCOMMIT": True, "CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": False, "TIME_ZONE": None, "USER": "",
        "PASSWORD": "", "HOST": "", "PORT": "", "TEST": {},
    }  # fmt: skip
    return base.DatabaseWrapper(deepcopy(told), alias="turns")


@pytest.fixture(autouse=True)
def _databases_of_our_own(django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    made = tmp_path / "turns.sqlite3"
    first = opened(made)
    with first.cursor() as cursor:
        cursor.execute("CREATE TABLE written (who TEXT, number INTEGER)")
    first.close()
    return made


def write(connection: base.DatabaseWrapper, who: str, rows: int) -> None:
    connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    try:
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO written VALUES (%s, %s)", [(who, number) for number in range(rows)])
        connection.commit()
    finally:
        connection.set_autocommit(True)


def test_the_embedded_database_is_written_in_turns() -> None:
    if not os.environ.get("HUIYING_DATABASE_URL"):
        assert settings.DATABASES["default"]["ENGINE"] == "huiying.kernel.sqlite"


def test_one_has_the_turn_and_the_next_gets_it_when_it_is_given_back(tmp_path: Path) -> None:
    with base.turn(tmp_path / "a.turn", 0.0) as first, base.turn(tmp_path / "a.turn", 0.0) as second:
        assert (first, second) == (True, False)
    with base.turn(tmp_path / "a.turn", 0.0) as third:
        assert third


def test_an_error_gives_the_turn_back(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), base.turn(tmp_path / "a.turn", 0.0):
        raise ZeroDivisionError
    with base.turn(tmp_path / "a.turn", 0.0) as again:
        assert again


def test_a_folder_that_cannot_be_written_costs_the_turn_and_nothing_else(tmp_path: Path) -> None:
    with base.turn(tmp_path / "no such folder" / "a.turn", 0.0) as had:
        assert not had


def test_a_system_without_locks_on_files_works_without_turns(
    tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "fcntl", None)
    with base.turn(tmp_path / "a.turn", 0.0) as had:
        assert not had
    connection = opened(file)
    write(connection, "alone", 1)
    connection.close()


def test_a_database_in_memory_makes_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    connection = opened(Path(":memory:"))
    connection.settings_dict["NAME"] = ":memory:"
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE written (who TEXT, number INTEGER)")
    write(connection, "alone", 1)
    connection.close()
    assert list(tmp_path.iterdir()) == []


def test_the_turn_is_free_again_as_soon_as_the_transaction_has_begun(file: Path) -> None:
    connection = opened(file)
    connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    with base.turn(f"{file}.turn", 0.0) as had:
        assert had
    connection.rollback()
    connection.set_autocommit(True)
    connection.close()


def test_who_writes_without_a_pause_lets_the_other_in_after_one_transaction(file: Path) -> None:
    stop = threading.Event()
    written = [0]

    def storm() -> None:
        busy = opened(file)
        while not stop.is_set():
            write(busy, "storm", ROWS)
            written[0] += 1
        busy.close()

    other = threading.Thread(target=storm)
    other.start()
    asking = opened(file)
    waited = []
    try:
        while written[0] < 2:
            stop.wait(0.001)
        for _round in range(ROUNDS):
            before = written[0]
            write(asking, "asking", 1)
            waited.append(written[0] - before)
    finally:
        stop.set()
        other.join()
        asking.close()
    # Four on a machine that is free: what was begun before the turn was asked for, one that had the turn already, one
    # that ends beside the count. The rest is for a busy machine, which lets this thread wait; without turns it was
    # 1 100.
    assert max(waited) <= 40, waited


def test_atomic_blocks_of_django_begin_in_their_turn(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = []
    real = base.turn

    def noted(path: str, patience: float) -> Any:
        taken.append((path, patience))
        return real(path, patience)

    monkeypatch.setattr(base, "turn", noted)
    connection = opened(file)
    monkeypatch.setitem(transaction.connections._settings, "turns", connection.settings_dict)
    transaction.connections["turns"] = connection
    try:
        with transaction.atomic(using="turns"), connection.cursor() as cursor:
            cursor.execute("INSERT INTO written VALUES ('atomic', 1)")
            with transaction.atomic(using="turns"):
                cursor.execute("INSERT INTO written VALUES ('inner', 1)")
    finally:
        del transaction.connections["turns"]
        connection.close()
    assert taken == [(f"{file}.turn", 20.0)]
