"""New databases with all tables and nothing in them, and programs that run on them, as on other machines."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pytest_django.plugin import DjangoDbBlocker

from cli.conftest import huiying as huiying, process as process, stored as stored
from whole.racers import POSTGRES, there_is_postgres

WORKER = Path(__file__).with_name("machine.py")
PASSPHRASE = "a passphrase long enough for tests"


@dataclass(frozen=True)
class Machine:
    """A home and a database of its own. `program` is a folder with another version of the program than this one."""

    home: Path
    url: str
    settings: str = "huiying.settings"
    program: str = ""

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HUIYING_")}
        own = {"HUIYING_HOME": str(self.home), "HUIYING_DATABASE_URL": self.url, "HUIYING_LOG": "CRITICAL"}
        other = {"PYTHONPATH": self.program} if self.program else {}
        return {**kept, **own, **other, "DJANGO_SETTINGS_MODULE": self.settings}

    def run(self, *arguments: object) -> Any:
        """What `machine.py` answers."""
        command = [sys.executable, str(WORKER), *map(str, arguments)]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


Machines = Callable[[str], Machine]


@pytest.fixture
def machines(django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path: Path) -> Iterator[Machines]:
    """`machines(name)` with a database like the suite's own: SQLite or PostgreSQL. Copying it is quicker than to
    migrate.
    """
    made: list[str] = []

    def new(name: str) -> Machine:
        from django.db import connection

        home = tmp_path / name
        home.mkdir(mode=0o700)
        with django_db_blocker.unblock():
            if connection.vendor == "sqlite":
                with connection.cursor() as cursor:
                    cursor.execute("VACUUM INTO %s", [str(home / "huiying.sqlite3")])
                return Machine(home, "")
            settings = connection.settings_dict
            connection.close()
        database = f"huiying_keeping_{uuid.uuid4().hex[:12]}"
        with _server(settings) as server:
            server.execute(f'CREATE DATABASE {database} TEMPLATE "{settings["NAME"]}"')
        made.append(database)
        url = f"postgres://{settings['USER']}@{settings['HOST']}:{settings['PORT'] or 5432}/{database}"
        return Machine(home, url)

    yield new
    if made:
        from django.db import connection

        with _server(connection.settings_dict) as server:
            for database in made:
                server.execute(f"DROP DATABASE {database} WITH (FORCE)")


@pytest.fixture
def other_kind(django_db_setup: None, tmp_path: Path) -> Iterator[Machine]:
    """A machine whose database is of the other kind than the suite's, with all tables made in one go."""
    from django.db import connection

    home = tmp_path / "other-kind"
    home.mkdir(mode=0o700)
    at_once = "keeping.settings_at_once"
    if connection.vendor == "postgresql":
        yield Machine(home, "", at_once)
        return
    if not there_is_postgres() and os.environ.get("CI") != "true":
        pytest.skip("no PostgreSQL on 127.0.0.1:5432")
    database = f"huiying_keeping_{uuid.uuid4().hex[:12]}"
    with _server({"HOST": "127.0.0.1", "PORT": 5432, "USER": "postgres"}) as server:
        server.execute(f"CREATE DATABASE {database}")
        yield Machine(home, f"{POSTGRES}/{database}", at_once)
        server.execute(f"DROP DATABASE {database} WITH (FORCE)")


def _server(settings: dict[str, Any]) -> Any:
    import psycopg

    where = {"host": settings["HOST"], "port": settings["PORT"] or 5432, "user": settings["USER"]}
    return psycopg.connect(**where, dbname="postgres", autocommit=True)


@pytest.fixture
def passphrase(tmp_path: Path) -> Path:
    file = tmp_path / "passphrase"
    file.write_text(PASSPHRASE + "\n")
    file.chmod(0o600)
    return file
