"""S18: who watches over machines sees whether this one lives, and nobody's name."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

import stories
from cast import Cast
from huiying.keeping import drift, health, views
from huiying.kernel import clock
from huiying.ledger.actions import Actor, record
from huiying.people.models import User
from huiying.work.models import Heartbeat, Job

FROM_ELSEWHERE = {"REMOTE_ADDR": "10.1.2.3"}


@pytest.fixture
def alive(cast: Cast) -> Cast:
    Heartbeat.objects.create(name="loop:w", at=clock.now(), pid=1)
    return cast


def test_healthz_is_200_while_every_part_is_well(alive: Cast, client: Client) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {
        "ok": True,
        "checks": {
            "database": "ok",
            "loop": "ok",
            "migrations": "ok",
            "time": "ok",
            "anchors": "ok",
            "keys": "ok",
            "proof": "ok",
            "disk": "ok",
        },
    }
    assert "no-store" in answer["Cache-Control"]


def test_a_loop_that_stands_still_is_503_with_words(alive: Cast, client: Client, frozen: clock.FrozenClock) -> None:
    frozen.advance(dt.timedelta(seconds=91))
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["checks"]["loop"]) == (503, "后台循环已 91 秒没有心跳")


def test_a_loop_that_never_ran_is_503(cast: Cast, client: Client) -> None:
    assert client.get("/healthz").json()["checks"]["loop"] == "后台循环还没有运行过"


def test_a_full_disk_is_503_and_found_by_check(alive: Cast, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "free_bytes", lambda: 100 << 20)
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["checks"]["disk"]) == (503, "磁盘只剩 100 MiB")
    (finding,) = health.there_is_room()
    assert finding.severity == "error"


def test_a_wrong_clock_is_503(alive: Cast, client: Client) -> None:
    with transaction.atomic():
        record("system", drift.DRIFTED, {"by": drift.PEER, "seconds": 90}, Actor.SYSTEM)
    assert client.get("/healthz").status_code == 503


def test_tables_that_are_older_than_the_program_are_503(
    alive: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_migrated", set())
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'documents'")
    answer = client.get("/healthz")
    assert (answer.status_code, "表结构" in answer.json()["checks"]["migrations"]) == (503, True)
    assert str(connection.settings_dict["NAME"]) not in health._migrated


def test_a_database_that_is_away_is_503_and_no_error_page(
    alive: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import OperationalError

    def away() -> object:
        raise OperationalError("could not connect to 10.0.0.7 as huiying")

    monkeypatch.setattr(health, "_loop", away)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["database"] == "数据库没有应答"
    assert b"10.0.0.7" not in answer.content


def numbers(text: str) -> dict[str, float]:
    lines = (line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, value in lines}


def test_metrics_count_what_the_tables_hold(alive: Cast, client: Client, frozen: clock.FrozenClock) -> None:
    stories.opened(alive)
    Job.objects.create(
        kind="x", idempotency_key="x", created_at=clock.now(), next_action_at=clock.now() - dt.timedelta(hours=1)
    )
    with transaction.atomic():
        record("system", "backup.made", {"file": "x"}, Actor.SYSTEM)
    frozen.advance(dt.timedelta(seconds=30))
    answer = client.get("/metrics")
    assert answer["Content-Type"].startswith("text/plain")
    found = numbers(answer.content.decode())
    assert found["huiying_cases_live"] == 1
    assert found["huiying_clocks_running"] >= 1
    assert found['huiying_jobs{state="late"}'] >= 1
    assert found["huiying_loop_heartbeat_age_seconds"] == 30
    assert found["huiying_backup_age_seconds"] == 30
    assert found["huiying_ok_database"] == 1


def test_metrics_tell_of_nobody(alive: Cast, client: Client) -> None:
    stories.answered(alive)
    text = views.text().decode()
    assert not re.search(r"[\u4e00-\u9fff]", text)
    names = User.objects.values_list("username", flat=True)
    assert not [name for name in names if re.search(rf"\b{name}\b", text)]


@pytest.mark.parametrize(
    "where",
    [FROM_ELSEWHERE, {"HTTP_X_FORWARDED_FOR": "10.1.2.3"}, {"HTTP_FORWARDED": "for=10.1.2.3"}, {"REMOTE_ADDR": ""}],
)
def test_metrics_are_not_even_there_for_others(alive: Cast, client: Client, where: dict[str, str]) -> None:
    """A proxy on this machine speaks from 127.0.0.1 for the whole world."""
    assert client.get("/metrics", **where).status_code == 404


def test_behind_tls_only_the_token_opens_them(
    alive: Cast, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.HTTPS = True
    assert client.get("/metrics").status_code == 404
    file = tmp_path / "token"
    file.write_text("a-long-random-token\n")
    file.chmod(0o600)
    assert client.get("/metrics", headers={"authorization": "Bearer a-long-random-token"}).status_code == 404
    monkeypatch.setenv("HUIYING_METRICS_TOKEN_FILE", str(file))
    right = {"authorization": "Bearer a-long-random-token"}
    assert client.get("/metrics", headers=right, **FROM_ELSEWHERE).status_code == 200
    assert client.get("/metrics", headers={"authorization": "Bearer a-long-random-toke"}).status_code == 404
    file.write_text("\n")
    assert client.get("/metrics", headers={"authorization": "Bearer "}).status_code == 404
