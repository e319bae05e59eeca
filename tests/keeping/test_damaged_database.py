"""A page of the database that the disk altered is told by `check` and `/healthz` (S15, S18)."""

from __future__ import annotations

import sqlite3
import zlib
from pathlib import Path

import pytest
from django.db import DatabaseError, connection
from django.test import Client, RequestFactory

from cast import Cast
from huiying.keeping import damage, health
from huiying.kernel import clock
from huiying.work import auditor
from huiying.work.auditor import WHOLE, Part
from huiying.work.models import Heartbeat, Schedule

MALFORMED = "database disk image is malformed"


@pytest.fixture(autouse=True)
def _nothing_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(damage, "_noted", {})
    monkeypatch.setattr(damage, "_looked", {})
    monkeypatch.setattr(damage, "_place", {})


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, db: None) -> Path:
    """A SQLite file with posts, to which the connection's settings point."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL reads its pages itself")
    made = tmp_path / "huiying.sqlite3"
    with sqlite3.connect(made) as store:
        store.execute("CREATE TABLE listening_post (id INTEGER PRIMARY KEY, text TEXT)")
        store.executemany("INSERT INTO listening_post (text) VALUES (?)", [("舆情" * 200,) for _n in range(500)])
        for table in damage.tables_of(WHOLE):
            store.execute(f'CREATE TABLE IF NOT EXISTS "{table}" (id INTEGER PRIMARY KEY)')
    store.close()
    monkeypatch.setitem(connection.settings_dict, "NAME", str(made))
    monkeypatch.setattr(damage, "_in_memory", lambda: False)
    return made


def spoil(file: Path) -> None:
    """Sixteen kilobytes among the first pages: posts."""
    with file.open("r+b") as handle:
        handle.seek(file.stat().st_size // 5 // 4096 * 4096)
        handle.write(b"\xa5" * 16384)


def test_a_whole_file_is_found_whole(file: Path) -> None:
    assert damage.seen() == ""
    assert damage.pages_are_whole(WHOLE) == []
    assert [damage.pages_are_whole(Part(n, auditor.PARTS)) for n in range(auditor.PARTS)] == [[]] * auditor.PARTS


def test_a_corrupt_page_of_posts_is_found_by_a_full_check_and_by_its_day(file: Path) -> None:
    spoil(file)
    found = damage.pages_are_whole(WHOLE)
    assert {one.code for one in found} == {"database.damaged"}
    assert "huiying restore" in found[0].sentence_zh
    days = [bool(damage.pages_are_whole(Part(n, auditor.PARTS))) for n in range(auditor.PARTS)]
    day = zlib.crc32(b"listening_post") % auditor.PARTS
    assert days[day]


def test_healthz_sees_it_in_a_small_file_at_once(file: Path) -> None:
    spoil(file)
    assert "数据库有损坏" in damage.seen()


def test_of_a_large_file_a_few_rows_are_read_with_each_call(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(damage, "SMALL", 0)
    spoil(file)
    assert any("数据库有损坏" in damage.seen() for _call in range(300))


def test_what_a_request_stumbles_over_turns_healthz_red(cast: Cast, client: Client) -> None:
    Heartbeat.objects.create(name="loop:w", at=clock.now(), pid=1)
    assert client.get("/healthz").status_code == 200

    def view() -> None:
        raise DatabaseError(MALFORMED)

    try:
        view()
    except DatabaseError:
        damage.got_request_exception.send(sender=None, request=RequestFactory().get("/"))
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert MALFORMED in answer.json()["checks"]["database"]
    assert [one.code for one in auditor.check() if one.code == "database.damaged"] == ["database.damaged"]


def test_what_the_loop_stumbled_over_turns_it_red_too(cast: Cast, client: Client) -> None:
    Schedule.objects.create(
        name="x", every_seconds=1, next_action_at=clock.now(), last_error=f"DatabaseError：{MALFORMED}"
    )
    assert MALFORMED in client.get("/healthz").json()["checks"]["database"]


def test_healthz_itself_may_be_the_one_that_stumbles(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> object:
        raise DatabaseError(MALFORMED)

    monkeypatch.setattr(health, "_loop", broken)
    answer = client.get("/healthz")
    assert (answer.status_code, MALFORMED in answer.json()["checks"]["database"]) == (503, True)


def test_another_error_is_no_damage(cast: Cast) -> None:
    assert damage.note(DatabaseError("database is locked")) == ""
    assert damage.note(ValueError(MALFORMED)) == ""


@pytest.mark.django_db
def test_on_postgresql_every_row_can_be_read() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite checks its pages itself")
    assert damage.pages_are_whole(WHOLE) == []
    assert damage.seen() == ""
