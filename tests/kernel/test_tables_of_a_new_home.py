"""A new home gets its tables at once, and they are the tables to which an old home comes step by step."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

ROOMS = ("people", "listening", "judging", "handling", "responding")
STEP_BY_STEP = """
import django; django.setup()
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
executor = MigrationExecutor(connection)
executor.loader = MigrationLoader(connection, replace_migrations=False)
steps = executor.loader.disk_migrations
executor.migrate([key for key in executor.loader.graph.leaf_nodes() if not steps[key].replaces])
"""
AT_ONCE = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
"""


def python(home: Path, code: str) -> Path:
    home.mkdir()
    env = {
        **os.environ,
        "HUIYING_HOME": str(home),
        "HUIYING_DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "huiying.settings",
    }
    subprocess.run([sys.executable, "-c", code], env=env, check=True, capture_output=True, text=True)
    return home / "huiying.sqlite3"


def columns_and_rules(sql: str) -> frozenset[str]:
    """What stands between the outer brackets of CREATE TABLE, in any order."""
    parts, depth = [""], 0
    for sign in sql[sql.index("(") + 1 : sql.rindex(")")]:
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return frozenset(re.sub(r"\s+", " ", part.strip()) for part in parts)


def schema(path: Path) -> dict[tuple[str, str], object]:
    with sqlite3.connect(path) as store:
        rows = store.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
    return {(kind, name): columns_and_rules(sql) if kind == "table" else sql for kind, name, sql in rows}


def test_a_new_home_has_the_tables_that_an_old_one_came_to_step_by_step(tmp_path: Path) -> None:
    old = schema(python(tmp_path / "old", STEP_BY_STEP))
    new = schema(python(tmp_path / "new", AT_ONCE))
    assert len(new) > 300
    assert sorted(old.keys() ^ new.keys()) == []
    assert {name: (old[name], new[name]) for name in new if old[name] != new[name]} == {}


def test_every_room_of_many_tables_begins_with_all_of_its_first_steps() -> None:
    loader = MigrationLoader(None, replace_migrations=False)
    for room in ROOMS:
        (begun,) = [step for (label, _), step in loader.disk_migrations.items() if label == room and step.replaces]
        steps = sorted(name for label, name in loader.disk_migrations if label == room and name != begun.name)
        assert [name for _, name in begun.replaces] == steps[: len(begun.replaces)]


def test_no_table_is_without_its_migration(db: None) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_a_command_that_learns_nothing_loads_no_learning_library() -> None:
    code = "import django, sys; django.setup(); print([name for name in ('sklearn', 'numba') if name in sys.modules])"
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "huiying.settings"}
    told = subprocess.run([sys.executable, "-c", code], env=env, check=True, capture_output=True, text=True)
    assert told.stdout.strip() == "[]"
