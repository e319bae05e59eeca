"""The way up: what the first published version left is there, whole and provable, after today's program has looked in.

Thirty migrations, each drawing every model anew: the longest test of these files, and on PostgreSQL for `make torture`.
"""

from __future__ import annotations

import shutil
import sqlite3
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Result
from whole.racers import POSTGRES, there_is_postgres

FIRST = Path(__file__).resolve().parent.parent / "fixtures" / "first-schema"
LOOK = """
import json
from huiying.cli.ready import ready
ready()
from huiying.handling.models import Case
from huiying.keeping import leaving, tables
from huiying.ledger.queries import verify
from huiying.listening.models import Post
from huiying.responding.models import Publication
report = verify()
post = Post.objects.get()
ledger, evidence = leaving.judged()
print(json.dumps({
    "ok": report.ok, "entries": report.entries, "chains": report.chains, "anchors": report.anchors,
    "evidence": evidence, "state": Case.objects.get().state, "published": Publication.objects.get().state,
    "tables": len(tables.filled()), "text": post.text,
}, ensure_ascii=False))
"""


def looked_at(process: Callable[..., Result], home: Path, url: str = "") -> None:
    result = process(home, code=LOOK, HUIYING_DATABASE_URL=url)
    assert result.code == 0, result.err
    found = result.data
    assert (found["ok"], found["entries"], found["chains"], found["anchors"]) == (True, 46, 4, 1)
    assert found["evidence"] == {"checked": 1, "bad": []}
    assert (found["state"], found["published"]) == ("answered", "live")
    assert "登录不上" in found["text"]


def test_a_home_of_the_first_version_is_whole_after_the_upgrade(process: Callable[..., Result], tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(FIRST / "sqlite-home", home)
    database = sqlite3.connect(home / "huiying.sqlite3")
    database.executescript((FIRST / "sqlite.sql").read_text("utf-8"))
    database.close()
    looked_at(process, home)


@pytest.mark.torture
def test_a_database_server_of_the_first_version_is_whole_after_the_upgrade(
    process: Callable[..., Result], tmp_path: Path
) -> None:
    if not there_is_postgres():
        pytest.skip("no PostgreSQL on 127.0.0.1:5432")
    import psycopg

    home, name = tmp_path / "home", f"huiying_first_{uuid.uuid4().hex[:12]}"
    shutil.copytree(FIRST / "postgresql-home", home)
    with psycopg.connect(f"{POSTGRES}/postgres", autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            with psycopg.connect(f"{POSTGRES}/{name}", autocommit=True) as database:
                database.execute((FIRST / "postgresql.sql").read_bytes())
            looked_at(process, home, f"{POSTGRES}/{name}")
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")
