"""Two desks, each a process of its own, and a look into the database from a third; what every race shares."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROUNDS = 4
WORKER = Path(__file__).with_name("racing.py")
POSTGRES = "postgres://postgres@127.0.0.1:5432"


class Racers:
    """Two desks and a look into the database from a third."""

    def __init__(self, home: Path, url: str) -> None:
        environment = {**os.environ, "HUIYING_HOME": str(home), "HUIYING_DATABASE_URL": url}
        environment["DJANGO_SETTINGS_MODULE"] = "huiying.settings"
        self.environment = environment
        self.desks = [self.start()]
        assert self.one({"verb": "set_up"}) == {"done": "set up"}
        self.desks.append(self.start())

    def start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, str(WORKER)],
            env=self.environment,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def one(self, order: dict[str, str]) -> dict[str, Any]:
        tell(self.desks[0], order)
        return hear(self.desks[0])

    def both(self, *orders: dict[str, str]) -> list[dict[str, Any]]:
        for desk, order in zip(self.desks, orders, strict=True):
            tell(desk, order)
        return [hear(desk) for desk in self.desks]

    def look(self, number: str) -> dict[str, Any]:
        found: dict[str, Any] = self.one({"verb": "look", "case": number})["done"]
        return found

    def answer(self, number: str) -> dict[str, Any]:
        """What the tables and the ledger say of the case's answer."""
        found: dict[str, Any] = self.one({"verb": "look_answer", "case": number})["done"]
        return found

    def stop(self) -> None:
        for desk in self.desks:
            assert desk.stdin is not None
            desk.stdin.close()
            desk.wait(timeout=30)


def tell(desk: subprocess.Popen[str], order: dict[str, str]) -> None:
    assert desk.stdin is not None
    desk.stdin.write(json.dumps(order) + "\n")
    desk.stdin.flush()


def hear(desk: subprocess.Popen[str]) -> dict[str, Any]:
    assert desk.stdout is not None
    line = desk.stdout.readline()
    assert line, "the worker ended"
    found: dict[str, Any] = json.loads(line)
    return found


def there_is_postgres() -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", 5432)) == 0


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def racers(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Racers]:
    home = tmp_path_factory.mktemp("race")
    if request.param == "sqlite":
        found = Racers(home, "")
        yield found
        found.stop()
        return
    if not there_is_postgres() and os.environ.get("CI") != "true":
        pytest.skip("no PostgreSQL on 127.0.0.1:5432")
    import psycopg

    name = f"huiying_race_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(f"{POSTGRES}/postgres", autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        found = Racers(home, f"{POSTGRES}/{name}")
        try:
            yield found
        finally:
            found.stop()
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")
