"""The SQL of a new home is what `migrate` makes; where it is not, a home goes the long way (docs/adr/0015)."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

from huiying.cli import ready
from huiying.kernel.sqlite import base

ROOT = Path(__file__).resolve().parents[2]


def test_it_is_what_migrate_makes_today() -> None:
    """After a new migration: `.venv/bin/python tools/new_home.py`."""
    told = "from tools.new_home import statements; import sys; sys.stdout.write(statements())"
    made = subprocess.run([sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert made == base.FILE.read_text("utf-8"), "run .venv/bin/python tools/new_home.py"


@pytest.mark.django_db
def test_no_table_is_without_its_migration() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db
def test_it_holds_every_migration_that_is_on_the_disk() -> None:
    assert ready.migrations_on_disk() <= base.migrations(base.FILE.read_text("utf-8"))


def test_a_file_that_lacks_a_migration_is_not_taken(tmp_path: Path) -> None:
    from django.db import connections

    connection = connections.create_connection("default").copy()
    assert base.make(connection, {("ledger", "9999_tomorrow")}) is False


def test_a_new_home_bears_the_triggers_of_the_ledger() -> None:
    store = sqlite3.connect(":memory:")
    store.executescript(base.FILE.read_text("utf-8"))
    names = {row[0] for row in store.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    assert {"ledger_entry_no_update", "ledger_entry_no_delete", "ledger_entry_no_replace"} <= names
    assert re.search(r"[0-9]{4}_", " ".join(str(row) for row in store.execute("SELECT name FROM django_migrations")))
